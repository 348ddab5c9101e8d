package xacct

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

var rulePhase = problem.Rule{ID: "phase", Text: "must be plan, apply, run or destroy", Remedy: "use the Phase constants", Source: "xacct"}

var phaseRules = []problem.Rule{rulePhase}

var allPhases = []plan.Phase{plan.PlanPhase, plan.ApplyPhase, plan.RunPhase, plan.DestroyPhase}

// managedSize is how many characters a managed policy may have, white space aside.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const managedSize = 6144

// operatorPolicy is everything in one document, which has to fit into a managed policy.
func operatorPolicy(account string, transfers []*transfer.Transfer, phases []plan.Phase) (policy.Document, error) {
	statements, err := operatorStatements(account, transfers, phases)
	if err != nil {
		return policy.Document{}, err
	}
	d := policy.New(statements)
	if used, _ := d.Size(policy.Identity); used > managedSize {
		return policy.Document{}, fmt.Errorf("operator policy: %d of %d characters: ask for one phase at a time, or use OperatorPolicies", used, managedSize)
	}
	return d, nil
}

// operatorPolicies are as many documents as it takes for each to fit into a managed policy.
func operatorPolicies(account string, transfers []*transfer.Transfer, phases []plan.Phase) ([]policy.Document, error) {
	statements, err := operatorStatements(account, transfers, phases)
	if err != nil {
		return nil, err
	}
	var out []policy.Document
	var page policy.Statements
	for _, st := range split(statements) {
		if used, _ := policy.New(append(slices.Clone(page), st)).Size(policy.Identity); used > managedSize && len(page) > 0 {
			out, page = append(out, policy.New(page)), nil
		}
		page = append(page, st)
	}
	return append(out, policy.New(page)), nil
}

// split halves the resources of statements that alone are too long for a policy.
func split(statements policy.Statements) policy.Statements {
	var out policy.Statements
	for _, st := range statements {
		resources, _ := st.Resources()
		if used, _ := policy.New(st).Size(policy.Identity); used <= managedSize || len(resources) < 2 {
			out = append(out, st)
			continue
		}
		half := len(resources) / 2
		sid := strings.TrimRight(st.Sid(), "0123456789")
		out = append(out, split(policy.Statements{st.On(resources[:half]...).WithSid(""), st.On(resources[half:]...).WithSid("")})...)
		for i := range out {
			if out[i].Sid() == "" {
				out[i] = out[i].WithSid(fmt.Sprintf("%s%d", sid, i+1))
			}
		}
	}
	return out
}

func operatorStatements(account string, transfers []*transfer.Transfer, phases []plan.Phase) (policy.Statements, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	var l problem.List
	for _, p := range phases {
		l.Check(slices.Contains(allPhases, p), rulePhase, "phases", string(p))
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	if len(phases) == 0 {
		phases = allPhases
	}
	resources := scopes(account, transfers)
	if len(resources) == 0 {
		return nil, fmt.Errorf("operator policy: account %s takes part in none of the transfers: give one of their accounts", account)
	}
	service := region.DataSync(transfers[0].Partition)
	var out policy.Statements
	for _, n := range slices.Concat(taskNeeds, bucketNeeds, dataNeeds, logNeeds, keyNeeds) {
		on := resources[n.on]
		if len(on) == 0 || !slices.ContainsFunc(n.phases, func(p plan.Phase) bool { return slices.Contains(phases, p) }) {
			continue
		}
		st := policy.Allow(n.actions...).WithSid(n.sid).On(on...)
		for _, c := range n.when {
			st = st.When(policy.StringEquals(c.key, service))
		}
		out = append(out, st)
	}
	return out, nil
}

// scopes are the resources of each scope in the account.
func scopes(account string, transfers []*transfer.Transfer) map[scope][]string {
	set := map[scope]map[string]bool{}
	add := func(s scope, arns ...string) {
		for _, arn := range arns {
			if arn == "" {
				continue
			}
			if set[s] == nil {
				set[s] = map[string]bool{}
			}
			set[s][arn] = true
		}
	}
	for _, t := range transfers {
		p := t.Partition
		if r := t.Task.Report; r != nil && cmp.Or(r.Account, t.TaskAccount) == account {
			add(onReportBuckets, region.Bucket(p, r.Bucket))
			add(onReports, region.Bucket(p, r.Bucket)+"/"+transfer.Slashed(r.Prefix)+"*")
			add(onReportKeys, t.KeysOf(r.Bucket, r.KMSKey)...)
		}
		if m := t.Retries; m != nil && cmp.Or(m.Account, t.TaskAccount) == account {
			add(onRetryManifests, region.Bucket(p, m.Bucket)+"/"+m.Key)
			add(onRetryKeys, t.KeysOf(m.Bucket, m.KMSKey)...)
		}
		for _, key := range t.Keys {
			if key.Account() != account {
				continue
			}
			add(onOwnKeys, key.ARN)
			if t.RemoteKey(key.ARN) {
				add(onGrantedKeys, key.ARN)
			}
		}
		for _, side := range transfer.Sides {
			e := t.End(side)
			if e.Account == account {
				add(onOwnBuckets, e.BucketARN)
				if t.End(side).Remote && len(t.BucketStatements(side)) > 0 {
					add(onGrantedBuckets, e.BucketARN)
				} else if t.End(side).Remote {
					add(onBareBuckets, e.BucketARN)
				}
				if e.DisableACLs {
					add(onACLBuckets, e.BucketARN)
				}
			}
			if t.TaskAccount != account {
				continue
			}
			prefix := "arn:" + p + ":datasync:" + e.Region + ":" + account + ":"
			add(onAllRoles, cmp.Or(t.End(side).DataSyncRole, region.Role(p, account, "", "*"))) // only a given location tells its role
			add(onLocations, prefix+"location/*")
			add(onTaskLocations, cmp.Or(e.LocationARN, prefix+"location/*"))
			if e.LocationARN == "" {
				add(onNewLocations, "*")
				add(onMadeLocations, prefix+"location/*")
				add(onMadeBuckets, e.BucketARN)
				add(onPassedRoles, t.End(side).DataSyncRole)
			}
			if t.End(side).OwnsRole {
				add(onRoles, t.End(side).DataSyncRole)
				if e.Role.PermissionsBoundary != "" {
					add(onBoundRoles, t.End(side).DataSyncRole)
				}
			}
			if side == plan.DestinationSide {
				add(onTasks, prefix+"task/*")
				add(onExecutions, prefix+"task/*/execution/*")
			}
		}
		if t.TaskAccount == account {
			add(onEverything, "*")
			if t.WantsLogPolicy() {
				add(onLogs, "*")
			}
			add(onPolicies, "arn:"+p+":iam::"+account+":policy/*", "arn:"+p+":iam::aws:policy/*")
			add(onServiceRole, serviceLinkedRole(p, account))
			add(onPassedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
			add(onStartedRoles, t.JobRoles(t.Task.Manifest, t.Task.Report)...)
			add(onStartedRoles, t.JobRoles(t.Retries, nil)...)
			if t.Source.LocationARN == "" && t.Destination.LocationARN == "" { // else all are looked at
				add(onAllRoles, t.GivenDataRoles()...)
			}
			for _, op := range t.Operators {
				if _, ok := transfer.RoleNameOf(op); ok {
					add(onAllRoles, op)
				}
			}
		}
	}
	out := map[scope][]string{}
	for s, arns := range set {
		out[s] = slices.Sorted(maps.Keys(arns))
	}
	return out
}
