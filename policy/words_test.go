package policy_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"

	. "github.com/xacct/xacct/policy"
)

// unprintable reports whether a terminal does not print a character of the line as itself.
func unprintable(line string) bool {
	return strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) })
}

// hostileStatement quotes the text wherever a statement can.
func hostileStatement(s string) Statement {
	return Deny("s3:"+s).By(AWS("arn:aws:iam::444455556666:role/"+s), Service(s)).On("arn:aws:s3:::media/"+s).
		When(StringEquals("aws:PrincipalTag/"+s, s), Where("StringLike"+s, "aws:UserAgent", s)).WithSid("Sid" + s)
}

// wordsOf is every text for people that the package makes of a statement of others, a line each.
func wordsOf(s string) []string {
	st := hostileStatement(s)
	d := New(st)
	out := []string{st.Explain(), st.String()}
	for _, c := range st.Conditions() {
		out = append(out, c.String())
	}
	principals, _ := st.Principals()
	for _, p := range principals {
		out = append(out, p.String())
	}
	changes := append(Diff(Document{}, d), Diff(d, Document{})...)
	changes = append(changes, Diff(d, New(st.On("*"), st.WithSid(s+"2")))...)
	changes = append(changes, Diff(New(Allow("s3:*").On("*").WithSid(st.Sid())), d)...)
	for _, c := range changes {
		out = append(out, strings.Split(c.String(), "\n")...)
	}
	_, err := New(st).Merge(Allow("s3:*").By(Everyone()).On("*").WithSid(st.Sid()))
	for _, err := range []error{err, d.Validate(Bucket), d.Validate(Trust), New(st.By()).Validate(Identity)} {
		if err != nil {
			out = append(out, strings.Split(err.Error(), "\n")...)
		}
	}
	for _, text := range []string{`{"Statement":[{"Effect":"` + s + `"}]}`, `{"` + s + `":{}}`, s, `{"Version":"` + s + `","Statement":[]}`} {
		if _, err := Parse([]byte(text)); err != nil {
			out = append(out, err.Error())
		}
	}
	return append(out, strings.Split(d.String(), "\n")...)
}

// FuzzWords looks at every text for people about a policy of others: none holds a character that steers a terminal, no line is theirs, and the document
// keeps its bytes and its meaning.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		"\x1b[2J", "\r\nChecked  all is allowed", "\u202edewolla", "a\u2028b\u2029c", "\u009b31m", "\u2066x\u2069", "\xff\xfe", "\u200b", `"`, "\t\v\f\x00",
		"\ufeff", "%s%d", "\U000e0041", `\u001b`, "日本",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, line := range wordsOf(s) {
			if unprintable(line) {
				t.Errorf("not printable: %q", line)
			}
		}
		d := New(hostileStatement(s))
		read, err := Parse([]byte(d.String()))
		if err != nil || !read.Equal(d) {
			t.Errorf("the text is not the document: %v\n%s", err, d)
		}
		again, err := Parse(d.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), d.Bytes()) {
			t.Errorf("the bytes are not the document's: %v", err)
		}
	})
}

// A path in YAML is text of others too.
func TestYAMLErrorIsEscaped(t *testing.T) {
	var d Document
	err := d.UnmarshalYAML(func(v any) error {
		if into, ok := v.(*any); ok {
			*into = map[any]any{"Version\x1b[2J\u202e": 12}
			return nil
		}
		return errors.New("cannot\x1b[2J\r\nChecked")
	})
	if err == nil || unprintable(err.Error()) {
		t.Errorf("%q", err)
	}
}
