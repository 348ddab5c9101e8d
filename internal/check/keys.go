package check

import (
	"fmt"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
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
		out = append(out, c.checkKey(side, role, arn, do, keyUse[side], c.encryptionContext(side)...)...)
	}
	return out
}

// encryptionContext returns what is known of the context that S3 sends to KMS for objects of the side. What is written under the bucket's default encryption
// has the bucket's ARN if it has a bucket key, else the object's; DSSE-KMS takes no bucket key. What is read may be either, object by object, because
// objects keep what they were written with.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
func (c *checker) encryptionContext(side plan.Side) []authz.Fact {
	e := c.Transfer.End(side)
	f := authz.Fact{Key: "kms:EncryptionContext:aws:s3:arn", Form: e.BucketARN + "*", Certainty: authz.Assumed, Reason: "the ARN of the bucket or of an object in it"}
	state, looked := c.facts.Buckets[e.Bucket]
	if side == plan.DestinationSide && looked && state.OwnerProved && state.Unread[bucket.PartEncryption] == nil {
		if state.Encryption.BucketKey && state.Encryption.Algorithm == s3types.ServerSideEncryptionAwsKms {
			f.Form, f.Values, f.Reason = "", []string{e.BucketARN}, "the bucket's ARN: its default encryption has a bucket key"
		} else {
			f.Form, f.Reason = e.BucketARN+"/"+transfer.Slashed(e.Prefix)+"*", "the object's ARN: the bucket's default encryption has no bucket key"
		}
	}
	return []authz.Fact{f}
}

// checkKey decides whether the role may use the key. do tells in words what for; more is known of the calls than of any on a key.
func (c *checker) checkKey(side plan.Side, role, arn, do string, uses []keyAction, more ...authz.Fact) []plan.Finding {
	spec := kmskey.Spec{ARN: arn}
	account := spec.Account()
	p := c.identity(role, account)
	var read bool
	if p.Resource, read = c.mergedKey(arn); !read {
		p.Unread |= authz.Resource
	}
	call := c.dataCall(role, account, spec.Region())
	verdicts := c.newCase(side, "DataSync", do, verdict.Case{
		Policies: p, Principal: role, Resource: "key " + transfer.KeyName(arn), Owner: account, Report: c.facts.Reported[arn], Facts: append(call.KMSFacts(), more...)})
	requests := verdicts.Like(c.known(call.KMS("", ""), role, account).With(more, authz.Assumed))
	for _, u := range uses {
		requests.Decide(u.action, arn, u.use, "DataSync's guide lists it, but no request that needs it is documented")
	}
	return verdicts.Conclude()
}
