package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestWrongRegion plans with a bucket of another Region than the transfer says. Nothing else blocks, and the error is not about the owner. A line of the
// result is a blocking finding.
func TestWrongRegion(t *testing.T) {
	remove := func(tr *xacct.Transfer) { tr.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove }
	for _, tt := range []struct {
		name    string
		running bool
		destroy bool
		pull    bool
		edit    func(*xacct.Transfer)
		opts    func(*xacct.PlanOptions)
		want    []string
	}{
		{name: "of the destination", edit: func(tr *xacct.Transfer) { tr.Destination.Region = "us-east-1" },
			want: []string{"destination bucket media-archive lives in us-east-2, not in us-east-1; set the Region of the destination to us-east-2"}},
		{name: "of the destination of a running transfer", running: true, edit: func(tr *xacct.Transfer) { tr.Destination.Region = "us-east-1" },
			opts: func(o *xacct.PlanOptions) { o.AllowReplace = true },
			want: []string{"destination bucket media-archive lives in us-east-2, not in us-east-1; set the Region of the destination to us-east-2"}},
		{name: "of a Region that there is not", edit: func(tr *xacct.Transfer) { tr.Destination.Region = "us-esat-2" },
			want: []string{"destination bucket media-archive lives in us-east-2, not in us-esat-2; set the Region of the destination to us-east-2"}},
		{name: "of the source", edit: func(tr *xacct.Transfer) { tr.Source.Region = "eu-west-2" },
			want: []string{"source bucket media-raw lives in eu-west-1, not in eu-west-2; set the Region of the source to eu-west-1"}},
		{name: "of the source of a pull", pull: true, edit: func(tr *xacct.Transfer) { tr.Source.Region = "eu-west-2" },
			want: []string{"source bucket media-raw lives in eu-west-1, not in eu-west-2; set the Region of the source to eu-west-1"}},
		{name: "of a source whose copy deletes", edit: func(tr *xacct.Transfer) { remove(tr); tr.Source.Region = "eu-west-2" },
			opts: func(o *xacct.PlanOptions) { o.AllowDelete = true },
			want: []string{"source bucket media-raw lives in eu-west-1, not in eu-west-2; set the Region of the source to eu-west-1"}},
		{name: "of the ends, which were exchanged", edit: func(tr *xacct.Transfer) {
			tr.Source.Region, tr.Destination.Region = tr.Destination.Region, tr.Source.Region
		}, want: []string{
			"source bucket media-raw lives in eu-west-1, not in us-east-2; set the Region of the source to eu-west-1",
			"destination bucket media-archive lives in us-east-2, not in eu-west-1; set the Region of the destination to us-east-2"}},
		{name: "where ACLs are to be disabled", edit: func(tr *xacct.Transfer) { tr.Destination.DisableACLs, tr.Destination.Region = true, "us-east-1" },
			want: []string{"destination bucket media-archive lives in us-east-2, not in us-east-1; set the Region of the destination to us-east-2"}},
		{name: "of a transfer to destroy", running: true, destroy: true, edit: func(tr *xacct.Transfer) { tr.Destination.Region = "us-east-1" },
			want: []string{"destination bucket media-archive lives in us-east-2, not in us-east-1; set the Region of the destination to us-east-2"}},
		{name: "where ACLs are to be put back", running: true, destroy: true, edit: func(tr *xacct.Transfer) {
			tr.Destination.DisableACLs, tr.Destination.Region = true, "us-east-1"
		}, opts: func(o *xacct.PlanOptions) {
			o.Ownership = map[string]s3types.ObjectOwnership{"media-archive": s3types.ObjectOwnershipObjectWriter}
		}, want: []string{"destination bucket media-archive lives in us-east-2, not in us-east-1; set the Region of the destination to us-east-2"}},
		{name: "of nothing", running: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.pull {
					tr = kittest.Pull(cloud)
				}
				if tt.running {
					kittest.SetUp(t, cloud, tr)
				}
				if tt.edit != nil {
					tt.edit(&tr)
				}
				plan := xacct.NewPlan
				if tt.destroy {
					plan = xacct.NewDestroyPlan
				}
				clients := cloud.Clients()
				p, err := plan(t.Context(), clients, []xacct.Transfer{tr}, tt.opts) // nil options are skipped
				if err != nil {
					t.Fatal(err)
				}
				checkWrongRegion(t, cloud, clients, p, tt.want)
			})
		})
	}
}

// checkWrongRegion compares what blocks the plan with what is expected, applies the plan, and asks for the residue.
func checkWrongRegion(t *testing.T, cloud *xaccttest.Cloud, clients xacct.Clients, p *xacct.Plan, want []string) {
	t.Helper()
	var got []string
	for _, f := range p.Findings {
		if f.Severity == xacct.Blocking {
			got = append(got, fmt.Sprintf("%s; %s", f.Detail, f.Remedy))
			if !strings.HasPrefix(f.Detail, string(f.Side)+" bucket ") {
				t.Errorf("a finding on the %q: %s", f.Side, f.Detail)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("blocking (-want +got):\n%s\n%s", diff, p)
	}
	if len(want) == 0 {
		return
	}
	if slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return strings.Contains(f.Detail, "301") }) {
		t.Errorf("a finding quotes the answer of S3:\n%s", p)
	}
	before := kittest.Dump(cloud)
	_, err := p.Apply(t.Context(), clients)
	var blocked *xacct.BlockedError
	var owner *xacct.WrongOwnerError
	if !errors.As(err, &blocked) || errors.As(err, &owner) {
		t.Errorf("apply: %v", err)
	}
	if hints := strings.Join(xacct.Hints(err), "; "); strings.Contains(hints, "account") || strings.Contains(hints, "s3:") {
		t.Errorf("hints: %s", hints)
	}
	if after := kittest.Dump(cloud); after != before {
		t.Errorf("something was changed (-before +after):\n%s", cmp.Diff(before, after))
	}
	if _, err := p.Residue(t.Context(), clients); errors.As(err, &owner) {
		t.Errorf("residue: %v", err)
	}
}

// TestNoBucketNamesTheEnd: of a bucket that does not exist, the finding says whether it is the source or the destination.
func TestNoBucketNamesTheEnd(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	tr.Source.Bucket, tr.Destination.Bucket = "nowhere-a", "nowhere-b"
	var got []string
	for _, f := range kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}).Findings {
		if f.Code == xacct.CodeNoBucket {
			got = append(got, fmt.Sprintf("%s: %s", f.Side, f.Detail))
		}
	}
	slices.Sort(got)
	want := []string{"destination: destination bucket nowhere-b does not exist", "source: source bucket nowhere-a does not exist"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
