package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
	. "github.com/xacct/xacct/policy"
)

// generator writes random policy documents: every element in every shape, members in any order, odd white space, escapes.
type generator struct{ *rand.Rand }

func (g generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g generator) space() string {
	if g.IntN(3) > 0 {
		return ""
	}
	return g.pick(" ", "\n", "\t", "\r\n", "\n  ", " \t ")
}

// text returns a string in quotation marks with some characters escaped.
func (g generator) text(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case g.IntN(40) == 0 && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '/' && g.IntN(8) == 0:
			b.WriteString(`\/`)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func (g generator) object(members []string) string {
	g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + g.join(members) + "}"
}

func (g generator) join(values []string) string {
	var b strings.Builder
	b.WriteString(g.space())
	for i, v := range values {
		if i > 0 {
			b.WriteString("," + g.space())
		}
		b.WriteString(v + g.space())
	}
	return b.String()
}

func (g generator) member(name, value string) string {
	return g.text(name) + g.space() + ":" + g.space() + value
}

// some returns a value, or a list of up to three values.
func (g generator) some(one func() string) string {
	if g.IntN(3) == 0 {
		return one()
	}
	values := make([]string, g.IntN(4))
	for i := range values {
		values[i] = one()
	}
	return "[" + g.join(values) + "]"
}

func (g generator) statement() string {
	members := []string{g.member("Effect", g.text(g.pick("Allow", "Deny")))}
	if g.IntN(3) > 0 {
		members = append(members, g.member("Sid", g.text(g.pick("", "A", "B", "C", "a b", "Ü", "東京", `"`))))
	}
	members = append(members, g.member(g.pick("Action", "Action", "NotAction"), g.some(func() string {
		return g.text(g.pick("s3:GetObject", "S3:getobject", "s3:*", "*", "kms:Decrypt"))
	})))
	if g.IntN(4) > 0 {
		members = append(members, g.member(g.pick("Resource", "Resource", "NotResource"), g.some(func() string {
			return g.text(g.pick("*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws-cn:s3:::b/${aws:username}", "arn:aws:s3:::b/é"))
		})))
	}
	if g.IntN(4) > 0 {
		value := `"*"`
		if g.IntN(4) > 0 {
			var types []string
			for _, kind := range []string{"AWS", "Service", "Federated", "CanonicalUser", "Other"} {
				if g.IntN(3) == 0 {
					types = append(types, g.member(kind, g.some(func() string {
						return g.text(g.pick("*", "111122223333", "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:root", "arn:aws:iam::111122223333:role/r", "AROAEXAMPLEROLEID0001", "s3.amazonaws.com"))
					})))
				}
			}
			value = g.object(types)
		}
		members = append(members, g.member(g.pick("Principal", "Principal", "NotPrincipal"), value))
	}
	if g.IntN(2) == 0 {
		var operators []string
		for _, operator := range []string{"StringEquals", "ForAnyValue:ArnLikeIfExists", "Bool", "NumericLessThan"} {
			if g.IntN(2) == 0 {
				var keys []string
				for _, key := range []string{"aws:SourceArn", "aws:PrincipalTag/Team", "s3:prefix"} {
					if g.IntN(2) == 0 {
						keys = append(keys, g.member(key, g.some(func() string {
							return g.pick("true", "1.20", "-0", "9007199254740993", "1e5", g.text("x"), g.text("${a:b}"), g.text(""))
						})))
					}
				}
				operators = append(operators, g.member(operator, g.object(keys)))
			}
		}
		members = append(members, g.member("Condition", g.object(operators)))
	}
	if g.IntN(6) == 0 {
		members = append(members, g.member("Note", g.pick(`{"a":[1,{"b":null}]}`, `[ ]`, "0", `"Sid"`)))
	}
	return g.object(members)
}

func (g generator) document() string {
	var members []string
	if g.IntN(4) > 0 {
		members = append(members, g.member("Version", g.text(g.pick("2012-10-17", "2008-10-17"))))
	}
	if g.IntN(3) == 0 {
		members = append(members, g.member("Id", g.text(g.pick("", "x", "a b", "東"))))
	}
	if g.IntN(6) == 0 {
		members = append(members, g.member("Note", `{ "Statement":[ {}] }`))
	}
	list := g.statement()
	if g.IntN(4) > 0 {
		statements := make([]string, g.IntN(5))
		for i := range statements {
			statements[i] = g.statement()
		}
		list = "[" + g.join(statements) + "]"
	}
	return g.space() + g.object(append(members, g.member("Statement", list))) + g.space()
}

// checkGenerated checks the properties that every document must have, and compares random edits with edits of a plain list of statements.
func checkGenerated(t *testing.T, seed uint64) {
	g := generator{rand.New(rand.NewPCG(seed, 5))}
	text := g.document()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if string(d.Bytes()) != text {
		t.Fatalf("other bytes:\n%s\n%s", text, d.Bytes())
	}
	checkEdits(t, d, Deny("x:New").WithSid("XacctNew"))
	if !strings.Contains(text, "aws-cn") { // render knows the partition aws only
		if r := mustParse(t, string(render(t, text))); !d.Equal(r) || !r.Equal(d) {
			t.Errorf("not equal to what S3 makes of it:\n%s\n%s", text, r.Bytes())
		}
	}
	for _, edited := range editOneValue([]byte(text), g.Rand) {
		if b, err := Parse(edited); err == nil && (d.Equal(b) || b.Equal(d)) {
			t.Errorf("a changed value is overlooked:\n%s\n%s", text, edited)
		}
	}

	var model []Statement
	for s := range d.All() {
		model = append(model, s)
	}
	for range 6 {
		sid := g.pick("A", "B", "New", "Ü")
		switch g.IntN(3) {
		case 0:
			d = d.Without(sid)
			model = withoutSid(model, sid)
		case 1:
			s := onlyStatement(t, mustParse(t, doc(g.statement()))).WithSid(sid)
			d, model = d.With(s), modelWith(model, s)
		default:
			s := onlyStatement(t, mustParse(t, doc(g.statement()))).WithSid(sid)
			conflict := false
			for _, o := range model {
				conflict = conflict || o.Sid() == sid && !o.Equal(s)
			}
			merged, err := d.Merge(s)
			if (err != nil) != conflict {
				t.Fatalf("Merge: %v, want a conflict: %v", err, conflict)
			}
			if !conflict {
				d = merged
				if _, ok := findSid(model, sid); !ok {
					model = append(model, s)
				}
			}
		}
		again := mustParse(t, string(d.Bytes()))
		if !again.Equal(d) || !reflectsIndex(again, d) {
			t.Fatalf("other than what is read back: %s", d.Bytes())
		}
		i := 0
		for s := range d.All() {
			if i >= len(model) || string(s.Bytes()) != string(model[i].Bytes()) {
				t.Fatalf("statement %d is %s, want %v\nin %s", i, s.Bytes(), model[i:], d.Bytes())
			}
			i++
		}
		if i != len(model) {
			t.Fatalf("%d statements, want %d", i, len(model))
		}
	}
}

func findSid(list []Statement, sid string) (int, bool) {
	for i, s := range list {
		if s.Sid() == sid {
			return i, true
		}
	}
	return 0, false
}

func withoutSid(list []Statement, sid string) (out []Statement) {
	for _, s := range list {
		if s.Sid() != sid {
			out = append(out, s)
		}
	}
	return out
}

// modelWith is a model of With: it replaces the first statement with the Sid unless both mean the same, removes further ones, and appends
// the statement if there is none.
func modelWith(list []Statement, s Statement) []Statement {
	i, ok := findSid(list, s.Sid())
	if !ok {
		return append(list, s)
	}
	if list[i].Equal(s) {
		s = list[i]
	}
	out := append(append([]Statement{}, list[:i]...), s)
	return append(out, withoutSid(list[i+1:], s.Sid())...)
}

func TestGenerated(t *testing.T) {
	const documents = 2000 / testlimit.UnderRace
	for seed := range uint64(documents) {
		checkGenerated(t, seed)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d documents", documents)
}

func FuzzGenerated(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(checkGenerated)
}
