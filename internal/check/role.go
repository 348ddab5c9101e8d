package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// role is the role of ours with the ARN.
func (r *checker) role(arn string) (iamrole.Spec, bool) {
	for _, ar := range r.Roles {
		if ar.ARN(r.Transfer.Partition, ar.Account) == arn {
			return ar.Spec, true
		}
	}
	return iamrole.Spec{}, false
}

// tagsOf are all tags of a role; nil if they are not known.
func (r *checker) tagsOf(arn string) map[string]string {
	spec, ours := r.role(arn)
	if !ours || r.facts.Tags[arn] == nil && slices.Contains(r.facts.Unjudged, arn) {
		return r.facts.Tags[arn]
	}
	tags := maps.Clone(spec.Tags)
	maps.Copy(tags, r.facts.Tags[arn])
	maps.Copy(tags, spec.Tags)
	return tags
}

// merged is the policy of the bucket with our statements in it and without those that leave it, and whether the policy that it has is known.
func (r *checker) merged(name string) (policy.Document, bool) {
	d, read := r.facts.BucketPolicies[name]
	for _, b := range r.Buckets {
		if b.Name == name {
			for _, st := range b.Statements {
				d = d.With(st)
			}
		}
	}
	return d.Without(r.facts.Leaving[name]...), read
}

// identity is what a principal may do by its own policies, under the SCPs of the task account and the RCPs of the resource's.
func (r *checker) identity(principal, resourceAccount string) authz.Policies {
	p := authz.Policies{SCPs: r.facts.SCPs[r.Transfer.TaskAccount], RCPs: r.facts.RCPs[resourceAccount]}
	extra, known := r.facts.Identity[principal]
	p.Identity = slices.Clone(extra)
	if spec, ours := r.role(principal); ours {
		for _, name := range slices.Sorted(maps.Keys(spec.Policies)) {
			p.Identity = append(p.Identity, spec.Policies[name])
		}
		known = !slices.Contains(r.facts.Unjudged, principal) // a role that is to be made holds our policies and no others
		if spec.PermissionsBoundary != "" && r.facts.Boundaries[principal].IsZero() {
			p.Unread |= authz.Boundary
		}
	}
	p.Boundary = r.facts.Boundaries[principal]
	if !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	return p
}

// policies are what judges a principal on the bucket of a side.
func (r *checker) policies(side plan.Side, principal string) authz.Policies {
	e := r.Transfer.End(side)
	p := r.identity(principal, e.Account)
	var read bool
	if p.Resource, read = r.merged(e.Bucket); !read {
		p.Unread |= authz.Resource
	}
	return p
}

// inOrganisations adds what is known of the organisation of the resource's account.
func inOrganisations(f plan.Facts, req authz.Request, resourceAccount string) authz.Request {
	if id := f.OrgIDs[resourceAccount]; id != "" {
		return req.With([]authz.Fact{{Key: "aws:ResourceOrgID", Values: []string{id}, Certainty: authz.Certain, Reason: "given"}}, authz.Certain)
	}
	return req
}

// known adds what is known about a role and a resource beside what a call says: the organisation of the resource's account and, where the
// other tags of a role of ours are not known, those that we give it.
func (r *checker) known(req authz.Request, role, resourceAccount string) authz.Request {
	req = inOrganisations(r.facts, req, resourceAccount)
	if spec, ours := r.role(role); ours && r.tagsOf(role) == nil {
		for k, v := range spec.Tags {
			req = req.With([]authz.Fact{{Key: "aws:PrincipalTag/" + k, Values: []string{v}, Certainty: authz.Certain, Reason: "a tag that we give"}}, authz.Certain)
		}
	}
	return req
}

// dataCall is how DataSync calls with the role.
func (r *checker) dataCall(role, account, region string) authz.DataSyncCall {
	return authz.DataSyncCall{RoleARN: role, RoleID: r.facts.IDs[role], RoleTags: r.tagsOf(role), OrgID: r.facts.OrgIDs[r.Transfer.TaskAccount], Account: account, Region: region}
}

// checkRole judges every action that DataSync will use on the bucket.
func (r *checker) checkRole(side plan.Side, role string) []plan.Finding {
	t, e := r.Transfer, r.Transfer.End(side)
	verb := accessVerb(side)
	j := verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: r.policies(side, role), Principal: role, Bucket: e.Bucket, Owner: e.Account,
		May: fmt.Sprintf("DataSync may %s the %s", verb, side), MayNot: fmt.Sprintf("DataSync may not %s the %s", verb, side),
		Finding: plan.Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: role}}
	call := r.dataCall(role, e.Account, e.Region)
	j.Facts = call.Facts()
	for _, action := range usedActions(t, side) {
		u, why := useOf(t, side, action)
		if req := r.known(call.S3(action, resourceFor(e, action)), role, e.Account); req.Resource == e.BucketARN {
			j.Decide(req, u, why)
		} else {
			j.DecideBelow(req, e.BucketARN+"/"+transfer.Slashed(e.Prefix), u, why)
		}
	}
	return j.Conclude()
}

// checkTrust judges whether the service may assume the role of the side.
func (r *checker) checkTrust(side plan.Side, role string) []plan.Finding {
	return r.trusted(side, role, string(side), r.Transfer.End(side).Region, r.Transfer.Destination.Region)
}

// trusted judges whether the service may assume a role, which of them is what. The guide wants the trust policy to cover the location;
// whether DataSync also presents an ARN of the task, and of its Region, is not documented: a role that lets in the one Region and not the
// other is undetermined.
// https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func (r *checker) trusted(side plan.Side, role, what, region, other string) []plan.Finding {
	t := r.Transfer
	p := authz.Policies{RCPs: r.facts.RCPs[t.TaskAccount]}
	if spec, ours := r.role(role); ours {
		p.Resource = spec.Trust
	} else if trust, ok := r.facts.Trusts[role]; ok {
		p.Resource = trust
	} else {
		p.Unread = authz.Resource
	}
	j := verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: p, Principal: role, Owner: t.TaskAccount, Trust: true, Resource: role,
		May: fmt.Sprintf("DataSync may assume the %s role", what), MayNot: fmt.Sprintf("DataSync may not assume the %s role", what),
		Finding: plan.Finding{Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: role}}
	call := authz.AssumeRoleCall{RoleARN: role, Account: t.TaskAccount, Regions: []string{region}, OrgID: r.facts.OrgIDs[t.TaskAccount]}
	request := call.Request()
	if call.Regions = []string{other}; authz.Decide(request, p).Effect == authz.Allowed && authz.Decide(call.Request(), p).Effect != authz.Allowed {
		call.Regions = []string{region, other}
		request = call.Request()
	}
	j.Facts = call.Facts()
	j.Decide(request, verdict.Always, "")
	return j.Conclude()
}
