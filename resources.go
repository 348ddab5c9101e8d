package xacct

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

var sides = []plan.Side{plan.SourceSide, plan.DestinationSide}

// resources is what each account should hold for the transfer, which is valid.
func (t *resolved) resources() *resourceSet {
	r := &resourceSet{Transfer: t, Source: t.locationSpec(plan.SourceSide), Destination: t.locationSpec(plan.DestinationSide), Task: t.taskSpec()}
	for _, side := range sides {
		if t.end(side).OwnsRole && !(side == plan.DestinationSide && t.SharesRole) {
			r.Roles = append(r.Roles, accountRole{Account: t.TaskAccount, Spec: t.role(side)})
		}
	}
	r.Buckets, r.Keys = t.bucketSpecs(), t.Keys
	return r
}

// role is the role that we make for the side, or for both sides if they share it.
func (t *resolved) role(side plan.Side) iamrole.Spec {
	s := t.end(side).Role
	s.Name = t.end(side).RoleName
	if s.Description == "" {
		s.Description = "Assumed by AWS DataSync, which copies between S3 buckets"
	}
	if s.Trust.IsZero() {
		regions := []string{t.end(side).Region, t.Destination.Region}
		if t.SharesRole {
			regions = nil // every Region, so that the trust need not change with the transfers that share the role
		}
		slices.Sort(regions)
		s.Trust = iamrole.DataSyncTrust(t.Partition, t.TaskAccount, slices.Compact(regions)...)
	}
	if len(s.Policies) == 0 {
		s.Policies = map[string]policy.Document{}
		for _, end := range sides {
			if end == side || t.SharesRole {
				s.Policies[t.end(end).PolicyName] = policy.New(t.roleStatements(end))
			}
		}
	}
	tags := t.tags("")
	if t.end(side).Role.Name != "" {
		delete(tags, t.tagKey(tagTransfer)) // a role named by the user may serve several transfers
	}
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}

// roleStatement is what the role of the side may do: what the bucket grants, on that account's bucket only.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (t *resolved) roleStatement(side plan.Side) policy.Statement {
	return t.end(side).Access.WithSid(t.end(side).Purpose).When(policy.StringEquals("aws:ResourceAccount", t.end(side).Account))
}

// bucketSpecs are the buckets that need a policy statement or other ownership. Two ends in one bucket make one spec.
func (t *resolved) bucketSpecs() []bucket.Spec {
	var specs []bucket.Spec
	for _, side := range sides {
		e := t.end(side)
		spec := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region, Statements: t.bucketStatements(side),
			DisableACLs: side == plan.DestinationSide && e.DisableACLs}
		if len(spec.Statements) == 0 && !spec.DisableACLs {
			continue
		}
		if i := slices.IndexFunc(specs, func(s bucket.Spec) bool { return s.Name == e.Bucket }); i >= 0 {
			specs[i].Statements = append(specs[i].Statements, spec.Statements...)
			specs[i].DisableACLs = specs[i].DisableACLs || spec.DisableACLs
			continue
		}
		specs = append(specs, spec)
	}
	return specs
}

// bucketStatements are the statements that a bucket outside the task account needs: DataSync's role may read or write, the operators may list.
func (t *resolved) bucketStatements(side plan.Side) policy.Statements {
	if !t.end(side).Remote {
		return nil
	}
	var out policy.Statements
	if role := t.end(side).DataSyncRole; role != "" {
		out = append(out, t.admit(t.end(side).Access.WithSid(t.sid(side, t.end(side).Purpose)), role))
	}
	if len(t.Operators) > 0 {
		ops := slices.Compact(slices.Sorted(slices.Values(t.Operators)))
		out = append(out, bucket.List(t.end(side).BucketARN).WithSid(t.sid(side, purposeList)).By(policy.Account(t.TaskAccount)).
			When(policy.ArnEquals("aws:PrincipalArn", ops...)))
	}
	return append(out, t.dataBucketStatements(side)...)
}

func (t *resolved) locationSpec(side plan.Side) location.Spec {
	e := t.end(side)
	return location.Spec{Account: t.TaskAccount, Region: e.Region, Bucket: e.Bucket, Prefix: e.Prefix, StorageClass: e.StorageClass,
		RoleARN: t.end(side).DataSyncRole, Tags: t.tags(side)}
}

// taskSpec puts the task into the destination's Region: https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (t *resolved) taskSpec() task.Spec {
	s := t.withData(t.Task)
	s.Account, s.Region, s.DestinationStorageClass = t.TaskAccount, t.Destination.Region, t.Destination.StorageClass
	if s.Name == "" {
		s.Name = t.Name
	}
	tags := t.tags("")
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}
