// Package text holds the small forms that sentences for people have in common: an error on one line, the statement that decided, a plural.
// Findings, details and errors of plans are compared as text, so a form has to come out the same every time: OneLine drops what differs from
// call to call. Everything takes and returns strings or numbers; nothing here knows an AWS resource.
package text

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// OneLine returns the text of an SDK error on one line and without request IDs, so that the same refusal always has the same text.
func OneLine(err error) string {
	return requestIDs.ReplaceAllString(strings.Join(strings.Fields(err.Error()), " "), "")
}

// requestIDs matches the parts of an SDK error that differ from call to call.
var requestIDs = regexp.MustCompile(`(RequestID|HostID): [^,]*, `)

// By returns the statement as the end of a clause that says who decided: `denied, by statement "DenyAll"`. No statement is "".
func By(statement string) string {
	if statement == "" {
		return ""
	}
	return ", by " + Statement(statement)
}

// Within returns the statement in parentheses behind a space: ` (statement "DenyAll")`. No statement is "".
func Within(statement string) string {
	if statement == "" {
		return ""
	}
	return " (" + Statement(statement) + ")"
}

// Statement names a statement: by its Sid, in quotes, or by its number, as in "statement 3 of the resource policy".
func Statement(statement string) string {
	if Numbered(statement) {
		return statement
	}
	return "statement " + strconv.Quote(statement)
}

// Numbered reports whether the text names a statement by its number.
func Numbered(statement string) bool { return numbered.MatchString(statement) }

var numbered = regexp.MustCompile(`^statement [0-9]+( of the [a-z ]+)?$`)

// Few lists names, sorted, and of many only the first ones: "a, b, c, d, e and 7 more".
func Few(names []string) string {
	const most = 5
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// And lists words in their order: "a", "a and b", "a, b and c".
func And(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// NotGiven returns the sentence on what was not handed to a plan. Each is a kind of policies and an account: "service control policies of 111122223333".
func NotGiven(each []string) string {
	accounts := map[string][]string{}
	var kinds []string
	for _, one := range each {
		kind, account, _ := strings.Cut(one, " of ")
		if accounts[kind] == nil {
			kinds = append(kinds, kind)
		}
		if !slices.Contains(accounts[kind], account) {
			accounts[kind] = append(accounts[kind], account)
		}
	}
	for i, kind := range kinds {
		kinds[i] = kind + " of " + And(accounts[kind])
	}
	return strings.Join(kinds, " and ") + " were not given"
}

// Plural returns the ending of a regular English noun of which there are n: "" for one, else "s".
func Plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Printable returns the text on one line, with control characters as Go escapes them, so that text of others cannot move the cursor of a terminal or
// pretend to be a line of ours.
func Printable(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
