package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

const (
	tutorialBucket = "arn:aws:s3:::media-archive"
	tutorialRole   = "arn:aws:iam::" + accountA + ":role/media-archive-destination"
)

// tutorialPush is kittest.Push with the tutorial's statement on the destination's bucket.
func tutorialPush(c *xaccttest.Cloud) xacct.Transfer {
	tr := kittest.Push(c)
	tr.Grant = xacct.Tutorial
	return tr
}

// tutorialStatements are the statements with the tutorial's Sid in the bucket's policy.
func tutorialStatements(t *testing.T, cloud *xaccttest.Cloud, name string) []policy.Statement {
	t.Helper()
	var out []policy.Statement
	if cloud.BucketPolicy(name) == nil {
		return nil
	}
	for st := range kittest.BucketPolicy(t, cloud, name).All() {
		if st.Sid() == bucket.TutorialSid {
			out = append(out, st)
		}
	}
	return out
}

// The policy that is written holds the tutorial's statement byte for byte, and nothing else of ours if nobody is named in Operators.
func TestTutorialGrantIsWrittenToTheLetter(t *testing.T) {
	for _, operators := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := tutorialPush(cloud)
			own := bucket.List(tutorialBucket).WithSid("TheirOperators").By(policy.AWS(cloud.OperatorARN(accountA)))
			if !operators { // the owner allows the caller by itself
				tr.Operators = nil
				cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(own).Bytes())
			}
			clean := kittest.Dump(cloud)
			cloud.ResetCalls()
			kittest.SetUp(t, cloud, tr)
			want := string(bucket.TutorialStatement(tutorialBucket, tutorialRole).Bytes())
			var sent []string
			for _, c := range cloud.Calls() {
				if in, ok := c.Input.(*s3.PutBucketPolicyInput); ok {
					sent = append(sent, *in.Policy)
				}
			}
			if len(sent) != 1 || !strings.Contains(sent[0], want) {
				t.Fatalf("sent %q, want once with\n%s", sent, want)
			}
			if got := strings.Contains(sent[0], `"Xacct`); got != operators {
				t.Errorf("a statement of another Sid of ours: %v, want %v:\n%s", got, operators, sent[0])
			}
			if err := runOnce(t, cloud, tr); err != nil {
				t.Error(err)
			}
			tr.Destination.Prefix = "elsewhere" // the statement is about the whole bucket
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			for _, c := range p.Changes {
				if c.Kind == xacct.BucketPolicy && c.Op != xacct.NoOp {
					t.Errorf("another prefix changes the bucket's policy: %v", c.Details)
				}
			}
			kittest.MustApply(t, t.Context(), cloud.Clients(), p)
			kittest.TearDown(t, cloud, tr)
			if got := kittest.Dump(cloud); got != clean {
				t.Errorf("the cloud is not as before:\n%s", diffLines(clean, got))
			}
			noResidue(t, cloud, tr)
		})
	}
}

func runOnce(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) error {
	t.Helper()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	return runsTwice(t.Context(), cloud.Clients(), p, nil, tr.Name)
}

