package xacct

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

var sides = []Side{SourceSide, DestinationSide}

// Resources works out what each account should hold for the transfer. It makes no call and looks at nothing but the transfer, so it can be
// unit-tested: the error is that of [Transfer.Validate].
func (t Transfer) Resources() (*Resources, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return t.resources(), nil
}

// resources is Resources for a transfer that is valid.
func (t Transfer) resources() *Resources {
	t.TaskAccount = t.taskAccount()
	r := &Resources{Transfer: t, Source: t.locationSpec(SourceSide), Destination: t.locationSpec(DestinationSide), Task: t.taskSpec()}
	for _, side := range sides {
		if t.ownsRole(side) && !(side == DestinationSide && t.sharesRole()) {
			r.Roles = append(r.Roles, AccountRole{Account: t.TaskAccount, Spec: t.role(side)})
		}
	}
	r.Buckets, r.Keys = t.bucketSpecs(), t.keySpecs()
	return r
}

// role is the role that we make for the side, or for both sides if they share it.
func (t Transfer) role(side Side) iamrole.Spec {
	s := t.end(side).Role
	s.Name = t.roleName(side)
	if s.Description == "" {
		s.Description = "Assumed by AWS DataSync, which copies between S3 buckets"
	}
	if s.Trust.IsZero() {
		regions := []string{t.end(side).Region, t.Destination.Region}
		if t.sharesRole() {
			regions = nil // every Region, so that the trust need not change with the transfers that share the role
		}
		slices.Sort(regions)
		s.Trust = iamrole.DataSyncTrust(t.partition(), t.taskAccount(), slices.Compact(regions)...)
	}
	if len(s.Policies) == 0 {
		s.Policies = map[string]policy.Document{}
		for _, end := range sides {
			if end == side || t.sharesRole() {
				s.Policies[t.policyName(end)] = policy.New(t.roleStatements(end))
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
func (t Transfer) roleStatement(side Side) policy.Statement {
	return t.grant(side).WithSid(t.purpose(side)).When(policy.StringEquals("aws:ResourceAccount", t.end(side).Account))
}

// bucketSpecs are the buckets that need a policy statement or other ownership. Two ends in one bucket make one spec.
func (t Transfer) bucketSpecs() []bucket.Spec {
	var specs []bucket.Spec
	for _, side := range sides {
		e := t.end(side)
		spec := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region, Statements: t.bucketStatements(side),
			DisableACLs: side == DestinationSide && e.DisableACLs}
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
func (t Transfer) bucketStatements(side Side) policy.Statements {
	if !t.remote(side) {
		return nil
	}
	var out policy.Statements
	if role := t.roleARN(side); role != "" {
		out = append(out, t.admit(t.grant(side).WithSid(t.sid(side, t.purpose(side))), role))
	}
	if len(t.Operators) > 0 {
		ops := slices.Compact(slices.Sorted(slices.Values(t.Operators)))
		out = append(out, bucket.List(t.end(side).bucketARN()).WithSid(t.sid(side, purposeList)).By(policy.Account(t.taskAccount())).
			When(policy.ArnEquals("aws:PrincipalArn", ops...)))
	}
	return append(out, t.dataBucketStatements(side)...)
}

func (t Transfer) locationSpec(side Side) location.Spec {
	e := t.end(side)
	return location.Spec{Account: t.taskAccount(), Region: e.Region, Bucket: e.Bucket, Prefix: e.Prefix, StorageClass: e.StorageClass,
		RoleARN: t.roleARN(side), Tags: t.tags(side)}
}

// taskSpec puts the task into the destination's Region: https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (t Transfer) taskSpec() task.Spec {
	s := t.withData(t.Task)
	s.Account, s.Region, s.DestinationStorageClass = t.taskAccount(), t.Destination.Region, t.Destination.StorageClass
	if s.Name == "" {
		s.Name = t.Name
	}
	tags := t.tags("")
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}
