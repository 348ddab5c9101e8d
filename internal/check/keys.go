package check

import (
	"fmt"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// keyUse is the table of what S3 asks of a key in the role's name, per side. Reading decrypts. Writing takes a data key; a multipart upload
// and verification decrypt what was written. The others are in DataSync's list, but no request that needs them is documented.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var keyUse = map[plan.Side][]keyAction{
	plan.SourceSide: {{"kms:Decrypt", verdict.Always}, {"kms:DescribeKey", verdict.Rarely}},
	plan.DestinationSide: {{"kms:GenerateDataKey", verdict.Always}, {"kms:Decrypt", verdict.Always}, {"kms:Encrypt", verdict.Rarely},
		{"kms:ReEncryptFrom", verdict.Rarely}, {"kms:ReEncryptTo", verdict.Rarely}, {"kms:DescribeKey", verdict.Rarely}},
}

// checkKeys judges what DataSync will do with the keys of the side: the role's own policies and the key's policy must both allow it.
func (r *checker) checkKeys(side plan.Side, role string) []plan.Finding {
	verb := "decrypt"
	if side == plan.DestinationSide {
		verb = "encrypt and decrypt"
	}
	var out []plan.Finding
	for _, arn := range r.Transfer.End(side).KMSKeys {
		out = append(out, r.checkKey(side, role, arn, fmt.Sprintf("%s with key %s of the %s", verb, transfer.KeyName(arn), side), keyUse[side])...)
	}
	return out
}

// keyAction is what the use of a key asks for.
type keyAction struct {
	action string
	use    verdict.Use
}

func (r *checker) checkKey(side plan.Side, role, arn, what string, uses []keyAction) []plan.Finding {
	t, spec := r.Transfer, kmskey.Spec{ARN: arn}
	account := spec.Account()
	p := r.identity(role, account)
	var read bool
	if p.Resource, read = r.mergedKey(arn); !read {
		p.Unread |= authz.Resource
	}
	call := r.dataCall(role, account, spec.Region())
	j := verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: p, Principal: role, Owner: account, Resource: "key " + transfer.KeyName(arn), Facts: call.KMSFacts(),
		May: "DataSync may " + what, MayNot: "DataSync may not " + what,
		Finding: plan.Finding{Transfer: t.Name, Side: side, Account: account, Subject: role}}
	for _, u := range uses {
		j.Decide(r.known(call.KMS(u.action, arn), role, account), u.use, "DataSync's guide lists it, but no request that needs it is documented")
	}
	return j.Conclude()
}

// mergedKey is the policy of the key with our statements in it and without those that leave it, and whether the policy that it has is known.
func (r *checker) mergedKey(arn string) (policy.Document, bool) {
	d, read := r.facts.KeyPolicies[arn]
	for _, k := range r.Keys {
		if k.ARN == arn {
			for _, st := range k.Statements {
				d = d.With(st)
			}
		}
	}
	return d.Without(r.facts.Leaving[arn]...), read
}
