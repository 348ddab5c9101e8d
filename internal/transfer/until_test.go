package transfer

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Every statement in a policy of another account has the end, in each shape, and nothing else has it.
func TestUntilIsInEveryGrant(t *testing.T) {
	end := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	dates := func(st policy.Statement) []string {
		var out []string
		for _, c := range st.Conditions() {
			if AboutTime(c) {
				out = append(out, append([]string{c.Operator(), c.Key()}, c.Values()...)...)
			}
		}
		return out
	}
	full := func(g *Given) {
		g.Operators = []string{"arn:aws:iam::111122223333:role/ops"}
		g.Destination.KMSKeys, g.Source.KMSKeys = []string{keyB}, []string{keyA}
		g.Task.Report = &task.Report{Account: g.Destination.Account, Bucket: g.Destination.Bucket, Prefix: "reports"}
	}
	for _, tt := range []struct {
		name string
		edit func(*Given)
		want []string // the purposes of what ends
	}{
		{"push", full, []string{"Write", "List", "Report", "Encrypt"}},
		{"by account", func(g *Given) { full(g); g.Grant = grantByAccount }, []string{"Write", "List", "Report", "Encrypt"}},
		{"pull", func(g *Given) {
			full(g)
			g.TaskAccount, g.Operators = "444455556666", []string{"arn:aws:iam::444455556666:role/ops"}
		}, []string{"Read", "List", "Decrypt"}},
		{"NoDelete and kms:ViaService", func(g *Given) { full(g); g.Destination.NoDelete, g.Destination.KMSViaS3 = true, true },
			[]string{"Write", "List", "Report", "Encrypt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := valid()
			tt.edit(&g)
			without := Resolve(g)
			g.Until = end
			with := Resolve(g)
			if err := with.Validate(); err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, purpose := range tt.want {
				for _, side := range Sides {
					if sid := with.sid(side, purpose); slices.ContainsFunc(with.Granted(), func(st policy.Statement) bool { return st.Sid() == sid }) {
						want = append(want, sid)
					}
				}
			}
			var got []string
			for i, st := range with.Granted() {
				got = append(got, st.Sid())
				if diff := cmp.Diff([]string{"DateLessThan", "aws:CurrentTime", "2030-01-31T00:00:00Z"}, dates(st)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", st.Sid(), diff)
				}
				if bare := without.Granted()[i]; !Undated(st).Equal(bare) || st.Equal(bare) {
					t.Errorf("without its date it is %s, want %s", Undated(st).Bytes(), bare.Bytes())
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) != len(tt.want) {
				t.Errorf("the grants (-want +got):\n%s", diff)
			}
			for _, side := range Sides {
				for _, st := range with.roleStatements(side) {
					if dates(st) != nil {
						t.Errorf("the role's own policy has an end: %s", st.Bytes())
					}
				}
				if diff := cmp.Diff(without.End(side).Sids, with.End(side).Sids); diff != "" {
					t.Errorf("other Sids (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A grant has ended at Until exactly, because its condition asks for a time before. An unknown time ends nothing.
func TestHasEnded(t *testing.T) {
	end := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name       string
		until, now time.Time
		want       bool
	}{
		{"before", end, end.Add(-time.Nanosecond), false},
		{"exactly", end, end, true},
		{"after, in another zone", end, end.Add(time.Second).In(time.FixedZone("CET", 3600)), true},
		{"no end", time.Time{}, end, false},
		{"no clock", end, time.Time{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := valid()
			g.Until = tt.until
			if got := Resolve(g).HasEnded(tt.now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A time in UTC by another name is kept as JSON gives it back, so that a plan equals what is read from its JSON.
func TestUntilIsKeptInUTC(t *testing.T) {
	g := valid()
	g.Until = time.Date(2030, time.January, 31, 0, 0, 0, 0, time.FixedZone("GMT", 0))
	if got := Resolve(g).Given.Until; got != time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC) {
		t.Errorf("got %#v", got)
	}
	if got := Resolve(valid()).Given.Until; got != (time.Time{}) {
		t.Errorf("no end became %#v", got)
	}
}
