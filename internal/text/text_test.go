package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatement(t *testing.T) {
	for _, tt := range []struct{ name, statement, by, within string }{
		{"none", "", "", ""},
		{"a Sid", "NoUploads", `, by statement "NoUploads"`, ` (statement "NoUploads")`},
		{"a Sid with a quote and a line", "No\"\nUploads", `, by statement "No\"\nUploads"`, ` (statement "No\"\nUploads")`},
		{"a Sid that begins like a number", "statement 2 denies", `, by statement "statement 2 denies"`, ` (statement "statement 2 denies")`},
		{"a number alone", "statement 3", ", by statement 3", " (statement 3)"},
		{"a number", "statement 2 of the bucket policy", ", by statement 2 of the bucket policy", " (statement 2 of the bucket policy)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tt.by, tt.within}, []string{By(tt.statement), Within(tt.statement)}); diff != "" {
				t.Errorf("by and within (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "s", 1: "", 2: "s", 1000: "s"} {
		if got := Plural(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// Two answers that refuse alike read alike, whatever their request ids.
func TestOneLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"as it is", errors.New("refused"), "refused"},
		{"line breaks and indentation", errors.Join(errors.New("one"), fmt.Errorf("two:\n\t three")), "one two: three"},
		{"a request id", errors.New("operation error IAM: GetRole, https response error StatusCode: 403, RequestID: 0a1b-2c3d, api error AccessDenied: no"),
			"operation error IAM: GetRole, https response error StatusCode: 403, api error AccessDenied: no"},
		{"a host id too", errors.New("operation error S3: GetBucketPolicy, StatusCode: 403, RequestID: 4442587FB7D0A2F9, HostID: x/y+z==, api error AccessDenied: no"),
			"operation error S3: GetBucketPolicy, StatusCode: 403, api error AccessDenied: no"},
		{"empty ids", errors.New("exceeded, RequestID: , HostID: , canceled"), "exceeded, canceled"},
		{"an id broken over lines", errors.New("RequestID:\n 0a1b,\nno"), "no"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, OneLine(tt.err)); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

// Text of others stays on its line and cannot drive a terminal.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"plain text":      "plain text",
		"Grüße, 日本":       "Grüße, 日本",
		"two\nlines\r\n":  "two lines",
		"tab\tand  space": "tab and space",
		"\x1b[31mred":     `\x1b[31mred`,
		"bell\a":          `bell\a`,
		"right\u202eleft": `right\u202eleft`,
		"bad \xff byte":   `bad \xff byte`,
		"a\u2028b":        "a b", // a line separator is white space
		"nel\u0085next":   "nel next",
		"c1\u009b31m":     `c1\u009b31m`,
		"mark\u200fed":    `mark\u200fed`,
		"isolate\u2066d":  `isolate\u2066d`,
		"no\u00a0break":   "no break",
		"zero\u200bwidth": `zero\u200bwidth`,
		"tag\U000e0041":   `tag\U000e0041`,
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"  two  spaces ":  "  two  spaces ",
		"two\nlines\r\n":  `two\nlines\r\n`,
		"a\u2028b\u2029c": `a\u2028b\u2029c`,
		"no\u00a0break":   `no\u00a0break`,
		"tab\t\v\f\x00":   `tab\t\v\f\x00`,
		"\x7f\u0080":      `\x7f\u0080`,
		"\ufeffmark":      `\ufeffmark`,
		"→ é 日本":          "→ é 日本",
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// JSON keeps its meaning, and what steers a terminal stands there in JSON's own form.
func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		"{\n  \"a\": 1\n}":               "{\n  \"a\": 1\n}",
		"{\"a\":\"\u009b\u202e\u2028\"}": `{"a":"\u009b\u202e\u2028"}`,
		"[\"\U000e0041\", \"日本\"]":       `["\udb40\udc41", "日本"]`,
		`{"a":"\u001b"}`:                 `{"a":"\u001b"}`,
	} {
		var before, after any
		got := JSON(in)
		if err := errors.Join(json.Unmarshal([]byte(in), &before), json.Unmarshal([]byte(got), &after)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after); got != want || diff != "" {
			t.Errorf("%q: got %q, want %q; meaning (-want +got):\n%s", in, got, want, diff)
		}
	}
}

// What is marshalled shows nothing that steers a terminal, and comes back as it was. HTML is for the encoder around it.
func TestMarshal(t *testing.T) {
	for want, in := range map[string]string{
		`"\u009b\u202e\u2028\u007f\u00a0\ufeff"`: "\u009b\u202e\u2028\x7f\u00a0\ufeff",
		`"\\\u202e\\u202e"`:                      "\\\u202e\\u202e",
		`"<Grüße> & 日本\n"`:                       "<Grüße> & 日本\n",
		`"\udb40\udc41"`:                         "\U000e0041",
	} {
		got, err := Marshal(in)
		var back string
		if err := errors.Join(err, json.Unmarshal(got, &back)); err != nil || string(got) != want || back != in {
			t.Errorf("%q: got %s, want %s; read %q, %v", in, got, want, back, err)
		}
	}
	if _, err := Marshal(func() {}); err == nil {
		t.Error("a function was marshalled")
	}
}

func TestAttr(t *testing.T) {
	if got, want := Attr("statement", "No\u202e\n").String(), `statement=No\u202e\n`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestErrorf(t *testing.T) {
	cause := errors.New("no\x1b[2J\r\nChecked  all")
	err := Errorf("reading %s: %w", "x\u202e", cause)
	if want := `reading x\u202e: no\x1b[2J Checked all`; err.Error() != want || !errors.Is(err, cause) {
		t.Errorf("got %q, want %q, and that it wraps the cause", err, want)
	}
}

// A Sid cannot pass for the number of another statement.
func TestNamed(t *testing.T) {
	for sid, want := range map[string]string{
		"":                                    "statement 2",
		"Read":                                `statement "Read"`,
		"statement 1":                         "statement 2",
		"statement 1 of the resource policy":  "statement 2",
		"statement 1 of the resource policy!": `statement "statement 1 of the resource policy!"`,
		"a\x1b\"b":                            `statement "a\x1b\"b"`,
	} {
		if got := Named(sid, 2); got != want {
			t.Errorf("%q: got %q, want %q", sid, got, want)
		}
	}
	if got, want := NamedAll([]string{"Read", "statement 3"}), `statement "Read", statement 3`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNotGiven(t *testing.T) {
	for want, each := range map[string][]string{
		"service control policies of a were not given":                                          {"service control policies of a"},
		"service control policies of a and b and resource control policies of a were not given": {"service control policies of a", "resource control policies of a", "service control policies of b"},
		"resource control policies of a, b and c were not given":                                {"resource control policies of a", "resource control policies of b", "resource control policies of b", "resource control policies of c"},
	} {
		if got := NotGiven(each); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFew(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a", "a"}, "a, b": {"b", "a"}, "a, b, c, d, e": {"e", "d", "c", "b", "a"},
		"a, b, c, d, e and 2 more": {"g", "f", "e", "d", "c", "b", "a"}} {
		if got := Few(names); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A name of others is recognised, and neither drives a terminal nor fills the screen.
func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"":                      `""`,
		"a b/Grüße":             `"a b/Grüße"`,
		"\x1b[31m\n":            `"\x1b[31m\n"`,
		"right\u202eleft":       `"right\u202eleft"`,
		`a "quote"`:             `"a \"quote\""`,
		"bad \xff":              `"bad \xff"`,
		strings.Repeat("ü", 80): `"` + strings.Repeat("ü", 80) + `"`,
		strings.Repeat("ü", 81): `"` + strings.Repeat("ü", 79) + `…"`,
	} {
		if got := Quoted(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
