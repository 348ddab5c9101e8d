package check

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// writeActions are the actions of the writes that callers make in their own accounts; nothing else that a caller does has them.
var writeActions = []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketOwnershipControls", "kms:PutKeyPolicy"}

// OnWrites reports whether the finding is about what a caller may not write, and not about what it may not make.
func OnWrites(f plan.Finding) bool {
	return slices.ContainsFunc(f.Actions, func(a string) bool { return slices.Contains(writeActions, a) })
}

// checkWrites decides whether the callers' own policies let them write what this transfer needs, in whichever account: what is not allowed would fail
// after other changes were made. Of a caller whose policies were not read nothing is said.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html and
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func (c *checker) checkWrites() []plan.Finding {
	var out []plan.Finding
	for _, w := range c.facts.Writes[c.Transfer.Name] {
		p := c.writePolicies(w)
		if p.Unread&authz.Identity != 0 {
			continue
		}
		what := map[plan.Kind]string{plan.BucketPolicy: "the policy of bucket ", plan.BucketOwnership: "the Object Ownership of bucket ",
			plan.KeyPolicy: "the policy of key "}[w.Kind] + w.Name
		of := verdict.Case{Policies: p, Principal: w.Caller, Caller: true, Owner: w.Account}
		if w.Kind == plan.KeyPolicy {
			of.Resource = "key " + w.Name
		} else {
			of.Bucket = w.Name
		}
		verdicts := c.newCase("", "the caller of account "+w.Account, "write "+what, of)
		call := authz.OperatorCall{PrincipalARN: w.Caller, PrincipalID: c.facts.IDs[w.Caller], Tags: c.facts.Tags[w.Caller],
			OrgID: c.facts.OrgIDs[w.Account], Account: w.Account, Region: w.Region}
		verdicts.Facts = call.Facts()
		verdicts.Decide(c.inOrganisation(call.Request(w.Action, w.Resource), w.Account), verdict.Always, "")
		if v := verdicts.Verdicts[0]; !v.Effect.Denied() || locksOut(w.Action, v) {
			continue
		}
		for _, f := range verdicts.Conclude() {
			if f.Code == plan.CodeDenied {
				out = append(out, c.forWriter(w, f))
			}
		}
	}
	return out
}

// writePolicies returns the policies that apply to the write: those of the caller, of its account's organisation, and that of the bucket or key as it is,
// because it is the one that AWS asks.
func (c *checker) writePolicies(w plan.Write) authz.Policies {
	p := authz.Policies{SCPs: c.facts.SCPs[w.Account], RCPs: c.facts.RCPs[w.Account], Boundary: c.facts.Boundaries[w.Caller]}
	var known, read bool
	if p.Identity, known = c.facts.Identity[w.Caller]; !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	if w.Kind == plan.KeyPolicy {
		p.Resource, read = c.facts.KeyPolicies[w.Resource]
	} else {
		p.Resource, read = c.facts.BucketPolicies[w.Name]
	}
	if !read {
		p.Unread |= authz.Resource
	}
	return p
}

// locksOut reports whether checkWriter has a finding on the denial: one by a policy that is not the caller's own.
func locksOut(action string, v verdict.Verdict) bool {
	own := slices.ContainsFunc(v.Deciding, func(m authz.Match) bool { return m.Layer == authz.Identity || m.Layer == authz.Boundary })
	return v.Effect == authz.ExplicitlyDenied && !own && (action == "s3:PutBucketPolicy" || action == "kms:PutKeyPolicy")
}

// forWriter turns a denial into the finding on a caller: it blocks if no operator is named, and warns otherwise, because who plans need not be who
// applies. A caller that Operators name is an operator, whose denial blocks as such.
func (c *checker) forWriter(w plan.Write, f plan.Finding) plan.Finding {
	if c.named(w.Caller) {
		return f
	}
	f.Remedy = fmt.Sprintf("apply as somebody of account %s who may, or hand its changes over (HandOver); to apply as %s, %s", w.Account, w.Caller, f.Remedy)
	f.Severity, f.Code = severityIf(len(c.Transfer.Operators) == 0), c.callerCode()
	return f
}
