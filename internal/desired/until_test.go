package desired

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

var untilEnd = time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)

// untilPolicies are what a transfer with this end wants of the policies of its destination: of the bucket and of the key.
func untilPolicies(until time.Time) (Bucket, Key) {
	g := encrypted()
	g.Until, g.Operators = until, []string{"arn:aws:iam::111122223333:role/ops"}
	w := Of([]*transfer.Transfer{transfer.Resolve(g)})
	var b Bucket
	var k Key
	for _, x := range w.Buckets {
		if x.Grants {
			b = x
		}
	}
	for _, x := range w.Keys {
		if x.Grants {
			k = x
		}
	}
	return b, k
}

// A condition on the time of the request does not change whose a statement is: with any date or none it is ours. With another change beside it is as before.
func TestUntilDoesNotChangeTheShape(t *testing.T) {
	date := func(operator string, values ...string) func(policy.Statement) policy.Statement {
		return func(st policy.Statement) policy.Statement {
			return transfer.Undated(st).When(policy.Where(operator, "aws:CurrentTime", values...))
		}
	}
	for _, tt := range []struct {
		name  string
		until time.Time
		edit  func(policy.Statement) policy.Statement
		ours  bool
		renew bool
	}{
		{"none", untilEnd, transfer.Undated, true, true},
		{"another", untilEnd, date("DateLessThan", "2029-01-01T00:00:00Z"), true, true},
		{"over", untilEnd, date("DateLessThan", "2001-01-01T00:00:00Z"), true, true},
		{"the same in another form", untilEnd, date("DateLessThan", "1896048000"), true, true},
		{"two dates", untilEnd, date("DateLessThan", "2029-01-01T00:00:00Z", "2031-01-01T00:00:00Z"), true, true},
		{"another operator", untilEnd, date("DateGreaterThan", "2029-01-01T00:00:00Z"), true, true},
		{"a beginning and an end", untilEnd, func(st policy.Statement) policy.Statement {
			return st.When(policy.Where("DateGreaterThan", "aws:CurrentTime", "2029-01-01T00:00:00Z"))
		}, true, true},
		{"in other letter case", untilEnd, func(st policy.Statement) policy.Statement {
			return transfer.Undated(st).When(policy.Where("DateLessThan", "AWS:currenttime", "2029-01-01T00:00:00Z"))
		}, true, true},
		{"not wanted any more", time.Time{}, date("DateLessThan", "2029-01-01T00:00:00Z"), true, true},
		{"of another key", untilEnd, func(st policy.Statement) policy.Statement {
			return transfer.Undated(st).When(policy.Where("DateLessThan", "aws:TokenIssueTime", "2029-01-01T00:00:00Z"))
		}, false, false},
		{"of the epoch", untilEnd, func(st policy.Statement) policy.Statement {
			return transfer.Undated(st).When(policy.Where("NumericLessThan", "aws:EpochTime", "1896048000"))
		}, false, false},
		{"and a condition of others", untilEnd, func(st policy.Statement) policy.Statement {
			return st.When(policy.StringEquals("aws:SourceVpce", "vpce-1"))
		}, false, false},
		{"and everybody", untilEnd, func(st policy.Statement) policy.Statement { return st.By(policy.Everyone()) }, false, false},
		{"a Deny", untilEnd, func(st policy.Statement) policy.Statement {
			return policy.Deny("s3:GetObject").WithSid(st.Sid()).By(policy.Everyone()).On("*").When(policy.Where("DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z"))
		}, false, false},
		{"and fewer actions", untilEnd, func(st policy.Statement) policy.Statement {
			actions, _ := st.Actions()
			principals, _ := st.Principals()
			resources, _ := st.Resources()
			return policy.Allow(actions[0]).WithSid(st.Sid()).By(principals...).On(resources...).When(st.Conditions()...)
		}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, k := untilPolicies(tt.until)
			others := policy.Deny("*").WithSid("Theirs").By(policy.Everyone()).On("*").When(policy.StringEquals("aws:SourceVpce", "vpce-2"))
			for what, diff := range map[string]func(policy.Document) PolicyDiff{
				"bucket": func(d policy.Document) PolicyDiff { return b.Diff(d, nil) },
				"key":    func(d policy.Document) PolicyDiff { return k.Diff(d, nil) },
			} {
				statements := b.Spec.Statements
				if what == "key" {
					statements = k.Spec.Statements
				}
				have := policy.New(others, statements)
				for _, st := range statements[:1] {
					have = have.With(tt.edit(st))
				}
				d := diff(have)
				if got := len(d.Taken) == 0; got != tt.ours {
					t.Fatalf("%s: ours is %v, want %v: %+v", what, got, tt.ours, d)
				}
				if tt.ours && (d.Op != plan.Update || !d.Next.Equal(policy.New(others, statements))) {
					t.Errorf("%s: it becomes\n%s", what, d.Next)
				}
				if d.Renew != tt.renew {
					t.Errorf("%s: renews is %v, want %v: %q", what, d.Renew, tt.renew, d.Lines)
				}
				if again := diff(d.Next); tt.ours && again.Op != plan.NoOp {
					t.Errorf("%s: a second time it is %v", what, again.Lines)
				}
			}
		})
	}
}

