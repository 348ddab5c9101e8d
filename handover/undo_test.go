package handover_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// foreign is a policy of others.
const foreign = `{"Version":"2012-10-17","Statement":[{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`

// older is the foreign policy with an older statement of ours, under the Sid of the first of the statements.
func older(t *testing.T, statements policy.Document) string {
	t.Helper()
	d, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	for st := range statements.All() {
		d = d.With(policy.Allow("s3:GetObject").WithSid(st.Sid()).By(policy.AWS("arn:aws:iam::" + accountA + ":role/before")).
			On("arn:aws:s3:::media-archive/old/*"))
		break
	}
	return string(d.Bytes())
}

// undo.sh leaves what was there before script.sh, however often it runs and whatever became of its first run.
func TestUndo(t *testing.T) {
	need(t, "bash", "python3")
	dir, statements := pushBundle(t)
	old := older(t, statements)
	const single = `{"Version":"2012-10-17","Statement": {"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"} }`
	d, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	standing := string(d.With(statements).Bytes())
	for _, tt := range []struct {
		name, policy string
		runs         []string // scripts; what comes before a colon is the failure of the next write
		stands       string
	}{
		{"once", foreign, []string{"script.sh", "undo.sh"}, foreign},
		{"twice", foreign, []string{"script.sh", "undo.sh", "undo.sh"}, foreign},
		{"an older statement, twice", old, []string{"script.sh", "undo.sh", "undo.sh"}, old},
		{"an older statement, three rounds", old, []string{"script.sh", "undo.sh", "script.sh", "undo.sh", "undo.sh", "script.sh", "undo.sh"}, old},
		{"an older statement, and a write that is refused", old, []string{"script.sh", "AccessDenied no:undo.sh", "undo.sh"}, old},
		{"an older statement, and an answer that is lost", old, []string{"script.sh", "late Connection was closed:undo.sh", "undo.sh"}, old},
		{"a first write of the script that is refused", old, []string{"AccessDenied no:script.sh", "script.sh", "script.sh", "undo.sh"}, old},
		{"before the script", foreign, []string{"undo.sh"}, foreign},
		{"before the script, an older statement", old, []string{"undo.sh"}, old},
		{"without copies", standing, []string{"undo.sh"}, foreign},
		{"a statement without a list", single, []string{"script.sh", "undo.sh"}, single},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, "python3")
			s.write("policy", tt.policy)
			o := operator{t: t, dir: copyOf(t, dir), account: accountB, path: s.path()}
			for _, run := range tt.runs {
				failure, script, fails := strings.Cut(run, ":")
				if !fails {
					o.must(run)
					continue
				}
				s.write("fail-put-bucket-policy", failure+"\n")
				o.run(script)
			}
			if got, _ := s.policy(); got != tt.stands {
				t.Errorf("stands there (-want +got):\n%s", cmp.Diff(tt.stands, got))
			}
		})
	}
}

// The folders of a set-up and of its tear-down may keep their copies in one place.
func TestUndoOfATearDownBesideASetUp(t *testing.T) {
	need(t, "bash", "python3")
	cloud, tr := standing(t)
	down, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	s := newStub(t, "python3")
	s.write("policy", foreign)
	run := func(dir string) operator {
		return operator{t: t, dir: dir, account: accountB, path: s.path(), env: []string{"XACCT_COPIES=" + s.dir + "/copies"}}
	}
	dir, _ := pushBundle(t)
	_, downDir := bundle(t, down, accountB)
	up, away := run(dir), run(downDir)
	var seen []string
	for _, step := range []func(){func() { up.must("script.sh") }, func() { away.must("script.sh") }, func() { away.must("undo.sh") },
		func() { away.must("undo.sh") }, func() { up.must("undo.sh") }} {
		step()
		got, _ := s.policy()
		seen = append(seen, got)
	}
	want := []string{seen[0], foreign, seen[0], seen[0], foreign}
	if diff := cmp.Diff(want, seen); diff != "" || seen[0] == foreign {
		t.Errorf("what stood there after each run (-want +got):\n%s", diff)
	}
}

// The Sid of AWS's tutorial is everybody's: undo.sh puts back no statement of others that had it and was taken out since.
func TestUndoBesideATutorialsStatement(t *testing.T) {
	need(t, "bash", "python3")
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	tr.Grant = xacct.Tutorial
	down, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	_, dir := bundle(t, down, accountB)
	_, up := bundle(t, planOf(t, cloud, accountA, tr), accountB)
	s := newStub(t, "python3")
	run := func(dir, script string) (stands policy.Document) {
		operator{t: t, dir: dir, account: accountB, path: s.path()}.must(script)
		text, _ := s.policy()
		if stands, err = policy.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return stands
	}
	s.write("policy", foreign)
	set := run(up, "script.sh").Without(bucket.TutorialSid)
	others := bucket.TutorialStatement("arn:aws:s3:::media-archive", "arn:aws:iam::"+accountA+":role/of-others")
	s.write("policy", string(set.With(others).Bytes()))
	if down := run(dir, "script.sh"); down.Len() != 2 {
		t.Fatalf("after the tear-down: %s", down)
	}
	s.write("policy", foreign)
	if diff := cmp.Diff(string(set.Bytes()), string(run(dir, "undo.sh").Bytes())); diff != "" {
		t.Errorf("after undo (-want +got):\n%s", diff)
	}
}

// Object Ownership goes back once.
func TestUndoOfOwnership(t *testing.T) {
	need(t, "bash", "aws", "python3")
	cloud := kittest.SharedWorld(t)
	p := planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...)
	apply(t, cloud, p, accountA)
	before := kittest.Dump(cloud)
	_, dir := bundle(t, p, accountB)
	owner := operator{t: t, dir: dir, account: accountB, url: serve(t, cloud)}
	owner.must("script.sh")
	for range 2 {
		owner.must("undo.sh")
		if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
			t.Errorf("after undo (-want +got):\n%s", diff)
		}
	}
}

// The report of a script about Object Ownership counts as that of Apply, whichever run it is of.
func TestReportOfOwnership(t *testing.T) {
	need(t, "bash", "python3")
	cloud := kittest.SharedWorld(t)
	transfers := kittest.EncryptedPush(cloud)
	p := planOf(t, cloud, accountA, transfers...)
	_, dir := bundle(t, p, accountB)
	s := newStub(t, "python3")
	s.write("policy", foreign)
	s.write("ownership", "ObjectWriter")
	owner := operator{t: t, dir: dir, account: accountB, path: s.path()}
	for _, failure := range []string{"late Connection was closed\n", ""} {
		s.write("fail-put-bucket-ownership-controls", failure)
		r := owner.must("script.sh")
		told := planReported(t, cloud, transfers, r)
		for _, c := range told.Changes {
			if c.Kind == xacct.BucketOwnership && c.Hold != xacct.Reported {
				t.Errorf("%s %s is held as %q, want reported\n%s", c.Op, c.ID, c.Hold, r)
			}
		}
	}
}

// planReported is a plan by the task account's team with the other team's report.
func planReported(t *testing.T, cloud *xaccttest.Cloud, transfers []xacct.Transfer, r *xacct.Result) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(t.Context(), only(cloud, accountA), transfers, func(o *xacct.PlanOptions) { o.Reported = []*xacct.Result{r} })
	if err != nil {
		t.Fatal(err)
	}
	return p
}
