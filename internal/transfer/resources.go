package transfer

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

var Sides = []plan.Side{plan.SourceSide, plan.DestinationSide}

// Resources is what each account should hold for the transfer, which is valid.
func (t *Transfer) Resources() *Resources {
	r := &Resources{Transfer: t, Source: t.LocationSpec(plan.SourceSide), Destination: t.LocationSpec(plan.DestinationSide), Task: t.taskSpec()}
	for _, side := range Sides {
		if t.End(side).OwnsRole && !(side == plan.DestinationSide && t.SharesRole) {
			role := AccountRole{Account: t.TaskAccount, Side: side, Spec: t.role(side)}
			if t.SharesRole {
				role.Side = ""
			}
			r.Roles = append(r.Roles, role)
		}
	}
	r.Buckets, r.Keys = t.bucketSpecs(), t.Keys
	return r
}

// role is the role that we make for the side, or for both sides if they share it.
func (t *Transfer) role(side plan.Side) iamrole.Spec {
	s := t.End(side).Role
	s.Name = t.End(side).RoleName
	if s.Description == "" {
		s.Description = "Assumed by AWS DataSync, which copies between S3 buckets"
	}
	if s.Trust.IsZero() {
		regions := []string{t.End(side).Region, t.Destination.Region}
		if t.SharesRole {
			regions = nil // every Region, so that the trust need not change with the transfers that share the role
		}
		slices.Sort(regions)
		s.Trust = iamrole.DataSyncTrust(t.Partition, t.TaskAccount, slices.Compact(regions)...)
	}
	if len(s.Policies) == 0 {
		s.Policies = map[string]policy.Document{}
		for _, end := range Sides {
			if end == side || t.SharesRole {
				s.Policies[t.End(end).PolicyName] = policy.New(t.roleStatements(end))
			}
		}
	}
	tags := t.TagsFor("")
	if t.End(side).Role.Name != "" {
		delete(tags, t.TagKey(TagTransfer)) // a role named by the user may serve several transfers
	}
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}

// roleStatement is what the role of the side may do: what the bucket grants, on that account's bucket only.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (t *Transfer) roleStatement(side plan.Side) policy.Statement {
	return t.End(side).Access.WithSid(t.End(side).Purpose).When(policy.StringEquals("aws:ResourceAccount", t.End(side).Account))
}

// bucketSpecs are the buckets that need a policy statement or other ownership. Two ends in one bucket make one spec.
func (t *Transfer) bucketSpecs() []bucket.Spec {
	var specs []bucket.Spec
	for _, side := range Sides {
		e := t.End(side)
		spec := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region, Statements: t.BucketStatements(side),
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

// BucketStatements are the statements that a bucket outside the task account needs: DataSync's role may read or write, the operators may list.
func (t *Transfer) BucketStatements(side plan.Side) policy.Statements {
	if !t.End(side).Remote {
		return nil
	}
	var out policy.Statements
	if role := t.End(side).DataSyncRole; role != "" {
		out = append(out, t.admit(t.End(side).Access.WithSid(t.sid(side, t.End(side).Purpose)), role))
	}
	if len(t.Operators) > 0 {
		ops := slices.Compact(slices.Sorted(slices.Values(t.Operators)))
		out = append(out, bucket.List(t.End(side).BucketARN).WithSid(t.sid(side, purposeList)).By(policy.Account(t.TaskAccount)).
			When(policy.ArnEquals("aws:PrincipalArn", ops...)))
	}
	return append(out, t.dataBucketStatements(side)...)
}

func (t *Transfer) LocationSpec(side plan.Side) location.Spec {
	e := t.End(side)
	return location.Spec{Account: t.TaskAccount, Region: e.Region, Bucket: e.Bucket, Prefix: e.Prefix, StorageClass: e.StorageClass,
		RoleARN: t.End(side).DataSyncRole, Tags: t.TagsFor(side)}
}

// taskSpec puts the task into the destination's Region: https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (t *Transfer) taskSpec() task.Spec {
	s := t.WithData(t.Task)
	s.Account, s.Region, s.DestinationStorageClass = t.TaskAccount, t.Destination.Region, t.Destination.StorageClass
	if s.Name == "" {
		s.Name = t.Name
	}
	tags := t.TagsFor("")
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}