// What a change of the end says: what is new and what was, one line a statement, and that nothing but ends changes.
func TestUntilRenewed(t *testing.T) {
	of := func(until time.Time) policy.Document {
		b, _ := untilPolicies(until)
		return policy.New(b.Spec.Statements)
	}
	later := untilEnd.AddDate(1, 0, 0)
	for _, tt := range []struct {
		name  string
		have  policy.Document
		until time.Time
		want  string // of the statement by which the role may write, after its Sid
		renew bool
	}{
		{"a later end", of(untilEnd), later, "may write until 2031-01-31T00:00:00Z (it was until 2030-01-31T00:00:00Z)", true},
		{"an end is added", of(time.Time{}), untilEnd, "may write until 2030-01-31T00:00:00Z (it had no end)", true},
		{"the end is removed", of(untilEnd), time.Time{}, "may write (without an end; it was until 2030-01-31T00:00:00Z)", true},
		{"a set-up", policy.Document{}, untilEnd, "may write until 2030-01-31T00:00:00Z", false},
		{"one of two statements is missing", of(untilEnd).Without(listSid()), later, "may write until 2031-01-31T00:00:00Z (it was until 2030-01-31T00:00:00Z)", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := untilPolicies(tt.until)
			d := b.Diff(tt.have, nil)
			var got []string
			for _, line := range d.Lines {
				if _, words, ok := strings.Cut(line, "media-archive-destination "); ok {
					got = append(got, words)
				}
			}
			if diff := cmp.Diff([]string{tt.want}, got); diff != "" || d.Renew != tt.renew {
				t.Errorf("renews is %v, want %v; the lines (-want +got):\n%s", d.Renew, tt.renew, diff)
			}
			if !d.Next.Equal(policy.New(b.Spec.Statements)) {
				t.Errorf("it becomes\n%s", d.Next)
			}
		})
	}
}

// listSid is the Sid of the statement by which the operators may list.
func listSid() string {
	b, _ := untilPolicies(untilEnd)
	return b.Spec.Statements[1].Sid()
}

// With a condition on the time our statement in a log policy is still ours.
func TestUntilInALogPolicy(t *testing.T) {
	w := NewLogPolicy("111122223333", "us-east-2", "aws")
	dated := w.Statement().When(policy.Where("DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z"))
	if d := w.Diff(map[string]policy.Document{"xacct-datasync": policy.New(dated)}); len(d.Taken) > 0 {
		t.Errorf("it is taken for somebody else's: %+v", d)
	}
}
