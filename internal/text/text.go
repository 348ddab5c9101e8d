// Package text holds the small forms that sentences for people have in common: an error on one line, the statement that decided, a plural.
// Findings, details and errors of plans are compared as text, so a form has to come out the same every time: OneLine drops what differs from
// call to call. Everything takes and returns strings or numbers; nothing here knows an AWS resource.
package text

import (
	"regexp"
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

// By returns ", by " and the statement, as the end of a clause that says who decided: "denied, by statement DenyAll". No statement is "".
func By(statement string) string {
	if statement == "" {
		return ""
	}
	return ", by " + statement
}

// Within returns the statement in parentheses behind a space: " (statement DenyAll)". No statement is "".
func Within(statement string) string {
	if statement == "" {
		return ""
	}
	return " (" + statement + ")"
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

// Quoted returns a name of others, such as a key, in quotes, with everything escaped that cannot be printed, shortened to 80 characters.
func Quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return strconv.Quote(s)
}
