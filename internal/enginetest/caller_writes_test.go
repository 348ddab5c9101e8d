package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestCallerWrites plans with callers of the other account who may or may not write there. A denial by their own policies is in the plan, and an apply
// that would write there is refused before its first write. Of a caller that cannot be read nothing is said.
func TestCallerWrites(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	type given struct {
		cloud *xaccttest.Cloud
		tr    *xacct.Transfer
		c     xacct.Clients
		opts  *xacct.PlanOptions
	}
	owner := func(g given, path string, docs ...policy.Document) {
		g.c[accountB] = g.cloud.ClientsAs(g.cloud.AddRole(accountB, path, docs...))
	}
	but := func(actions ...string) []policy.Document {
		return []policy.Document{everything, policy.New(policy.Deny(actions...).On("*"))}
	}
	key := func(g given) {
		arn := g.cloud.AddKey(accountB, "us-east-2")
		g.cloud.SetBucketEncryption("media-archive", "aws:kms", arn)
		g.tr.Destination.KMSKeys = []string{arn}
	}
	acls := func(g given) {
		g.cloud.AddBucket(accountB, "us-east-2", "old-bucket", func(o *xaccttest.BucketOptions) { o.Ownership = "ObjectWriter" })
		g.tr.Destination.Bucket, g.tr.Destination.DisableACLs = "old-bucket", true
	}
	const writesBucket, writesKey = "may not write the policy of bucket media-archive: s3:PutBucketPolicy", "may not write the policy of key "
	for _, tt := range []struct {
		name  string
		edit  func(given)
		want  []string // the findings on the caller of the other account: severity, code, how the detail goes on
		apply string   // "" succeeds; caller, blocked
	}{
		{"PutBucketPolicy", func(g given) { owner(g, "Owner", but("s3:PutBucketPolicy")...) }, []string{"warning caller " + writesBucket}, "caller"},
		{"PutBucketPolicy, a role with a path", func(g given) { owner(g, "teams/Owner", but("s3:PutBucketPolicy")...) },
			[]string{"warning caller " + writesBucket}, "caller"},
		{"PutBucketPolicy, nobody named", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", lets(policy.AWS(g.cloud.OperatorARN(accountA))))
			owner(g, "Owner", but("s3:PutBucketPolicy")...)
		}, []string{"blocking no-operator " + writesBucket}, "blocked"},
		{"nothing allows PutBucketPolicy", func(g given) { owner(g, "Reader", reading) }, []string{"warning caller " + writesBucket}, "caller"},
		{"all of S3's writes", func(g given) { owner(g, "Owner", but("s3:Put*")...) }, []string{"warning caller " + writesBucket}, "caller"},
		{"PutBucketPolicy of this bucket", func(g given) {
			owner(g, "Owner", everything, policy.New(policy.Deny("s3:PutBucketPolicy").On("arn:aws:s3:::media-archive")))
		}, []string{"warning caller " + writesBucket}, "caller"},
		{"PutBucketPolicy of another bucket", func(g given) {
			owner(g, "Owner", everything, policy.New(policy.Deny("s3:PutBucketPolicy").On("arn:aws:s3:::media-other")))
		}, nil, ""},
		{"the bucket's policy allows the role", func(g given) {
			owner(g, "Reader", reading)
			g.cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:PutBucketPolicy").By(policy.AWS("arn:aws:iam::444455556666:role/Reader")).
				On("arn:aws:s3:::media-archive")).Bytes())
		}, nil, ""},
		{"PutKeyPolicy", func(g given) {
			key(g)
			owner(g, "Owner", but("kms:PutKeyPolicy")...)
		}, []string{"warning caller " + writesKey}, "caller"},
		{"both policies", func(g given) {
			key(g)
			owner(g, "Owner", but("kms:PutKeyPolicy", "s3:PutBucketPolicy")...)
		}, []string{"warning caller " + writesBucket, "warning caller " + writesKey}, "caller"},
		{"PutBucketOwnershipControls", func(g given) {
			acls(g)
			owner(g, "Owner", but("s3:PutBucketOwnershipControls")...)
		}, []string{"warning caller may not write the Object Ownership of bucket old-bucket: s3:PutBucketOwnershipControls"}, "caller"},
		{"PutBucketOwnershipControls, which is not needed", func(g given) { owner(g, "Owner", but("s3:PutBucketOwnershipControls")...) }, nil, ""},
		{"handed over", func(g given) {
			owner(g, "Reader", reading)
			g.opts.HandOver = []string{accountB}
		}, nil, ""},
		{"overridden, nobody named", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", lets(policy.AWS(g.cloud.OperatorARN(accountA))))
			g.opts.Override = []xacct.Code{xacct.CodeNoOperator}
			owner(g, "Owner", but("s3:PutBucketPolicy")...)
		}, []string{"warning no-operator " + writesBucket}, "fails"},
		{"a caller that may do all", func(g given) { owner(g, "Owner", everything) }, nil, ""},
		{"a caller that may not read its role", func(g given) { owner(g, "Owner", but("iam:GetRole", "s3:PutBucketPolicy")...) }, nil, "fails"},
		{"a caller that may not read its policies", func(g given) { owner(g, "Owner", but("iam:GetRolePolicy", "s3:PutBucketPolicy")...) }, nil, "fails"},
		{"no client of IAM", func(g given) {
			owner(g, "Owner", but("s3:PutBucketPolicy")...)
			clients := g.c[accountB]
			clients.IAM = nil
			g.c[accountB] = clients
		}, nil, "fails"},
		{"a user", func(g given) { g.c[accountB] = g.cloud.ClientsAs(g.cloud.AddUser(accountB, "bea", everything)) }, nil, ""},
		{"a condition that may hold", func(g given) {
			owner(g, "Owner", everything, policy.New(policy.Deny("s3:PutBucketPolicy").On("*").When(policy.Where("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"))))
		}, nil, "either"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				g := given{cloud, &tr, cloud.Clients(), &xacct.PlanOptions{}}
				g.c[accountA] = cloud.ClientsAs(cloud.OperatorARN(accountA))
				tt.edit(g)
				p, err := xacct.NewPlan(t.Context(), g.c, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { *o = *g.opts })
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range p.Findings {
					if rest, ok := strings.CutPrefix(f.Detail, "the caller of account "+accountB+" "); ok {
						got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Code, rest))
						if !strings.Contains(f.Remedy, f.Subject) || !strings.Contains(f.Remedy, "HandOver") || f.Account != accountB {
							t.Errorf("account %s, remedy %q", f.Account, f.Remedy)
						}
					} else if strings.HasPrefix(f.Subject, "arn:aws:iam::"+accountB+":role") {
						t.Errorf("a finding on the caller: %v", f)
					}
				}
				slices.Sort(got)
				if len(got) != len(tt.want) || !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
					t.Errorf("findings on the caller (-want +got):\n%s", cmp.Diff(tt.want, got))
				}
				cloud.ResetCalls()
				_, err = p.Apply(t.Context(), g.c)
				if end := endOf(err); end != tt.apply && tt.apply != "either" {
					t.Errorf("applied: %q, want %q: %v", end, tt.apply, err)
				} else if writes := writesOf(cloud); (end == "caller" || end == "blocked") && len(writes) > 0 {
					t.Errorf("written although it was refused: %v", writes)
				}
				var caller *xacct.CallerError
				if errors.As(err, &caller) && (caller.Account != accountB || !strings.Contains(caller.Caller, accountB) || caller.Hint() == "") {
					t.Errorf("%#v", caller)
				}
			})
		})
	}
}

// endOf names how an apply ended.
func endOf(err error) string {
	var caller *xacct.CallerError
	var blocked *xacct.BlockedError
	switch {
	case errors.As(err, &caller):
		return "caller"
	case errors.As(err, &blocked):
		return "blocked"
	case err == nil:
		return ""
	}
	return "fails"
}
