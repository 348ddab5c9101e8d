package planner

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/report"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// The rules of options. That of account ids is region.Account.
var (
	ruleOrganisation = problem.Rule{
		ID:     "organisation-id",
		Text:   "must be the id of an organisation: o- and 10 to 32 lower-case letters and digits",
		Remedy: "write it as organizations:DescribeOrganization tells it, such as o-exampleorgid; leave the account out if it is not known",
		Source: "https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html",
	}
	ruleRegionName = problem.Rule{
		ID:     "region-name",
		Text:   "must be the name of a Region",
		Remedy: "write it as account:ListRegions tells it, such as me-central-1",
		Source: "https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html",
	}
	ruleNotNegative = problem.Rule{
		ID:     "not-negative",
		Text:   "must not be negative",
		Remedy: "leave it 0 for the default",
		Source: "xacct",
	}
)

var optionRules = []problem.Rule{ruleOrganisation, ruleRegionName, ruleNotNegative}

// CheckInput reports what is wrong with the transfers and the settings of a plan. at is put before the names of settings: "" or "Settings.".
func CheckInput(transfers []*transfer.Transfer, s plan.Settings, at string) error {
	if len(transfers) == 0 {
		return errors.New("plan: no transfers were given: give at least one")
	}
	if err := errors.Join(transfer.Validate(transfers), checkAccounts(s, at)); err != nil {
		return err
	}
	for _, code := range s.Override {
		if !slices.Contains(Overridable, code) {
			return fmt.Errorf("plan: Override %q is not a code that can be overridden: use one of %s", code, strings.Join(Overridable, ", "))
		}
	}
	return errors.Join(ownership(s, transfers), report.Check(s.Reported, at, time.Now()))
}

// checkAccounts reports account ids, organisation ids and names of Regions of a wrong form: what they stand for would be left out without a word.
func checkAccounts(s plan.Settings, at string) error {
	var l problem.List
	for i, account := range s.HandOver {
		region.CheckAccount(&l, fmt.Sprintf("%sHandOver[%d]", at, i), account, false)
	}
	for _, account := range slices.Sorted(maps.Keys(s.OrgIDs)) {
		path, id := fmt.Sprintf("%sOrgIDs[%q]", at, account), s.OrgIDs[account]
		region.CheckAccount(&l, path, account, true)
		l.Check(region.ValidOrganisation(id), organisationRule(id), path, id)
	}
	for _, account := range slices.Sorted(maps.Keys(s.Regions)) {
		path := fmt.Sprintf("%sRegions[%q]", at, account)
		region.CheckAccount(&l, path, account, true)
		for i, name := range s.Regions[account] {
			l.Check(region.Valid(name), regionRule(name), fmt.Sprintf("%s[%d]", path, i), name)
		}
	}
	for _, policies := range []struct {
		name string
		of   map[string][][]policy.Document
	}{{"SCPs", s.SCPs}, {"RCPs", s.RCPs}} {
		for _, account := range slices.Sorted(maps.Keys(policies.of)) {
			region.CheckAccount(&l, fmt.Sprintf("%s%s[%q]", at, policies.name, account), account, true)
		}
	}
	return l.Err()
}

// organisationRule is the rule for an id of a wrong form, with what to write in its place where that can be told.
func organisationRule(id string) problem.Rule {
	rule := ruleOrganisation
	plain := strings.ToLower(strings.TrimSpace(id))
	if a, ok := region.ParseARN(plain); ok && a.Service == "organizations" { // organization/o-exampleorgid, account/o-exampleorgid/…, ou/…
		if parts := strings.Split(a.Resource, "/"); len(parts) > 1 {
			plain = parts[1]
		}
	}
	plain, _, _ = strings.Cut(plain, "/")
	if region.ValidOrganisation(plain) {
		rule.Remedy = fmt.Sprintf("write %q", plain)
	}
	return rule
}

// regionRule is the rule for the name of a Region of a wrong form, with what to write in its place where that can be told.
func regionRule(name string) problem.Rule {
	rule := ruleRegionName
	if plain := strings.ToLower(strings.TrimSpace(name)); region.Valid(plain) {
		rule.Remedy = fmt.Sprintf("write %q", plain)
	}
	return rule
}

// CheckConcurrency reports a negative number of calls at once.
func CheckConcurrency(n int) error {
	var l problem.List
	l.Check(n >= 0, withDefault("16"), "Concurrency", strconv.Itoa(n))
	return l.Err()
}

// checkLookAtKeys reports a negative number of keys to look at.
func checkLookAtKeys(n int) error {
	var l problem.List
	rule := ruleNotNegative
	rule.Remedy = "give how many keys of each source to look at, or leave it 0 to look at none"
	l.Check(n >= 0, rule, "LookAtKeys", strconv.Itoa(n))
	return l.Err()
}

// CheckDuration reports a negative duration of the option at path, whose default is shown as such.
func CheckDuration(path string, d, standard time.Duration) error {
	var l problem.List
	l.Check(d >= 0, withDefault(standard.String()), path, d.String())
	return l.Err()
}

func withDefault(standard string) problem.Rule {
	rule := ruleNotNegative
	rule.Remedy += ", " + standard
	return rule
}

// ownership checks the Object Ownership that a tear-down is to put back.
func ownership(s plan.Settings, transfers []*transfer.Transfer) error {
	for _, name := range slices.Sorted(maps.Keys(s.Ownership)) {
		i := slices.IndexFunc(transfers, func(t *transfer.Transfer) bool { return t.Destination.Bucket == name && t.Destination.DisableACLs })
		if i < 0 {
			return fmt.Errorf("plan: Ownership[%q] is no destination bucket with DisableACLs: give one of the transfers' whose ACLs they disabled", name)
		}
		e := transfers[i].Destination
		_, err := bucket.Spec{Name: name, Account: e.Account, Region: e.Region}.RestoreOwnershipInput(s.Ownership[name])
		if problems := problem.All(err); len(problems) > 0 {
			return fmt.Errorf("plan: Ownership[%q]: %w", name, problems[0])
		}
	}
	return nil
}
