package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// slow makes S3 and KMS resolve the ARN of the destination's role to a deleted role of that name, in the first writes of each.
type slow struct {
	t     *testing.T
	cloud *xaccttest.Cloud
	limit int // how many writes of each
	mu    sync.Mutex
	puts  map[string]int
}

// store calls put with the policy as a service stores it that does not know the new role.
func (s *slow) store(what string, text *string, put func(string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.puts[what]++; s.puts[what] > s.limit {
		return put(*text)
	}
	name := fmt.Sprintf("%s-%d", what, s.puts[what])
	gone := s.cloud.AddRole(kittest.AccountA, name)
	err := put(strings.ReplaceAll(*text, `"AWS":"arn:aws:iam::`+kittest.AccountA+`:role/media-archive-destination"`, `"AWS":"`+gone+`"`))
	if _, err := s.cloud.Clients()[kittest.AccountA].IAM.DeleteRole(s.t.Context(), &iam.DeleteRoleInput{RoleName: &name}); err != nil {
		s.t.Error(err)
	}
	return err
}

func (s *slow) clients() xacct.Clients {
	out := xacct.Clients{}
	for account, ac := range s.cloud.Clients() {
		s3s, keys := ac.S3, ac.KMS
		ac.S3 = func(region string) bucket.API { return slowS3{s3s(region), s} }
		ac.KMS = func(region string) kmskey.API { return slowKMS{keys(region), s} }
		out[account] = ac
	}
	return out
}

type slowS3 struct {
	bucket.API
	*slow
}

func (c slowS3) PutBucketPolicy(ctx context.Context, in *s3.PutBucketPolicyInput, o ...func(*s3.Options)) (out *s3.PutBucketPolicyOutput, err error) {
	next := *in
	return out, c.store("bucket", in.Policy, func(text string) error {
		next.Policy = &text
		out, err = c.API.PutBucketPolicy(ctx, &next, o...)
		return err
	})
}

type slowKMS struct {
	kmskey.API
	*slow
}

func (c slowKMS) PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, o ...func(*kms.Options)) (out *kms.PutKeyPolicyOutput, err error) {
	next := *in
	return out, c.store("key", in.Policy, func(text string) error {
		next.Policy = &text
		out, err = c.API.PutKeyPolicy(ctx, &next, o...)
		return err
	})
}

// TestDeadGrantThatStays: whoever stores the id of a deleted role for longer than the budget gets an error that says what stands, and the next plan
// mends it. For as long as the budget lasts, the policy is written again.
func TestDeadGrantThatStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		edit    func(*xacct.Transfer)
		encrypt bool
		writes  int
		kinds   []xacct.Kind // whose writes end in the error
	}{
		{"for three writes", func(*xacct.Transfer) {}, false, 3, nil},
		{"for ever", func(*xacct.Transfer) {}, false, 1000, []xacct.Kind{xacct.BucketPolicy}},
		{"for ever, with a key", func(*xacct.Transfer) {}, true, 1000, []xacct.Kind{xacct.BucketPolicy, xacct.KeyPolicy}},
		{"for ever, by account", func(tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }, true, 1000, nil},
		{"a role that was given", func(tr *xacct.Transfer) {
			tr.Destination.RoleARN = "arn:aws:iam::" + kittest.AccountA + ":role/media-archive-destination"
		}, false, 1000, []xacct.Kind{xacct.BucketPolicy}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := kittest.EncryptedWorld()
				if !tt.encrypt {
					cloud = kittest.World(t)
					tr = kittest.Push(cloud)
				}
				if tt.edit(&tr); tr.Destination.RoleARN != "" {
					giveRole(t, cloud)
				}
				s := &slow{t: t, cloud: cloud, limit: tt.writes, puts: map[string]int{}}
				p := kittest.MustPlan(t, t.Context(), s.clients(), []xacct.Transfer{tr})
				start := time.Now()
				r, err := p.Apply(t.Context(), s.clients(), func(o *xacct.ApplyOptions) { o.Budget = time.Minute })
				if took := time.Since(start); took > 4*time.Minute {
					t.Errorf("took %s", took)
				}
				var kinds []xacct.Kind
				for _, c := range r.Changes {
					var dead *xacct.DeadPrincipalError
					if !errors.As(c.Err, &dead) {
						continue
					}
					kinds = append(kinds, c.Kind)
					if dead.Account != kittest.AccountB || dead.Region != "us-east-2" || dead.Name != c.Name || len(dead.Statements) != 1 || len(dead.IDs) != 1 ||
						!slices.Equal(dead.Roles, []string{"arn:aws:iam::" + kittest.AccountA + ":role/media-archive-destination"}) || dead.Hint() == "" {
						t.Errorf("error %+v", dead)
					}
				}
				slices.Sort(kinds)
				if diff := cmp.Diff(tt.kinds, kinds); diff != "" || (err == nil) != (len(tt.kinds) == 0) {
					t.Fatalf("ended in the error (-want +got):\n%s\n%v", diff, err)
				}
				if hints := xacct.Hints(err); len(kinds) > 0 && (len(hints) == 0 || !strings.HasPrefix(hints[0], "plan and apply again in a few minutes")) {
					t.Errorf("the first hint is not about the policy, but about what follows from it: %q", hints)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
				noDeadPrincipal(t, cloud, []xacct.Transfer{tr})
			})
		})
	}
}

// giveRole makes the destination's role as the account's own team would.
func giveRole(t *testing.T, cloud *xaccttest.Cloud) {
	t.Helper()
	api, name := cloud.Clients()[kittest.AccountA].IAM, "media-archive-destination"
	trust := string(iamrole.DataSyncTrust("aws", kittest.AccountA).Bytes())
	if _, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	all := string(policy.New(policy.Allow("s3:*").On("*")).Bytes())
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new("all"), PolicyDocument: &all}); err != nil {
		t.Fatal(err)
	}
}
