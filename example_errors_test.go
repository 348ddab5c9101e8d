package xacct_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// DataSync refuses a start, and its message names neither bucket. What the plan had found tells which end it is, by which statement, and what
// that depends on.
func ExamplePlan_Explain() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		fmt.Println(err)
		return
	}

	// Later, the owner of the destination lets in its own organisation only.
	existing, _ := policy.Parse(cloud.BucketPolicy("media-archive"))
	cloud.SetBucketPolicy("media-archive", existing.With(policy.Deny("s3:ListBucket").WithSid("OurOrganisation").By(policy.Everyone()).
		On("arn:aws:s3:::media-archive").When(policy.Where("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))).Bytes())
	if p, err = xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}); err != nil {
		fmt.Println(err)
		return
	}

	arn := result.TaskARN("media-archive")
	api, _ := clients.DataSync(arn)
	_, err = task.Start(ctx, api, arn)
	err = p.Explain("media-archive", err)
	var refused *xacct.AccessTestError
	if errors.As(err, &refused) {
		fmt.Println(refused.Side, refused.Bucket, refused.Action, refused.Verdict, refused.Statement)
		fmt.Println(refused.Hint())
	}
	// Output:
	// destination media-archive s3:ListBucket undetermined OurOrganisation
	// let arn:aws:iam::111122223333:role/media-archive-destination list bucket media-archive, in its own policies and in the bucket's; settle what the plan's undetermined finding depends on (OurOrganisation): aws:PrincipalOrgID
}
