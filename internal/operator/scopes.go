package operator

import (
	"cmp"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Scope is a set of resources that the statements of an operator's policy are about.
type Scope string

// Scopes in the task account.
const (
	OnEverything     Scope = "everything"            // "*": the operation has no resource type
	OnRoles          Scope = "roles we make"         // by ARN, with their paths
	OnBoundRoles     Scope = "roles with a boundary" // those of OnRoles for which a permissions boundary is given
	OnPassedRoles    Scope = "roles DataSync gets"   // of the locations that we make, and of the task's manifest and report
	OnStartedRoles   Scope = "roles of runs"         // of the task's manifest and report, and of the manifest of Retries
	OnAllRoles       Scope = "roles we look at"      // ours, given ones and operators'; all roles if only a given location tells which it has
	OnPolicies       Scope = "managed policies"      // all of the account and of AWS, as only reading tells which are attached
	OnLocations      Scope = "locations"             // all in the transfers' Regions: their ids are not known before, and a task may name former ones
	OnTaskLocations  Scope = "locations of tasks"    // given ones, and all in the Regions where we make some
	OnMadeLocations  Scope = "locations we make"     // all in the Regions where we make some
	OnNewLocations   Scope = "new locations"         // "*" if we make some: a location has no ARN before it is made
	OnAdopted        Scope = "adopted"               // locations and tasks that are adopted; all in the Region where only a plan knows which
	OnAdoptedRoles   Scope = "adopted roles"         // by ARN, as far as they are known
	OnTasks          Scope = "tasks"                 // all in the destinations' Regions
	OnExecutions     Scope = "executions"            // all in the destinations' Regions
	OnServiceRole    Scope = "service-linked role"   // AWSServiceRoleForDataSync
	OnMadeBuckets    Scope = "buckets of locations"  // of the locations that we make
	OnLogs           Scope = "log policies"          // "*" if a BASIC task has a log group: the resource policies of CloudWatch Logs have no ARN
	OnNamedLogs      Scope = "named log groups"      // "*" if a task names a log group: they are looked for in a list
	OnMadeLogs       Scope = "list of log groups"    // "*" if we make one
	OnLogGroups      Scope = "log groups we make"    // by ARN, with :* at its end, as most actions on a group have it
	OnLogGroupTags   Scope = "tags of log groups"    // those of OnLogGroups without :*
	OnKeptLogGroups  Scope = "log groups that end"   // those of OnLogGroups for which a retention is given
	OnKeyedLogGroups Scope = "log groups with keys"  // those of OnLogGroups for which a key is given
)

// Scopes in the account of a bucket or key.
const (
	OnOwnBuckets     Scope = "the account's buckets" // all that transfers use
	OnDestinations   Scope = "destination buckets"   // those of them that are destinations
	OnGrantedBuckets Scope = "buckets with grants"   // outside the task account, and statements of ours are wanted
	OnBareBuckets    Scope = "buckets without"       // outside the task account, and none is wanted: taking out a former one may empty the policy
	OnACLBuckets     Scope = "buckets to enforce"    // whose ACLs are to be disabled
	OnDataBuckets    Scope = "buckets of data"       // of manifests and reports, as far as they are no ends
	OnReportBuckets  Scope = "buckets of reports"    // which whoever runs the task reads
	OnReports        Scope = "reports"               // the objects in them
	OnRetryManifests Scope = "retry manifests"       // which task.Retry writes
	OnReportKeys     Scope = "keys of reports"       // given ones, and those of an end in the report's bucket
	OnRetryKeys      Scope = "keys of manifests"     // given ones, and those of an end in the retry manifest's bucket
	OnOwnKeys        Scope = "the account's keys"    // all that transfers use
	OnGrantedKeys    Scope = "keys with statements"  // those of OnOwnKeys outside the task account
)

// Scopes returns the resources of each scope in the account, sorted and each once. The map is empty if the account takes part in no transfer.
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

// scopes collects the resources of one account.
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

// addData adds the buckets and keys of reports and of manifests of retries.
func (s scopes) addData(t *transfer.Transfer) {
	for _, b := range t.DataBuckets() {
		if b.Account == s.account {
			s.add(OnDataBuckets, region.Bucket(t.Partition, b.Name))
		}
	}
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

// addKeys adds the transfer's keys that are in the account.
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

// addBucket adds the bucket of the side if it is in the account.
func (s scopes) addBucket(t *transfer.Transfer, side plan.Side) {
	e := t.End(side)
	if e.Account != s.account {
		return
	}
	s.add(OnOwnBuckets, e.BucketARN)
	if side == plan.DestinationSide {
		s.add(OnDestinations, e.BucketARN)
	}
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

// addEnd adds what the task account makes for the side, and what it uses of the given role and location.
func (s scopes) addEnd(t *transfer.Transfer, side plan.Side) {
	e := t.End(side)
	prefix := "arn:" + t.Partition + ":datasync:" + e.Region + ":" + s.account + ":"
	// All roles, if only AWS knows the role of a given location.
	s.add(OnAllRoles, cmp.Or(e.DataSyncRole, region.Role(t.Partition, s.account, "", "*")))
	s.add(OnLocations, prefix+"location/*")
	s.add(OnTaskLocations, cmp.Or(e.LocationARN, prefix+"location/*"))
	if e.LocationARN == "" {
		s.add(OnNewLocations, "*")
		s.add(OnMadeLocations, prefix+"location/*")
		s.add(OnMadeBuckets, e.BucketARN)
		s.add(OnPassedRoles, e.DataSyncRole)
	}
	if e.Adopt.Location != "" {
		s.add(OnAdopted, known(e.Adopt.Location, prefix+"location/*"))
	}
	if e.Adopt.Role != "" {
		s.add(OnAdoptedRoles, e.DataSyncRole)
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
		if t.Adopt.Task != "" {
			s.add(OnAdopted, known(t.Adopt.Task, prefix+"task/*"))
		}
	}
}

// known is the ARN to adopt, or all where only a plan knows which fits.
func known(arn, all string) string {
	if arn == plan.Fitting {
		return all
	}
	return arn
}

// addTask adds what the task account has once for the transfer.
func (s scopes) addTask(t *transfer.Transfer) {
	s.add(OnEverything, "*")
	if t.WantsLogPolicy() {
		s.add(OnLogs, "*")
	}
	if arn := t.LogGroup(); arn != "" {
		s.add(OnNamedLogs, "*")
		if t.MakesLogGroup() {
			s.add(OnMadeLogs, "*")
			s.add(OnLogGroups, arn+":*")
			s.add(OnLogGroupTags, arn)
			if t.Task.Log.RetentionDays != 0 {
				s.add(OnKeptLogGroups, arn+":*")
			}
			if t.Task.Log.KMSKey != "" {
				s.add(OnKeyedLogGroups, arn+":*")
			}
		}
	}
	s.add(OnPolicies, "arn:"+t.Partition+":iam::"+s.account+":policy/*", "arn:"+t.Partition+":iam::aws:policy/*")
	s.add(OnServiceRole, serviceLinkedRole(t.Partition, s.account))
	s.add(OnPassedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
	s.add(OnStartedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
	s.add(OnStartedRoles, t.JobRoles(t.Retries, nil)...)
	if t.Source.LocationARN == "" && t.Destination.LocationARN == "" { // otherwise addEnd has added all roles
		s.add(OnAllRoles, t.GivenDataRoles()...)
	}
	for _, op := range t.Operators {
		if _, ok := transfer.RoleNameOf(op); ok {
			s.add(OnAllRoles, op)
		}
	}
}

// serviceLinkedRole returns the ARN of the role that DataSync makes for itself in an account.
// https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html
func serviceLinkedRole(partition, account string) string {
	return region.Role(partition, account, "/aws-service-role/"+region.DataSync(partition)+"/", "AWSServiceRoleForDataSync")
}
