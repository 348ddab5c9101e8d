package authz_test

import (
	"fmt"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// grant is the policy under test: a role of another account may write below a prefix.
var grant = policy.New(policy.Allow("s3:PutObject").By(policy.AWS("arn:aws:iam::111122223333:role/mover")).On("arn:aws:s3:::media/2026/*"))

// This is the unit test of a policy. In a test, compare the effect and fail with the decision, which says why.
func Example() {
	request := authz.Request{Principal: "arn:aws:iam::111122223333:role/mover", Action: "s3:PutObject", Resource: "arn:aws:s3:::media/2025/a.mov", ResourceAccount: "444455556666", Complete: true}
	role := policy.New(policy.Allow("s3:*").On("arn:aws:s3:::media/*"))
	if d := authz.Decide(request, authz.Policies{Identity: []policy.Document{role}, Resource: grant}); d.Effect != authz.Allowed {
		fmt.Println(d)
	}
	// Output:
	// implicitly denied
	//   resource policy: no statement allows s3:PutObject on arn:aws:s3:::media/2025/a.mov
	//   not given: SCP, RCP
}
