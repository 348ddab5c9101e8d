package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestResidueOfRuns lists what runs leave behind apart from what is ours, and only where the task can have made it.
func TestResidueOfRuns(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*xaccttest.Cloud, *xacct.Transfer)
		only string // the account whose client there is; "" is all
		want []string
		not  []string
	}{
		{name: "enhanced", want: []string{"log-group /aws/datasync", "multipart-uploads media-archive"}, not: []string{"objects"}},
		{name: "basic", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeBasic },
			want: []string{"multipart-uploads"}, not: []string{"log-group"}},
		{name: "logs off", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Task.Options.LogLevel = dstypes.LogLevelOff }, not: []string{"log-group"}},
		{name: "leftover objects", edit: func(c *xaccttest.Cloud, _ *xacct.Transfer) {
			c.PutObject("media-archive", "incoming/.aws-datasync/part", []byte("x"))
		}, want: []string{"objects s3://media-archive/incoming/.aws-datasync/: 1 object"}},
		{name: "reports", edit: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
			c.PutObject("media-archive", "reports/Summary-Reports/a.json", []byte("x"))
		}, want: []string{"objects s3://media-archive/reports/: 1 object"}},
		{name: "without the destination's client", only: accountA, want: []string{"objects s3://media-archive/incoming/.aws-datasync/: not known"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.edit != nil {
					tt.edit(cloud, &tr)
				}
				clients := cloud.Clients()
				if tt.only != "" {
					clients = only(cloud, tt.only)
				}
				down, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				left, err := down.Residue(t.Context(), clients)
				if err != nil {
					t.Fatal(err)
				}
				var b strings.Builder
				for _, item := range left {
					b.WriteString(item.String() + "\n")
					if item.Ours {
						t.Errorf("ours: %v", item)
					}
				}
				for _, want := range tt.want {
					if !strings.Contains(b.String(), want) {
						t.Errorf("%q is not in\n%s", want, b.String())
					}
				}
				for _, not := range tt.not {
					if strings.Contains(b.String(), not) {
						t.Errorf("%q is in\n%s", not, b.String())
					}
				}
			})
		})
	}
}

// TestResidueOfNoTransfer: the part of an account that the plan does not know has no transfers, and says so.
func TestResidueOfNoTransfer(t *testing.T) {
	cloud := kittest.World(t)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	for name, part := range map[string]*xacct.Plan{"an unknown account": p.For("444455556665"), "the zero plan": {}} {
		if list, err := part.Residue(t.Context(), cloud.Clients()); list != nil || err == nil || !strings.Contains(err.Error(), "no transfers") {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}