// A statement with the tutorial's Sid that is not to the letter ours blocks a transfer with Grant Tutorial, is nothing to one without, and outlives both.
func TestForeignTutorialStatement(t *testing.T) {
	theirs := "arn:aws:iam::" + accountA + ":role/theirs"
	ours := bucket.TutorialStatement(tutorialBucket, tutorialRole)
	for _, tt := range []struct {
		name       string
		statements []policy.Statement
		names      string // who stands in the finding
		held       bool   // it names our role, which then has to stay
	}{
		{"for another role", []policy.Statement{bucket.TutorialStatement(tutorialBucket, theirs)}, theirs, false},
		{"with another action", []policy.Statement{policy.Allow("s3:GetObject").WithSid(bucket.TutorialSid).By(policy.AWS(tutorialRole)).On(tutorialBucket + "/*")}, tutorialRole, true},
		{"with a condition", []policy.Statement{ours.When(policy.StringEquals("aws:PrincipalOrgID", "o-aaaaaaaaaa"))}, tutorialRole, true},
		{"a Deny", []policy.Statement{policy.Deny("s3:DeleteBucket").WithSid(bucket.TutorialSid).By(policy.Everyone()).On(tutorialBucket)}, "*", false},
		{"twice, once ours", []policy.Statement{ours, bucket.TutorialStatement(tutorialBucket, theirs)}, theirs, true},
		{"of two roles", []policy.Statement{bucket.TutorialStatement(tutorialBucket, tutorialRole).By(policy.AWS(tutorialRole), policy.AWS(theirs))}, theirs, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddRole(accountA, "theirs")
				byRole := kittest.Push(cloud)
				kittest.SetUp(t, cloud, byRole) // so that the role exists
				var rest policy.Statements
				for st := range kittest.BucketPolicy(t, cloud, "media-archive").All() {
					rest = append(rest, st)
				}
				cloud.SetBucketPolicy("media-archive", policy.New(rest, policy.Statements(tt.statements)).Bytes())
				before := string(cloud.BucketPolicy("media-archive"))
				if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{byRole}); !again.Empty() {
					t.Errorf("by role, with the statement there:\n%s", again)
				}
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tutorialPush(cloud)})
				i := slices.IndexFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeSidTaken })
				if i < 0 || p.Findings[i].Severity != xacct.Blocking || !strings.Contains(p.Findings[i].Detail, tt.names) || !strings.Contains(p.Findings[i].Remedy, "leave Grant empty") {
					t.Fatalf("it is not told:\n%s", p)
				}
				if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil || string(cloud.BucketPolicy("media-archive")) != before {
					t.Errorf("%v, and the policy is\n%s", err, cloud.BucketPolicy("media-archive"))
				}
				for _, tr := range []xacct.Transfer{tutorialPush(cloud), byRole} {
					down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					if err != nil {
						t.Fatal(err)
					}
					left, err := down.Residue(t.Context(), cloud.Clients())
					if err != nil || slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Ours && strings.Contains(r.Detail, bucket.TutorialSid) }) {
						t.Errorf("said to be ours: %v, %v", left, err)
					}
					if _, err := down.Apply(t.Context(), cloud.Clients()); err != nil {
						t.Errorf("torn down: %v\n%s", err, down)
					}
					var got []string
					for _, st := range tutorialStatements(t, cloud, "media-archive") {
						got = append(got, st.Sid())
					}
					if len(got) != len(tt.statements) {
						t.Errorf("%d statements are left, want %d:\n%s", len(got), len(tt.statements), cloud.BucketPolicy("media-archive"))
					}
				}
				if stays := strings.Contains(kittest.Dump(cloud), "role/media-archive-destination AROA") || strings.Contains(kittest.Dump(cloud), "/media-archive-destination AROA"); stays != tt.held {
					t.Errorf("the role stays: %v, want %v\n%s", stays, tt.held, kittest.Dump(cloud))
				}
			})
		})
	}
}

// Who has followed the tutorial by hand, with the role of the transfer, finds nothing to change in the bucket's policy.
func TestTutorialStatementIsThereAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		role := cloud.AddRole(accountA, "source-datasync-role")
		give(t, cloud)
		tr := tutorialPush(cloud)
		tr.Destination.RoleARN = "arn:aws:iam::" + accountA + ":role/given"
		tr.Name = "by-hand"
		for _, arn := range []string{role, tr.Destination.RoleARN} {
			tr.Destination.RoleARN = arn
			cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").Without(bucket.TutorialSid).With(bucket.TutorialStatement(tutorialBucket, arn)).Bytes())
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			for _, c := range p.Changes {
				if c.Kind == xacct.BucketPolicy && slices.ContainsFunc(c.Details, func(line string) bool { return strings.Contains(line, bucket.TutorialSid) }) {
					t.Errorf("%s: the statement is there: %v", arn, c.Details)
				}
			}
		}
		kittest.SetUp(t, cloud, tr)
		kittest.TearDown(t, cloud, tr)
		if left := tutorialStatements(t, cloud, "media-archive"); len(left) > 0 {
			t.Errorf("to the letter ours, and left: %v", left)
		}
	})
}

// By a role that was given, the tutorial's statement stays when the transfer grants otherwise: somebody else may have made it.
func TestTutorialStatementOfAGivenRoleStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		give(t, cloud)
		tr := kittest.Push(cloud)
		tr.Destination.RoleARN = "arn:aws:iam::" + accountA + ":role/given"
		cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(bucket.TutorialStatement(tutorialBucket, tr.Destination.RoleARN)).Bytes())
		kittest.SetUp(t, cloud, tr)
		kittest.TearDown(t, cloud, tr)
		if left := tutorialStatements(t, cloud, "media-archive"); len(left) != 1 {
			t.Errorf("%d statements are left", len(left))
		}
	})
}
