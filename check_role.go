package xacct

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// role is the role of ours with the ARN.
func (r *Resources) role(arn string) (iamrole.Spec, bool) {
	for _, ar := range r.Roles {
		if ar.ARN(r.Transfer.partition(), ar.Account) == arn {
			return ar.Spec, true
		}
	}
	return iamrole.Spec{}, false
}

// tagsOf are all tags of a role; nil if they are not known.
func (r *Resources) tagsOf(f Facts, arn string) map[string]string {
	spec, ours := r.role(arn)
	if !ours {
		return f.Tags[arn]
	}
	tags := maps.Clone(spec.Tags)
	maps.Copy(tags, f.Tags[arn])
	maps.Copy(tags, spec.Tags)
	return tags
}

// merged is the policy of the bucket with our statements in it and without those that leave it, and whether the policy that it has is known.
func (r *Resources) merged(f Facts, name string) (policy.Document, bool) {
	d, read := f.BucketPolicies[name]
	for _, b := range r.Buckets {
		if b.Name == name {
			for _, st := range b.Statements {
				d = d.With(st)
			}
		}
	}
	return d.Without(f.Leaving[name]...), read
}

// identity is what a principal may do by its own policies, under the SCPs of the task account and the RCPs of the resource's.
func (r *Resources) identity(f Facts, principal, resourceAccount string) authz.Policies {
	p := authz.Policies{SCPs: f.SCPs[r.Transfer.TaskAccount], RCPs: f.RCPs[resourceAccount]}
	extra, known := f.Identity[principal]
	p.Identity = slices.Clone(extra)
	if spec, ours := r.role(principal); ours {
		for _, name := range slices.Sorted(maps.Keys(spec.Policies)) {
			p.Identity = append(p.Identity, spec.Policies[name])
		}
		known = !slices.Contains(f.Unjudged, principal) // a role that is to be made holds our policies and no others
		if spec.PermissionsBoundary != "" && f.Boundaries[principal].IsZero() {
			p.Unread |= authz.Boundary
		}
	}
	p.Boundary = f.Boundaries[principal]
	if !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	return p
}

// policies are what judges a principal on the bucket of a side.
func (r *Resources) policies(f Facts, side Side, principal string) authz.Policies {
	e := r.Transfer.end(side)
	p := r.identity(f, principal, e.Account)
	var read bool
	if p.Resource, read = r.merged(f, e.Bucket); !read {
		p.Unread |= authz.Resource
	}
	return p
}

// inOrganisations adds what is known of the organisation of the resource's account.
func (f Facts) inOrganisations(req authz.Request, resourceAccount string) authz.Request {
	if id := f.OrgIDs[resourceAccount]; id != "" {
		return req.With([]authz.Fact{{Key: "aws:ResourceOrgID", Values: []string{id}, Certainty: authz.Certain, Reason: "given"}}, authz.Certain)
	}
	return req
}

// checkRole judges every action that DataSync will use on the bucket.
func (r *Resources) checkRole(f Facts, side Side, role string) []Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	verb := "read"
	if side == DestinationSide {
		verb = "write"
	}
	j := judged{transfer: t, policies: r.policies(f, side, role), principal: role, bucket: e.Bucket, owner: e.Account,
		may: fmt.Sprintf("DataSync may %s the %s", verb, side), mayNot: fmt.Sprintf("DataSync may not %s the %s", verb, side), part: "on the " + string(side),
		finding: Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: role}}
	call := authz.DataSyncCall{RoleARN: role, RoleID: f.IDs[role], RoleTags: r.tagsOf(f, role), OrgID: f.OrgIDs[t.TaskAccount], Account: e.Account, Region: e.Region}
	for _, action := range t.used(side) {
		u, why := t.useOf(action)
		j.decide(f.inOrganisations(call.S3(action, e.resource(action)), e.Account), u, why)
	}
	return j.conclude()
}

// checkTrust judges whether the service may assume the role.
func (r *Resources) checkTrust(f Facts, side Side, role string) []Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	p := authz.Policies{RCPs: f.RCPs[t.TaskAccount]}
	if spec, ours := r.role(role); ours {
		p.Resource = spec.Trust
	} else if trust, ok := f.Trusts[role]; ok {
		p.Resource = trust
	} else {
		p.Unread = authz.Resource
	}
	j := judged{transfer: t, policies: p, principal: role, owner: t.TaskAccount, trust: true, resource: role,
		may: fmt.Sprintf("DataSync may assume the %s role", side), mayNot: fmt.Sprintf("DataSync may not assume the %s role", side),
		finding: Finding{Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: role}}
	j.decide(authz.AssumeRoleCall{RoleARN: role, Account: t.TaskAccount, Regions: []string{e.Region}, OrgID: f.OrgIDs[t.TaskAccount]}.Request(), always, "")
	return j.conclude()
}
