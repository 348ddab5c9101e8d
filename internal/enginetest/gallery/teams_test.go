package gallery_test

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// Situations of two teams, of which the one that plans has no client of the other.
func init() {
	maps.Copy(setups, map[string]func(*stage){
		"observed": func(st *stage) {
			st.applied()
			st.absent = accountB
		},
		"reported": func(st *stage) { st.reported() },
		"reported-denied": func(st *stage) {
			st.reported()
			deny := policy.Deny("s3:PutObject").WithSid("Frozen").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*")
			st.cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(st.t, st.cloud, "media-archive").With(deny).Bytes())
		},
		"reported-stale": func(st *stage) {
			st.reported()
			st.tr.Destination.Prefix = "elsewhere"
		},
		"reported-removal": func(st *stage) { st.removed() },
		"reported-removal-wrong": func(st *stage) {
			granted := st.removed()
			st.cloud.SetBucketPolicy("media-archive", granted)
		},
		"grant-stays": func(st *stage) {
			st.tr.Grant = xacct.ByAccount
			st.applied()
			st.absent, st.down = accountB, true
			st.after = func() error { // a role of the same name has what the old one had
				arn := st.cloud.AddRole(accountA, "media-archive-destination", iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB))
				_, err := st.cloud.ClientsAs(arn).S3("us-east-2").ListObjectsV2(st.t.Context(), &s3.ListObjectsV2Input{Bucket: new("media-archive")})
				return err
			}
		},
	})
}

// reported has both teams do their part of the set-up, and hands the report of the other in. There is no client of the other team afterwards.
func (st *stage) reported() {
	ctx, ours, theirs := st.t.Context(), st.cloud.Clients(), st.cloud.Clients()
	delete(ours, accountB)
	delete(theirs, accountA)
	p := kittest.MustPlan(st.t, ctx, ours, []xacct.Transfer{*st.tr})
	_, err := p.Apply(ctx, ours)
	st.must(err)
	r, err := p.For(accountB).Apply(ctx, theirs)
	st.must(err)
	st.opts.Reported, st.absent = []*xacct.Result{r.Report()}, accountB
}

// removed has both teams do their part of the tear-down, and hands the report of the other in. It returns the policy of the bucket as it was before.
func (st *stage) removed() []byte {
	ctx, ours, theirs := st.t.Context(), st.cloud.Clients(), st.cloud.Clients()
	delete(ours, accountB)
	delete(theirs, accountA)
	st.applied()
	granted := st.cloud.BucketPolicy("media-archive")
	p, err := xacct.NewDestroyPlan(ctx, ours, []xacct.Transfer{*st.tr})
	st.must(err)
	_, err = p.Apply(ctx, ours)
	st.must(err)
	r, err := p.For(accountB).Apply(ctx, theirs)
	st.must(err)
	st.opts.Reported, st.absent, st.down = []*xacct.Result{r.Report()}, accountB, true
	st.after = func() error { // the owner changes the policy
		own := policy.New(bucket.List("arn:aws:s3:::media-archive").WithSid("Own").By(policy.Account("777788889999")))
		if text := st.cloud.BucketPolicy("media-archive"); len(text) > 0 {
			own = kittest.BucketPolicy(st.t, st.cloud, "media-archive").With(own)
		}
		_, err := st.cloud.Clients()[accountB].S3("us-east-2").PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: new("media-archive"), Policy: new(string(own.Bytes()))})
		return err
	}
	return granted
}
