package operator

import (
	"cmp"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Scopes returns the resources of each scope in the account, sorted and each once. It is empty for an account that no transfer touches.
func Scopes(account string, transfers []*transfer.Transfer) map[Scope][]string {
	s := scopes{account: account, arns: map[Scope]map[string]bool{}}
	for _, t := range transfers {
		s.addData(t)
		s.addKeys(t)
		for _, side := range transfer.Sides {
			s.addBucket(t, side)
			if t.TaskAccount == account {
				s.addEnd(t, side)
			}
		}
		if t.TaskAccount == account {
			s.addTask(t)
		}
	}
	out := map[Scope][]string{}
	for scope, arns := range s.arns {
		out[scope] = slices.Sorted(maps.Keys(arns))
	}
	return out
}

// scopes gathers the resources of one account.
type scopes struct {
	account string
	arns    map[Scope]map[string]bool
}

func (s scopes) add(scope Scope, arns ...string) {
	for _, arn := range arns {
		if arn == "" {
			continue
		}
		if s.arns[scope] == nil {
			s.arns[scope] = map[string]bool{}
		}
		s.arns[scope][arn] = true
	}
}

// addData adds the buckets and keys of reports, and of manifests of retries.
func (s scopes) addData(t *transfer.Transfer) {
	if r := t.Task.Report; r != nil && cmp.Or(r.Account, t.TaskAccount) == s.account {
		s.add(OnReportBuckets, region.Bucket(t.Partition, r.Bucket))
		s.add(OnReports, region.Bucket(t.Partition, r.Bucket)+"/"+transfer.Slashed(r.Prefix)+"*")
		s.add(OnReportKeys, t.KeysOf(r.Bucket, r.KMSKey)...)
	}
	if m := t.Retries; m != nil && cmp.Or(m.Account, t.TaskAccount) == s.account {
		s.add(OnRetryManifests, region.Bucket(t.Partition, m.Bucket)+"/"+m.Key)
		s.add(OnRetryKeys, t.KeysOf(m.Bucket, m.KMSKey)...)
	}
}

// addKeys adds the keys of the account.
func (s scopes) addKeys(t *transfer.Transfer) {
	for _, key := range t.Keys {
		if key.Account() != s.account {
			continue
		}
		s.add(OnOwnKeys, key.ARN)
		if t.RemoteKey(key.ARN) {
			s.add(OnGrantedKeys, key.ARN)
		}
	}
}

// addBucket adds the bucket of the side, if it is the account's.
func (s scopes) addBucket(t *transfer.Transfer, side plan.Side) {
	e := t.End(side)
	if e.Account != s.account {
		return
	}
	s.add(OnOwnBuckets, e.BucketARN)
	switch {
	case !e.Remote:
	case len(t.BucketStatements(side)) > 0:
		s.add(OnGrantedBuckets, e.BucketARN)
	default:
		s.add(OnBareBuckets, e.BucketARN)
	}
	if e.DisableACLs {
		s.add(OnACLBuckets, e.BucketARN)
	}
}

// addEnd adds what the task account makes for the side, and uses of what is given.
func (s scopes) addEnd(t *transfer.Transfer, side plan.Side) {
	e := t.End(side)
	prefix := "arn:" + t.Partition + ":datasync:" + e.Region + ":" + s.account + ":"
	s.add(OnAllRoles, cmp.Or(e.DataSyncRole, region.Role(t.Partition, s.account, "", "*"))) // only a given location tells its role
	s.add(OnLocations, prefix+"location/*")
	s.add(OnTaskLocations, cmp.Or(e.LocationARN, prefix+"location/*"))
	if e.LocationARN == "" {
		s.add(OnNewLocations, "*")
		s.add(OnMadeLocations, prefix+"location/*")
		s.add(OnMadeBuckets, e.BucketARN)
		s.add(OnPassedRoles, e.DataSyncRole)
	}
	if e.OwnsRole {
		s.add(OnRoles, e.DataSyncRole)
		if e.Role.PermissionsBoundary != "" {
			s.add(OnBoundRoles, e.DataSyncRole)
		}
	}
	if side == plan.DestinationSide {
		s.add(OnTasks, prefix+"task/*")
		s.add(OnExecutions, prefix+"task/*/execution/*")
	}
}

// addTask adds what the task account has once for the whole transfer.
func (s scopes) addTask(t *transfer.Transfer) {
	s.add(OnEverything, "*")
	if t.WantsLogPolicy() {
		s.add(OnLogs, "*")
	}
	s.add(OnPolicies, "arn:"+t.Partition+":iam::"+s.account+":policy/*", "arn:"+t.Partition+":iam::aws:policy/*")
	s.add(OnServiceRole, serviceLinkedRole(t.Partition, s.account))
	s.add(OnPassedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
	s.add(OnStartedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
	s.add(OnStartedRoles, t.JobRoles(t.Retries, nil)...)
	if t.Source.LocationARN == "" && t.Destination.LocationARN == "" { // else all are looked at
		s.add(OnAllRoles, t.GivenDataRoles()...)
	}
	for _, op := range t.Operators {
		if _, ok := transfer.RoleNameOf(op); ok {
			s.add(OnAllRoles, op)
		}
	}
}
