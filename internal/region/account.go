package region

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/xacct/xacct/problem"
)

// Account is the rule for ids of accounts that are keys or entries of a setting.
var Account = problem.Rule{
	ID:     "account-id",
	Text:   "must be a 12-digit account id",
	Remedy: "give the id with its leading zeros, not an alias or an ARN",
	Source: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
}

// Rules is the table of all rules of this package.
var Rules = []problem.Rule{Account}

// CheckAccount adds to l what is wrong with the account id in the field at path. If inPath, the path tells the id already.
func CheckAccount(l *problem.List, path, id string, inPath bool) {
	if ValidAccount(id) {
		return
	}
	rule := Account
	rule.Remedy = AccountRemedy(id)
	if inPath {
		l.Add(rule, path, "")
		return
	}
	l.Add(rule, path, id)
}

// ValidOrganisation reports whether id has the form of an organisation's id.
// Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
func ValidOrganisation(id string) bool { return organisation.MatchString(id) }

var (
	organisation = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)

	separators = strings.NewReplacer("-", "", "_", "", ".", "", " ", "", "\t", "", "\r", "", "\n", "")
	digits     = regexp.MustCompile(`^[0-9]+$`)
)

// AccountRemedy says what to write in place of an id of a wrong form, where that can be told.
func AccountRemedy(id string) string {
	if a, ok := ParseARN(strings.TrimSpace(id)); ok && ValidAccount(a.Account) {
		return fmt.Sprintf("write %q, the account alone", a.Account)
	}
	plain := separators.Replace(id)
	switch {
	case ValidAccount(plain):
		return fmt.Sprintf("write %q", plain)
	case digits.MatchString(plain) && len(plain) < 12 && len(plain) > 8:
		return fmt.Sprintf("write %q, if it has lost its leading zeros", strings.Repeat("0", 12-len(plain))+plain)
	}
	return Account.Remedy
}
