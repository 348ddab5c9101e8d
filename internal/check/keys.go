package check

import (
	"fmt"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// keyAction is one action on a key.
type keyAction struct {
	action string
	use    verdict.Use
}

// keyUse is the table of what S3 does with a key on behalf of the role, by side. Reading an object decrypts. Writing one takes a data key, and a
// multipart upload and verification decrypt what was written. The other actions are in DataSync's list, but no request that needs them is
// documented.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var keyUse = map[plan.Side][]keyAction{
	plan.SourceSide: {{"kms:Decrypt", verdict.Always}, {"kms:DescribeKey", verdict.Rarely}},
	plan.DestinationSide: {{"kms:GenerateDataKey", verdict.Always}, {"kms:Decrypt", verdict.Always}, {"kms:Encrypt", verdict.Rarely},
		{"kms:ReEncryptFrom", verdict.Rarely}, {"kms:ReEncryptTo", verdict.Rarely}, {"kms:DescribeKey", verdict.Rarely}},
}

// checkKeys decides what DataSync will do with the keys of the side. The role's own policies and the key's policy must both allow it.
func (c *checker) checkKeys(side plan.Side, role string) []plan.Finding {
	verb := "decrypt"
	if side == plan.DestinationSide {
		verb = "encrypt and decrypt"
	}
	var out []plan.Finding
	for _, arn := range c.Transfer.End(side).KMSKeys {
		do := fmt.Sprintf("%s with key %s of the %s", verb, transfer.KeyName(arn), side)
		out = append(out, c.checkKey(side, role, arn, do, keyUse[side])...)
	}
	return out
}

// checkKey decides whether the role may use the key. do tells in words what for.
func (c *checker) checkKey(side plan.Side, role, arn, do string, uses []keyAction) []plan.Finding {
	spec := kmskey.Spec{ARN: arn}
	account := spec.Account()
	p := c.identity(role, account)
	var read bool
	if p.Resource, read = c.mergedKey(arn); !read {
		p.Unread |= authz.Resource
	}
	call := c.dataCall(role, account, spec.Region())
	verdicts := c.newCase(side, "DataSync", do, verdict.Case{
		Policies: p, Principal: role, Resource: "key " + transfer.KeyName(arn), Owner: account, Facts: call.KMSFacts()})
	for _, u := range uses {
		req := c.known(call.KMS(u.action, arn), role, account)
		verdicts.Decide(req, u.use, "DataSync's guide lists it, but no request that needs it is documented")
	}
	return verdicts.Conclude()
}
