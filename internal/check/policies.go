package check

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// newCase completes a case about whether who, its principal, may do something: everything that cases of one transfer have in common, and the
// sentences and fields of its findings, which are about side unless it is "".
func (c *checker) newCase(side plan.Side, who, do string, base verdict.Case) *verdict.Case {
	base.Transfer, base.Shared, base.Organisations, base.Stop = c.Transfer, c.shared, c.facts.OrgIDs, c.stop
	if base.Bucket != "" {
		base.Report = c.facts.Reported[base.Bucket]
	}
	base.May, base.MayNot = who+" may "+do, who+" may not "+do
	base.Finding = plan.Finding{Transfer: c.Transfer.Name, Side: side, Account: base.Owner, Subject: base.Principal}
	c.withEnd(&base)
	of := base
	base.Foreign = func(m authz.Match) bool { return c.foreign(of, m) }
	return &base
}

// identity returns the policies that apply to a principal of the task account, without that of the resource: its own, its boundary, the SCPs of
// its account and the RCPs of the resource's.
func (c *checker) identity(principal, resourceAccount string) authz.Policies {
	p := authz.Policies{SCPs: c.facts.SCPs[c.Transfer.TaskAccount], RCPs: c.facts.RCPs[resourceAccount]}
	extra, known := c.facts.Identity[principal]
	p.Identity = slices.Clone(extra)
	if spec, ours := c.role(principal); ours {
		for _, name := range slices.Sorted(maps.Keys(spec.Policies)) {
			p.Identity = append(p.Identity, spec.Policies[name])
		}
		known = !slices.Contains(c.facts.Unjudged, principal) // a role that we will make has our policies and no others
		if spec.PermissionsBoundary != "" && c.facts.Boundaries[principal].IsZero() {
			p.Unread |= authz.Boundary
		}
	}
	p.Boundary = c.facts.Boundaries[principal]
	if !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	return p
}

// onBucket returns the policies that apply to a principal of the task account on a bucket.
func (c *checker) onBucket(principal, bucket, owner string) authz.Policies {
	p := c.identity(principal, owner)
	var read bool
	if p.Resource, read = c.mergedBucket(bucket); !read {
		p.Unread |= authz.Resource
	}
	return p
}

// mergedBucket returns the policy of the bucket as it will be: with our statements, and without those of ours that will be removed. It returns
// false if the policy as it is was not read.
func (c *checker) mergedBucket(name string) (policy.Document, bool) {
	d, read := c.facts.BucketPolicies[name]
	return c.merge(name, d, func() (ours policy.Statements) {
		for _, b := range c.Buckets {
			if b.Name == name {
				ours = append(ours, b.Statements...)
			}
		}
		return ours
	}), read
}

// merge returns the policy of the bucket or key as it will be.
func (c *checker) merge(name string, d policy.Document, ours func() policy.Statements) policy.Document {
	if merged, ok := c.merged[name]; ok {
		return merged
	}
	d = d.With(ours()).Without(c.facts.Leaving[name]...)
	c.merged[name] = d
	return d
}

// mergedKey is mergedBucket for the policy of a key.
func (c *checker) mergedKey(arn string) (policy.Document, bool) {
	d, read := c.facts.KeyPolicies[arn]
	return c.merge(arn, d, func() (ours policy.Statements) {
		for _, k := range c.Keys {
			if k.ARN == arn {
				ours = append(ours, k.Statements...)
			}
		}
		return ours
	}), read
}

// nextBucket is mergedBucket with the statements of all transfers that are checked together: one write stores them all.
func (c *checker) nextBucket(name string) policy.Document {
	return c.facts.BucketPolicies[name].With(c.together.statements[name]).Without(c.facts.Leaving[name]...)
}

// nextKey is nextBucket for the policy of a key.
func (c *checker) nextKey(arn string) policy.Document {
	return c.facts.KeyPolicies[arn].With(c.together.statements[arn]).Without(c.facts.Leaving[arn]...)
}

// role returns the role with the ARN, if it is one that we make.
func (c *checker) role(arn string) (iamrole.Spec, bool) {
	for _, ar := range c.Roles {
		if ar.ARN(c.Transfer.Partition, ar.Account) == arn {
			return ar.Spec, true
		}
	}
	return iamrole.Spec{}, false
}

// tagsOf returns all tags of a role; nil if they are not known.
func (c *checker) tagsOf(arn string) map[string]string {
	spec, ours := c.role(arn)
	if !ours || c.facts.Tags[arn] == nil && slices.Contains(c.facts.Unjudged, arn) {
		return c.facts.Tags[arn]
	}
	tags := maps.Clone(spec.Tags)
	maps.Copy(tags, c.facts.Tags[arn])
	maps.Copy(tags, spec.Tags)
	return tags
}

// dataCall returns how DataSync calls with the role on a resource of the account.
func (c *checker) dataCall(role, account, region string) authz.DataSyncCall {
	return authz.DataSyncCall{RoleARN: role, RoleID: c.facts.IDs[role], RoleTags: c.tagsOf(role),
		OrgID: c.facts.OrgIDs[c.Transfer.TaskAccount], Account: account, Region: region}
}

// known adds to a request of DataSync what the call itself does not tell: the organisation of the resource's account, and the tags that we give
// to a role of ours whose other tags are not known.
func (c *checker) known(req authz.Request, role, resourceAccount string) authz.Request {
	req = c.inOrganisation(req, resourceAccount)
	if spec, ours := c.role(role); ours && c.tagsOf(role) == nil {
		for k, v := range spec.Tags {
			fact := authz.Fact{Key: "aws:PrincipalTag/" + k, Values: []string{v}, Certainty: authz.Certain, Reason: "a tag that we give"}
			req = req.With([]authz.Fact{fact}, authz.Certain)
		}
	}
	return req
}

// inOrganisation adds to the request the organisation of the resource's account, as far as it is known.
func (c *checker) inOrganisation(req authz.Request, resourceAccount string) authz.Request {
	if id := c.facts.OrgIDs[resourceAccount]; id != "" {
		return req.With([]authz.Fact{
			{Key: "aws:ResourceOrgID", Values: []string{id}, Certainty: authz.Certain, Reason: "given"},
			{Key: "aws:ResourceOrgPaths", Form: id + "/*", Certainty: authz.Certain, Reason: "begins with the organisation, which is given"},
		}, authz.Certain)
	}
	return req
}
