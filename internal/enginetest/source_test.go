package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestSourceWithoutObjects plans and runs transfers whose source's prefix is a typing error: the plan warns, and the outcome and the receipt of the run
// have a note.
func TestSourceWithoutObjects(t *testing.T) {
	kittest.SkipUnderRace(t)
	for _, tt := range []struct {
		name    string
		edit    func(*xaccttest.Cloud, *xacct.Transfer)
		finding string // the detail begins so; "" is none
		note    string // "" is none
	}{
		{"all is right", func(*xaccttest.Cloud, *xacct.Transfer) {}, "", ""},
		{"the beginning of a folder", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Prefix = "20" }, "nothing is below s3://media-raw/20/", "no object found"},
		{"the beginning of keys", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Prefix = "2026-" }, "nothing is below s3://media-raw/2026-/", "no object found"},
		{"a folder that is not there", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Prefix = "typo/" }, "nothing is below s3://media-raw/typo/", "no object found"},
		{"another letter case", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Prefix = "A" }, "nothing is below s3://media-raw/A/", "no object found"},
		{"an object's key", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.Prefix = "2026/0.mov" }, "nothing is below s3://media-raw/2026/0.mov/", "no object found"},
		{"directories only", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.PutObject("media-raw", "2031/", nil)
			cloud.PutObject("media-raw", "2031/may/", nil)
			tr.Source.Prefix = "2031"
		}, "nothing is below s3://media-raw/2031/", "no object found"},
		{"an empty bucket", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			cloud.AddBucket(accountA, "eu-west-1", "nothing-in-it")
			tr.Source.Bucket, tr.Source.Prefix = "nothing-in-it", ""
		}, "nothing is below s3://nothing-in-it/", "no object found"},
		{"BASIC", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.Prefix, tr.Task.Mode = "typo", dstypes.TaskModeBasic
		}, "nothing is below s3://media-raw/typo/", "no object to transfer"},
		{"an include that selects nothing", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Task.Includes = []string{task.Folder("typo")} }, "", "no object found"},
		{"an include that repeats the prefix", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Includes = []string{"/" + strings.Trim(tr.Source.Prefix, "/") + "/0.mov"}
		},
			"the include pattern", "no object found"},
		{"an include of the prefix itself", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Includes = []string{task.Folder(tr.Source.Prefix)}
		},
			"the include pattern", "no object found"},
		{"an include that begins like the prefix", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Includes = []string{"/" + strings.Trim(tr.Source.Prefix, "/") + "-typo"}
		},
			"", "no object found"},
		{"an exclude that leaves nothing", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Task.Excludes = []string{"*"} }, "", ""}, // listed, then left out
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tt.edit(cloud, &tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				var found []string
				for _, f := range p.Findings {
					if f.Code == xacct.CodeEmptySource {
						found = append(found, string(f.Severity)+" "+f.Detail)
					}
				}
				if want := tt.finding != ""; want != (len(found) == 1) || want && !strings.HasPrefix(found[0], "warning "+tt.finding) {
					t.Errorf("findings %q, want %q", found, tt.finding)
				}
				result := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				arn := result.TaskARN(tr.Name)
				api, err := cloud.Clients().DataSync(arn)
				if err != nil {
					t.Fatal(err)
				}
				run, err := task.Start(t.Context(), api, arn)
				if err != nil {
					t.Fatal(err)
				}
				outcome, err := run.Wait(t.Context())
				if err != nil || outcome.Verdict != task.Complete {
					t.Fatalf("%v, %v", outcome, err)
				}
				receipt, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, result, outcome)
				if err != nil {
					t.Fatal(err)
				}
				for where, exceptions := range map[string][]task.Exception{"outcome": outcome.Exceptions(), "receipt": receipt.Exceptions} {
					has := slices.ContainsFunc(exceptions, func(e task.Exception) bool {
						return e.Note && strings.HasPrefix(e.What, "no object") && (tt.note == "" || e.What == tt.note)
					})
					if has != (tt.note != "") {
						t.Errorf("%s: %+v, want the note %q", where, exceptions, tt.note)
					}
				}
			})
		})
	}
}
