package enginetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/review"
	"github.com/xacct/xacct/xaccttest"
)

func onlyDrift(o *xacct.PlanOptions) { o.Drift = true }

// dropStatement takes one of our statements out of the policy of the destination's bucket.
func dropStatement(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.Result) {
	d, err := policy.Parse(cloud.BucketPolicy(tr.Destination.Bucket))
	if err != nil {
		t.Fatal(err)
	}
	for st := range d.All() {
		if strings.HasPrefix(st.Sid(), "Xacct") {
			cloud.SetBucketPolicy(tr.Destination.Bucket, d.Without(st.Sid()).Bytes())
			return
		}
	}
	t.Fatal("no statement of ours")
}

// TestOnlyDrift changes what was set up and asks what differs. A plan without Drift finds the same changes, and more findings.
func TestOnlyDrift(t *testing.T) {
	for _, tt := range []struct {
		name     string
		pull     bool
		made     func(*xacct.Transfer) // before the set-up
		edit     func(*testing.T, *xaccttest.Cloud, *xacct.Transfer, *xacct.Result)
		without  string // an account without clients
		handOver string // an account that is only read
		refused  string // an operation
		want     []string
		unread   bool
		calls    int // the most; 0 is 16
	}{
		{name: "nothing"},
		{name: "nothing, with ACLs disabled", made: func(tr *xacct.Transfer) { tr.Destination.DisableACLs = true }, calls: 17},
		{name: "nothing of a pull", pull: true},
		{name: "a statement of ours is gone", edit: dropStatement, want: []string{"update bucket-policy media-archive"}},
		{name: "a policy of a role was edited", edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.Result) {
			role, text := "media-archive-source", string(policy.New(policy.Allow("s3:GetObject").On("*")).Bytes())
			listed, err := cloud.Clients()[tr.Source.Account].IAM.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &role})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cloud.Clients()[tr.Source.Account].IAM.PutRolePolicy(t.Context(),
				&iam.PutRolePolicyInput{RoleName: &role, PolicyName: &listed.PolicyNames[0], PolicyDocument: &text}); err != nil {
				t.Fatal(err)
			}
		}, want: []string{"update iam-role media-archive-source"}},
		{name: "the task is gone", edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer, r *xacct.Result) {
			arn := r.TaskARN(tr.Name)
			if _, err := cloud.Clients()[tr.Source.Account].DataSync(tr.Destination.Region).DeleteTask(t.Context(), &datasync.DeleteTaskInput{TaskArn: &arn}); err != nil {
				t.Fatal(err)
			}
		}, want: []string{"create datasync-task media-archive"}, calls: 18},
		{name: "ACLs are enabled again", made: func(tr *xacct.Transfer) { tr.Destination.DisableACLs = true },
			edit: func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.Result) {
				if _, err := cloud.Clients()[tr.Destination.Account].S3(tr.Destination.Region).PutBucketOwnershipControls(t.Context(), &s3.PutBucketOwnershipControlsInput{
					Bucket: &tr.Destination.Bucket, OwnershipControls: &s3types.OwnershipControls{
						Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}}}}); err != nil {
					t.Fatal(err)
				}
			}, want: []string{"update bucket-ownership media-archive"}, calls: 17},
		{name: "the transfer was edited", edit: func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.Result) {
			tr.Tags = map[string]string{"team": "media"}
		}, want: []string{"update datasync-location s3://media-archive/incoming/", "update datasync-location s3://media-raw/2026/", "update datasync-task media-archive",
			"update iam-role media-archive-destination", "update iam-role media-archive-source"}},
		{name: "of an account without clients nothing is known", without: kittest.AccountB, unread: true},
		{name: "of an account without clients nothing is known, whatever differs elsewhere", without: kittest.AccountB, unread: true,
			edit: func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.Result) {
				tr.Tags = map[string]string{"team": "media"}
			}, want: []string{"update datasync-location s3://media-archive/incoming/", "update datasync-location s3://media-raw/2026/", "update datasync-task media-archive",
				"update iam-role media-archive-destination", "update iam-role media-archive-source"}},
		{name: "an account that is only read", handOver: kittest.AccountB, edit: dropStatement, want: []string{"update bucket-policy media-archive"}},
		{name: "a policy may not be read", refused: "GetBucketPolicy", unread: true, calls: 18},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize = 100 })
				tr := kittest.Push(cloud)
				if tt.pull {
					tr = kittest.Pull(cloud)
				}
				if tt.made != nil {
					tt.made(&tr)
				}
				r := kittest.SetUp(t, cloud, tr)
				if tt.edit != nil {
					tt.edit(t, cloud, &tr, r)
				}
				clients := cloud.Clients()
				delete(clients, tt.without)
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Operation == tt.refused {
						return xaccttest.Fault(403, "AccessDenied", "no")
					}
					return next()
				})
				cloud.ResetCalls()
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, onlyDrift, func(o *xacct.PlanOptions) {
					if tt.handOver != "" {
						o.HandOver = []string{tt.handOver}
					}
				})
				if calls, most := len(cloud.Calls()), max(tt.calls, 16); calls > most {
					t.Errorf("%d calls, want at most %d: %v", calls, most, cloud.Calls())
				}
				var got []string
				for _, c := range p.Changes {
					got = append(got, strings.TrimSpace(strings.Join([]string{string(c.Op), string(c.Kind), c.Name, string(c.Hold)}, " ")))
				}
				slices.Sort(got)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("what differs (-want +got):\n%s", diff)
				}
				unread := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeUnread })
				if p.Mode != xacct.Drift || p.Empty() != (len(tt.want) == 0) || unread != tt.unread {
					t.Errorf("mode %s, empty %t, findings %v", p.Mode, p.Empty(), p.Findings)
				}
				if text := p.String(); !strings.Contains(text, "Nothing was checked") || strings.Contains(text, "Checked") {
					t.Errorf("it does not say that nothing was checked:\n%s", text)
				}
				if tt.refused != "" {
					return
				}
				whole := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr})
				differing := slices.DeleteFunc(whole.Changes, func(c xacct.Change) bool {
					return c.Op == xacct.NoOp || c.Account == tt.without && c.Hold == xacct.Handover // what was not read is a finding of Drift
				})
				if diff := cmp.Diff(differing, p.Changes); diff != "" {
					t.Errorf("the changes of a plan without Drift (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestDriftIsRefused uses a plan that shows only what differs, and its JSON, for what it is not.
func TestDriftIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr, clients := kittest.Push(cloud), cloud.Clients()
		made := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, onlyDrift)
		data, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var read xacct.Plan
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(read)
		if err != nil || !bytes.Equal(data, again) || read.String() != made.String() {
			t.Errorf("its JSON is another plan: %v", err)
		}
		cloud.ResetCalls()
		for from, p := range map[string]*xacct.Plan{"made": made, "read": &read, "cut": made.For(kittest.AccountB)} {
			for what, use := range map[string]func() error{
				"applied":              func() error { r, err := p.Apply(t.Context(), clients); return either(r, err) },
				"handed over":          func() error { b, err := handover.New(p, kittest.AccountB); return either(b, err) },
				"reviewed":             func() error { return review.Markdown(io.Discard, p) },
				"reviewed as a page":   func() error { return review.HTML(io.Discard, p) },
				"run":                  func() error { r, err := p.Start(t.Context(), clients, nil, tr.Name); return either(r, err) },
				"turned into a policy": func() error { _, err := p.OperatorPolicy(kittest.AccountA); return err },
			} {
				err := use()
				var drift *xacct.DriftError
				if !errors.As(err, &drift) || drift.Hint() == "" || strings.Contains(err.Error(), "\n") || len(xacct.Hints(err)) != 1 {
					t.Errorf("%s, %s: %v", from, what, err)
				}
			}
			if picture := review.Mermaid(p); picture != "" {
				t.Errorf("%s: picture %s", from, picture)
			}
		}
		for what, plan := range map[string]func() error{
			"a tear-down": func() error {
				_, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr}, onlyDrift)
				return err
			},
			"keys are looked at": func() error {
				_, err := xacct.NewPlan(t.Context(), clients, []xacct.Transfer{tr}, onlyDrift, func(o *xacct.PlanOptions) { o.LookAtKeys = 1 })
				return err
			},
		} {
			if err := plan(); err == nil || !strings.Contains(err.Error(), "Drift") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if calls := cloud.Calls(); len(calls) > 0 {
			t.Errorf("calls %v", calls)
		}
	})
}

// either is the error, or one that says that there is something beside none.
func either[T any](v *T, err error) error {
	if v != nil {
		return errors.Join(err, errors.New("there is a result"))
	}
	return err
}
