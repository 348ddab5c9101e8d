package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

var (
	now    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	digits = "sha256:" + strings.Repeat("0a", 32)
)

// entry is what is said of the policy of a bucket at a time.
func entry(at time.Time, edit func(*plan.ChangeResult)) plan.ChangeResult {
	c := plan.ChangeResult{ID: "444455556666/us-east-2/bucket-policy/media", Account: "444455556666", Region: "us-east-2", Kind: plan.BucketPolicy, Name: "media",
		Status: plan.Done, Stored: &plan.Stored{Time: at, Ours: policy.New(policy.Allow("s3:GetObject").WithSid("Xacct")), Rest: digits}}
	if edit != nil {
		edit(&c)
	}
	return c
}

func TestRules(t *testing.T) {
	claims := func(at time.Time, edit func(*plan.ChangeResult)) error {
		_, _, err := Claims([]*plan.Result{{Changes: []plan.ChangeResult{entry(at, edit)}}}, now)
		return err
	}
	check := func(edit func(*plan.Claim)) error {
		c := plan.Claim{Account: "444455556666", Region: "us-east-2", Kind: plan.BucketPolicy, Name: "media", Time: now, Rest: digits}
		edit(&c)
		return Check([]plan.Claim{c}, "Settings.", now)
	}
	waits := func(c *plan.ChangeResult) { c.Kind, c.Status = plan.IAMRole, plan.Waiting }
	problemtest.Run(t, Rules, []problemtest.Case{
		{Rule: "report-time", Name: "five minutes ahead", Err: claims(now.Add(Ahead), nil)},
		{Rule: "report-time", Name: "a year ago", Err: claims(now.AddDate(-1, 0, 0), nil)},
		{Rule: "report-time", Name: "more than five minutes ahead", Refuse: true, Err: claims(now.Add(Ahead+1), nil)},
		{Rule: "report-time", Name: "of what claims nothing", Refuse: true, Err: claims(now.Add(time.Hour), waits)},
		{Rule: "report-time", Name: "in a plan, ahead", Refuse: true, Err: check(func(c *plan.Claim) { c.Time = now.Add(time.Hour) })},
		{Rule: "report-claim", Name: "of a policy", Err: check(func(*plan.Claim) {})},
		{Rule: "report-claim", Name: "of Object Ownership", Err: check(func(c *plan.Claim) { c.Kind, c.Ownership = plan.BucketOwnership, "BucketOwnerEnforced" })},
		{Rule: "report-claim", Name: "of a role", Refuse: true, Err: check(func(c *plan.Claim) { c.Kind = plan.IAMRole })},
		{Rule: "report-claim", Name: "without a time", Refuse: true, Err: check(func(c *plan.Claim) { c.Time = time.Time{} })},
		{Rule: "report-claim", Name: "with half a digest", Refuse: true, Err: check(func(c *plan.Claim) { c.Rest = digits[:20] })},
		{Rule: "report-claim", Name: "with an Object Ownership that is none", Refuse: true, Err: check(func(c *plan.Claim) { c.Ownership = "Mine" })},
	})
	c := plan.Claim{Account: "444455556666", Kind: plan.KeyPolicy, Name: "k", Time: now}
	if err := Check([]plan.Claim{c, c}, "", now); err == nil {
		t.Error("two claims about one policy: no error")
	}
}

func TestClaims(t *testing.T) {
	for _, tt := range []struct {
		name    string
		edit    func(*plan.ChangeResult)
		ignored string // part of the reason; "" for a claim
	}{
		{"of a policy", nil, ""},
		{"of Object Ownership", func(c *plan.ChangeResult) {
			c.Kind, c.ID, c.Stored.Ownership = plan.BucketOwnership, "444455556666/us-east-2/bucket-ownership/media", "ObjectWriter"
		}, ""},
		{"that was so already", func(c *plan.ChangeResult) { c.Status = plan.Unchanged }, ""},
		{"that failed", func(c *plan.ChangeResult) { c.Status = plan.Failed }, `ended as "failed"`},
		{"that waits", func(c *plan.ChangeResult) { c.Status = plan.Waiting }, `ended as "waiting"`},
		{"without a status", func(c *plan.ChangeResult) { c.Status = "" }, `ended as ""`},
		{"of no kind", func(c *plan.ChangeResult) { c.Kind = "" }, `kind ""`},
		{"of another ID", func(c *plan.ChangeResult) { c.ID = "x" }, `its ID is "x"`},
		{"of no account", func(c *plan.ChangeResult) { c.Account = "B" }, `account "B"`},
		{"of what was not read", func(c *plan.ChangeResult) { c.Stored = nil }, "what was read"},
		{"without a time", func(c *plan.ChangeResult) { c.Stored.Time = time.Time{} }, "what was read"},
		{"with a digest of upper case", func(c *plan.ChangeResult) { c.Stored.Rest = strings.ToUpper(digits) }, "digest"},
		{"of no Object Ownership", func(c *plan.ChangeResult) {
			c.Kind, c.ID = plan.BucketOwnership, "444455556666/us-east-2/bucket-ownership/media"
		}, "Object Ownership"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ignored, err := Claims([]*plan.Result{{Changes: []plan.ChangeResult{entry(now, tt.edit)}}}, now)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tt.ignored == "" && (len(got) != 1 || len(ignored) != 0):
				t.Errorf("%v, ignored %v; want a claim", got, ignored)
			case tt.ignored != "" && (len(got) != 0 || len(ignored) != 1 || !strings.Contains(ignored[0].Why, tt.ignored)):
				t.Errorf("%v, ignored %v; want it ignored for %s", got, ignored, tt.ignored)
			}
		})
	}
}

func TestTheLatestClaimCounts(t *testing.T) {
	older, newer := entry(now.Add(-time.Hour), nil), entry(now, func(c *plan.ChangeResult) { c.Stored.Ours = policy.Document{} })
	for _, order := range [][]*plan.Result{{{Changes: []plan.ChangeResult{older}}, {Changes: []plan.ChangeResult{newer}}}, {{Changes: []plan.ChangeResult{newer, older}}}} {
		got, _, err := Claims(order, now)
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		if diff := cmp.Diff(now, got[0].Time); diff != "" {
			t.Errorf("time (-want +got):\n%s", diff)
		}
	}
}

func TestReportsWithoutChanges(t *testing.T) {
	got, ignored, err := Claims([]*plan.Result{nil, {}}, now)
	if len(got) != 0 || len(ignored) != 2 || err != nil {
		t.Errorf("%v, ignored %v, %v", got, ignored, err)
	}
}
