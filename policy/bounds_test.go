package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/testlimit"
	. "github.com/xacct/xacct/policy"
)

// TestHostileDocumentsAreBounded: documents that are made to cost as much as they can, and much larger than a service stores, cost little.
func TestHostileDocumentsAreBounded(t *testing.T) {
	const n = 4000
	bare, named := make(Statements, n), make(Statements, n)
	var sids []string
	for i := range n {
		bare[i] = Allow("s3:GetObject").By(Account("111122223333")).On(fmt.Sprintf("arn:aws:s3:::b/%d", i))
		named[i] = bare[i].WithSid(fmt.Sprintf("S%d", i))
		sids = append(sids, fmt.Sprintf("S%d", n-i))
	}
	bareDocument, namedDocument := New(bare), New(named)
	backward := slices.Clone(bare)
	slices.Reverse(backward)
	other := New(backward)
	statement := func(more string) string { return `{"Statement":{"Effect":"Deny","Action":"s3:*"` + more + `}}` }
	refused := func(text string) func() int {
		return func() int {
			if _, err := Parse([]byte(text)); err == nil {
				return 1
			}
			return 0
		}
	}
	validated := func(text string) func() int {
		return func() int {
			d := parsed(text)
			_ = d.Validate(Bucket)
			_ = d.String()
			for s := range d.All() {
				s.Explain()
			}
			return d.Len()
		}
	}
	for _, tt := range []struct {
		name string
		do   func() int
		want int
	}{
		{"With of statements", func() int { return namedDocument.With(named).Len() }, n},
		{"With of statements without a Sid", func() int { return bareDocument.With(other).Len() }, n},
		{"With of new statements", func() int { return bareDocument.With(named).Len() }, 2 * n},
		{"With of one statement often", func() int { return New(bare[0]).With(slices.Repeat(Statements{named[0]}, n)).Len() }, 2},
		{"Merge", func() int { d, _ := namedDocument.Merge(named, bare); return d.Len() }, 2 * n},
		{"Without", func() int { return namedDocument.Without(sids...).Len() }, 1},
		{"Diff", func() int { return len(Diff(namedDocument, bareDocument)) }, n},
		{"Diff of another order", func() int { return len(Diff(bareDocument, other)) }, n},
		{"Equal of another order", func() int {
			if bareDocument.Equal(other) {
				return 1
			}
			return 0
		}, 1},
		{"190 levels of an unknown member", validated(statement(`,"X":` + strings.Repeat(`[{"a":`, 90) + "1" + strings.Repeat("}]", 90))), 1},
		{"100,000 levels", refused(statement(`,"X":` + strings.Repeat("[", 100_000))), 0},
		{"100,000 objects in objects", refused(statement(`,"X":` + strings.Repeat(`{"a":`, 100_000))), 0},
		{"members, of which the last repeats the first", refused(statement("," + object(n, `"M#":1`) + `,"M0":2`)), 0},
		{"members, of which the last repeats the first with escapes", refused(statement("," + object(n, `"\u004d#":1`) + `,"M0":2`)), 0},
		{"condition keys, of which the last repeats the first", refused(statement(`,"Condition":{"Bool":{` + object(n, `"k:#":true`) + `,"k:0":true}}`)), 0},
		{"operators, of which the last repeats the first", refused(statement(`,"Condition":{` + object(n, `"Op#":{}`) + `,"Op0":{}}`)), 0},
		{"a member of one name often", refused(statement(strings.Repeat(`,"M":1`, n))), 0},
		{"keys that do not fit actions", validated(strings.Replace(statement(`,"Condition":{"StringLike":{`+object(n, `"s3:prefix/#":"v"`)+`}}`), `"s3:*"`, list(n, "s3:PutObject"), 1)), 1},
		{"a number of 100,000 digits", validated(statement(`,"Condition":{"NumericLessThan":{"k:x":` + strings.Repeat("9", 100_000) + `}}`)), 1},
		{"a Sid of 100,000 letters in each statement", func() int {
			return New(slices.Repeat(Statements{bare[0].WithSid(strings.Repeat("S", 100_000))}, 20)).Without("S").Len()
		}, 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			got := tt.do()
			if took := time.Since(start); took > time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("took %v", took)
			}
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// TestFindingByMeaning compares Diff and With, which look statements up, with the comparison of each with each.
func TestFindingByMeaning(t *testing.T) {
	var pool []Statement
	for _, sid := range []string{"", "A", "B"} {
		for _, principals := range []string{
			`"111122223333"`, `"arn:aws:iam::111122223333:root"`, `"arn:aws-cn:iam::111122223333:root"`, `["111122223333","arn:aws-cn:iam::111122223333:root"]`,
			`["111122223333","arn:aws-us-gov:iam::444455556666:root"]`, `["444455556666","arn:aws-us-gov:iam::111122223333:root"]`, `"*"`,
			`["111122223333","arn:aws:iam::111122223333:root"]`, `"arn:aws:iam::111122223333:role/r"`,
		} {
			for _, resource := range []string{`"*"`, `"arn:aws:s3:::b"`, `["arn:aws-cn:s3:::b"]`} {
				s := parsed(`{"Statement":{"Effect":"Allow","Principal":{"AWS":` + principals + `},"Action":"s3:Get","Resource":` + resource + `}}`)
				for st := range s.All() {
					pool = append(pool, st.WithSid(sid))
				}
			}
		}
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	pick := func() (out Statements) {
		for range 1 + rnd.IntN(8) {
			out = append(out, pool[rnd.IntN(len(pool))])
		}
		return out
	}
	moved := 0
	for range 1000 {
		old, now := pick(), pick()
		got := Diff(New(old), New(now))
		if diff := cmp.Diff(pairs(slowDiff(old, now)), pairs(got)); diff != "" {
			t.Fatalf("Diff of %s and %s (-want +got):\n%s", New(old), New(now), diff)
		}
		moved += len(old) + len(now) - len(got)
		want := slices.Clone(old)
		for _, s := range now {
			want = slowWith(want, s)
		}
		if diff := cmp.Diff(string(New(want).Bytes()), string(New(old).With(now).Bytes())); diff != "" {
			t.Fatalf("With of %s and %s (-want +got):\n%s", New(old), New(now), diff)
		}
	}
	t.Logf("%d pairs", moved)
}

func same(a, b Statement) bool { return a.WithSid("").Equal(b.WithSid("")) }

// slowDiff returns the partners of the statements, as Diff documents them.
func slowDiff(old, now Statements) []StatementChange {
	out, taken := make([]StatementChange, len(old)), make([]bool, len(now))
	for i, a := range old {
		out[i] = StatementChange{Op: Removed, Sid: a.Sid(), Before: a}
	}
	for _, fits := range []func(a, b Statement) bool{
		func(a, b Statement) bool { return a.Sid() == b.Sid() && same(a, b) },
		func(a, b Statement) bool { return a.Sid() != "" && a.Sid() == b.Sid() },
		same,
	} {
		for i, a := range old {
			for j, b := range now {
				if out[i].Op == Removed && !taken[j] && fits(a, b) {
					taken[j] = true
					out[i] = StatementChange{Op: Changed, Sid: b.Sid(), Before: a, After: b}
					if a.Sid() == b.Sid() && same(a, b) {
						out[i].Op = Kept
					}
				}
			}
		}
	}
	for j, b := range now {
		if !taken[j] {
			out = append(out, StatementChange{Op: Added, Sid: b.Sid(), After: b})
		}
	}
	return out
}

// slowWith puts the statement in, as With documents it.
func slowWith(all Statements, s Statement) Statements {
	if s.Sid() == "" {
		if slices.ContainsFunc(all, func(o Statement) bool { return o.Sid() == "" && same(o, s) }) {
			return all
		}
		return append(slices.Clip(all), s)
	}
	var out Statements
	done := false
	for _, o := range all {
		switch {
		case o.Sid() != s.Sid():
			out = append(out, o)
		case !done && same(o, s):
			out, done = append(out, o), true
		case !done:
			out, done = append(out, s), true
		}
	}
	if !done {
		out = append(out, s)
	}
	return out
}

// pairs shows changes as text.
func pairs(changes []StatementChange) []string {
	var out []string
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s %s %s -> %s", c.Op, c.Sid, c.Before, c.After))
	}
	return out
}
