package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// deletes reports whether one of our statements, or of a document that is all ours, lets anybody delete objects.
func deletes(d policy.Document, ours string) bool {
	for st := range d.All() {
		actions, not := st.Actions()
		if strings.HasPrefix(st.Sid(), ours) && (not || slices.ContainsFunc(actions, func(a string) bool { return a == "s3:*" || strings.HasPrefix(a, "s3:Delete") })) {
			return true
		}
	}
	return false
}

// TestNoDelete: with NoDelete neither the role nor the grant allows s3:DeleteObject, and a run that removes nothing is complete all the same, whether or not
// DataSync keeps an object of its own at the destination. What it could not delete is residue.
func TestNoDelete(t *testing.T) {
	for _, tt := range []struct {
		name string
		pull bool
		edit func(*xacct.Transfer)
	}{
		{"by role", false, func(*xacct.Transfer) {}},
		{"by account", false, func(tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }},
		{"pull", true, func(*xacct.Transfer) {}},
		{"whole bucket", false, func(tr *xacct.Transfer) { tr.Destination.Prefix = "" }},
	} {
		for _, own := range []bool{false, true} {
			name := tt.name
			if own {
				name += " with objects of DataSync's own"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					cloud.SetUndocumented(xaccttest.Undocumented{OwnObjects: own})
					tr := kittest.Push(cloud)
					if tt.pull {
						tr = kittest.Pull(cloud)
					}
					tt.edit(&tr)
					tr.Destination.NoDelete = true
					tr.Source.Prefix = "fine"
					cloud.PutObject(tr.Source.Bucket, "fine/one.txt", []byte("one"))

					resources, err := tr.Resources()
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range resources.Roles {
						for name, d := range r.Policies {
							if deletes(d, "") {
								t.Errorf("role %s, policy %s:\n%s", r.Name, name, d)
							}
						}
					}
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					if !kittest.HasFinding(p, xacct.CodeTaskOption, xacct.Info) {
						t.Errorf("nothing says what NoDelete means:\n%s", p.Details())
					}
					result := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
					if d := kittest.BucketPolicy(t, cloud, tr.Destination.Bucket); deletes(d, "Xacct") {
						t.Errorf("the grant:\n%s", d)
					}

					api, err := cloud.Clients().DataSync(result.TaskARN(tr.Name))
					if err != nil {
						t.Fatal(err)
					}
					run, err := task.Start(t.Context(), api, result.TaskARN(tr.Name))
					if err != nil {
						t.Fatal(err)
					}
					outcome, err := run.Wait(t.Context())
					if err != nil || outcome.Verdict != task.Complete {
						t.Errorf("the run: %v, %v", outcome, err)
					}
					residue, err := p.Residue(t.Context(), cloud.Clients())
					if err != nil {
						t.Fatal(err)
					}
					told := slices.ContainsFunc(residue, func(r xacct.Residue) bool {
						return r.Kind == xacct.Objects && strings.Contains(r.Name, ".aws-datasync/") && strings.Contains(r.Detail, "NoDelete")
					})
					if told != own {
						t.Errorf("residue: %v", residue)
					}
				})
			})
		}
	}
}

// TestNoDeleteAndGivenRoles: a role that the user gave, or whose policies the user gave, keeps what it may, and the plan says so. A task that has removed
// objects so far is blocked.
func TestNoDeleteAndGivenRoles(t *testing.T) {
	writing := func(tr xacct.Transfer) policy.Document {
		return policy.New(policy.Allow("s3:*").On("arn:aws:s3:::"+tr.Destination.Bucket, "arn:aws:s3:::"+tr.Destination.Bucket+"/*"))
	}
	for _, tt := range []struct {
		name     string
		pull     bool
		edit     func(*testing.T, *xaccttest.Cloud, *xacct.Transfer)
		severity xacct.Severity
		want     string
	}{
		{"policies", false, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.Role = iamrole.Spec{Policies: map[string]policy.Document{"mine": writing(*tr)}}
		}, xacct.Warning, "NoDelete concerns the bucket's policy alone"},
		{"policies beside the bucket", true, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.Role = iamrole.Spec{Policies: map[string]policy.Document{"mine": writing(*tr)}}
		}, xacct.Warning, "NoDelete changes nothing"},
		{"a task that removes", false, func(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			removing := *tr
			removing.Destination.NoDelete, removing.Task.Options.PreserveDeletedFiles = false, dstypes.PreserveDeletedFilesRemove
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{removing}, func(o *xacct.PlanOptions) { o.AllowDelete = true })
			if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatal(err)
			}
		}, xacct.Blocking, "with NoDelete it may not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.pull {
					tr = kittest.Pull(cloud)
				}
				tr.Destination.NoDelete = true
				tt.edit(t, cloud, &tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
					return f.Severity == tt.severity && strings.Contains(f.Detail, tt.want) && f.Remedy != ""
				}) {
					t.Errorf("no finding %q:\n%s", tt.want, p.Details())
				}
			})
		})
	}
}
