// Package text holds the small forms that sentences for people have in common: an error on one line, the statement that decided, a plural.
// Findings, details and errors of plans are compared as text, so a form has to come out the same every time: OneLine drops what differs from
// call to call. Everything takes and returns strings or numbers; nothing here knows an AWS resource.
package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// OneLine returns the text of an SDK error on one line, escaped, and without request IDs, so that the same refusal always has the same text.
func OneLine(err error) string {
	return Printable(requestIDs.ReplaceAllString(strings.Join(strings.Fields(err.Error()), " "), ""))
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

var numbered = regexp.MustCompile(`^statement [0-9]+( of the [A-Za-z ]+)?$`)

// SidOr returns the Sid, or the number of the statement if it has none: "statement 3". A Sid that looks like a number would name another statement, so
// that the number stands for it.
func SidOr(sid string, number int) string {
	if sid == "" || Numbered(sid) {
		return fmt.Sprintf("statement %d", number)
	}
	return sid
}

// Named names in words, as [Statement] does, what SidOr returns.
func Named(sid string, number int) string { return Statement(SidOr(sid, number)) }

// NamedAll names each of the statements, which are given by their Sids or numbers, as [Statement] does.
func NamedAll(statements []string) string {
	out := make([]string, len(statements))
	for i, s := range statements {
		out[i] = Statement(s)
	}
	return strings.Join(out, ", ")
}

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

// Printable returns the text on one line, escaped as [Escape] does.
func Printable(s string) string { return Escape(strings.Join(strings.Fields(s), " ")) }

// Escape returns the text with everything that is not printed as itself in the form in which Go escapes it: control characters, line breaks, marks of
// direction, spaces other than the plain one, and bytes that are no UTF-8. Text of others then cannot move the cursor of a terminal, turn a line round,
// or pretend to be a line of ours.
func Escape(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// JSON returns the JSON text with every character in its strings that is not printed as itself in the form in which JSON escapes it. The meaning stays.
// Line feeds stay too: in JSON they stand between values only.
func JSON(s string) string {
	if plain(strings.ReplaceAll(s, "\n", "")) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// Marshal returns v as one line of JSON, with its strings escaped as [JSON] does: whoever reads them gets exactly what v has, and whoever prints the
// line shows no text of others that steers a terminal. A MarshalJSON calls it with a value of a type without that method.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the encoder that called MarshalJSON does as its user set it
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	data := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if plain(data) {
		return data, nil
	}
	return []byte(JSON(string(data))), nil
}

// Digest is [Sum] of what json.Marshal returns for v. It makes fewer copies than json.Marshal, because the plan of a fleet has megabytes.
func Digest(v json.Marshaler) (string, error) {
	data, err := v.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("digest of the JSON: %w", err)
	}
	var b bytes.Buffer
	json.HTMLEscape(&b, data)
	return Sum(b.Bytes()), nil
}

// Sum returns "sha256:" and the hash of the data in hexadecimal.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Attr returns the attribute of a log record whose value may be text of others, escaped as [Escape] does: handlers write some of it as it is.
func Attr(key, value string) slog.Attr { return slog.String(key, Escape(value)) }

// Errorf is fmt.Errorf for an error whose text may quote others: it is escaped and on one line. What it wraps stays as it is.
func Errorf(format string, args ...any) error { return &escaped{fmt.Errorf(format, args...)} }

type escaped struct{ err error }

func (e *escaped) Error() string { return Printable(e.err.Error()) }

func (e *escaped) Unwrap() error { return e.err }

// plain reports whether all of the text is printed as itself.
func plain[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Quoted returns a name of others, such as a key, in quotes, with everything escaped that cannot be printed, shortened to 80 characters.
func Quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return strconv.Quote(s)
}

// How lines of a change begin that tell its operator more than what changes.
const (
	InWords    = "in words: "
	Before     = "before: "
	Afterwards = "afterwards: "
)
