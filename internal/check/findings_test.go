package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
)

// What is about the same stands once, with all that was said of it and the greatest weight; what is about something else stands alone.
func TestFindingsAdd(t *testing.T) {
	base := plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Transfer: "t", Side: plan.SourceSide, Subject: "bucket", Detail: "its ACL", Remedy: "allow s3:GetBucketAcl"}
	with := func(edit func(*plan.Finding)) plan.Finding {
		f := base
		edit(&f)
		return f
	}
	for _, tt := range []struct {
		name string
		add  plan.Finding
		want []plan.Finding
	}{
		{"itself", base, []plan.Finding{base}},
		{"other words", with(func(f *plan.Finding) { f.Detail, f.Remedy = "its policy", "" }),
			[]plan.Finding{with(func(f *plan.Finding) { f.Detail = "its ACL; its policy" })}},
		{"a greater weight", with(func(f *plan.Finding) { f.Severity = plan.Blocking }),
			[]plan.Finding{with(func(f *plan.Finding) { f.Severity = plan.Blocking })}},
		{"a lesser weight", with(func(f *plan.Finding) { f.Severity = plan.Info }), []plan.Finding{base}},
		{"another code", with(func(f *plan.Finding) { f.Code = plan.CodeSize }), []plan.Finding{base, with(func(f *plan.Finding) { f.Code = plan.CodeSize })}},
		{"another transfer", with(func(f *plan.Finding) { f.Transfer = "u" }), []plan.Finding{base, with(func(f *plan.Finding) { f.Transfer = "u" })}},
		{"another side", with(func(f *plan.Finding) { f.Side = "" }), []plan.Finding{base, with(func(f *plan.Finding) { f.Side = "" })}},
		{"another statement", with(func(f *plan.Finding) { f.Statement = "Sid" }), []plan.Finding{base, with(func(f *plan.Finding) { f.Statement = "Sid" })}},
		{"other actions", with(func(f *plan.Finding) { f.Actions = []string{"s3:GetObject"} }),
			[]plan.Finding{base, with(func(f *plan.Finding) { f.Actions = []string{"s3:GetObject"} })}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var fs Findings
			fs.Add(base)
			fs.Add(tt.add)
			if diff := cmp.Diff(tt.want, fs.List); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
