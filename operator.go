package xacct

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// Phase is a part of the work that an operator may be allowed by itself.
type Phase string

const (
	PlanPhase    Phase = "plan"    // NewPlan and NewDestroyPlan: reads only
	ApplyPhase   Phase = "apply"   // Apply of a set-up plan, which reads again
	RunPhase     Phase = "run"     // start, watch and cancel
	DestroyPhase Phase = "destroy" // Apply of a tear-down plan, which reads again
)

var rulePhase = problem.Rule{ID: "phase", Text: "must be plan, apply, run or destroy", Remedy: "use the Phase constants", Source: "xacct"}

var allPhases = []Phase{PlanPhase, ApplyPhase, RunPhase, DestroyPhase}

// managedSize is how many characters a managed policy may have, white space aside.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const managedSize = 6144

// OperatorPolicy is the identity policy that whoever runs xacct in the account needs for the transfers: the calls that it makes there, on
// the resources that it makes them on. No phases means all of them. It fails for invalid transfers, for an account that none of them
// touches, and for what does not fit into a managed policy: ask for one phase at a time then, or see [OperatorPolicies].
//
// To replace a task (AllowReplace), the ApplyPhase needs what the DestroyPhase has as well; where a transfer leaves a bucket, a Region or a role,
// both need what they had for the transfer as it was. The RunPhase reads the task's reports and writes
// the manifest of Retries; a manifest of one's own (Task.Manifest) is left to whoever owns its bucket.
//
// Which role a given location has is only known once it was read: with a LocationARN and no RoleARN beside it, the policy lets all roles
// of the account be read.
//
// The tutorial's own list ([TutorialOperatorPolicy]) cannot perform the tutorial: it lacks iam:PutRolePolicy, datasync:TagResource,
// iam:CreateServiceLinkedRole and s3:ListBucket, and allows passing every role.
func OperatorPolicy(account string, transfers []Transfer, phases ...Phase) (policy.Document, error) {
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

// OperatorPolicies is [OperatorPolicy] in as many documents as it takes for each to fit into a managed policy. A role can have 10 of them
// attached (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func OperatorPolicies(account string, transfers []Transfer, phases ...Phase) ([]policy.Document, error) {
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

func operatorStatements(account string, transfers []Transfer, phases []Phase) (policy.Statements, error) {
	if err := validateAll(transfers); err != nil {
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
	service := region.DataSync(transfers[0].partition())
	var out policy.Statements
	for _, n := range slices.Concat(taskNeeds, bucketNeeds, dataNeeds, logNeeds, keyNeeds) {
		on := resources[n.on]
		if len(on) == 0 || !slices.ContainsFunc(n.phases, func(p Phase) bool { return slices.Contains(phases, p) }) {
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
func scopes(account string, transfers []Transfer) map[scope][]string {
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
		p := t.partition()
		if r := t.Task.Report; r != nil && cmp.Or(r.Account, t.taskAccount()) == account {
			add(onReportBuckets, region.Bucket(p, r.Bucket))
			add(onReports, region.Bucket(p, r.Bucket)+"/"+slashed(r.Prefix)+"*")
			add(onReportKeys, t.keysOf(r.Bucket, r.KMSKey)...)
		}
		if m := t.Retries; m != nil && cmp.Or(m.Account, t.taskAccount()) == account {
			add(onRetryManifests, region.Bucket(p, m.Bucket)+"/"+m.Key)
			add(onRetryKeys, t.keysOf(m.Bucket, m.KMSKey)...)
		}
		for _, key := range t.keySpecs() {
			if key.Account() != account {
				continue
			}
			add(onOwnKeys, key.ARN)
			if t.remoteKey(key.ARN) {
				add(onGrantedKeys, key.ARN)
			}
		}
		for _, side := range sides {
			e := t.end(side)
			if e.Account == account {
				add(onOwnBuckets, e.bucketARN())
				if t.remote(side) && len(t.bucketStatements(side)) > 0 {
					add(onGrantedBuckets, e.bucketARN())
				} else if t.remote(side) {
					add(onBareBuckets, e.bucketARN())
				}
				if e.DisableACLs {
					add(onACLBuckets, e.bucketARN())
				}
			}
			if t.taskAccount() != account {
				continue
			}
			prefix := "arn:" + p + ":datasync:" + e.Region + ":" + account + ":"
			add(onAllRoles, cmp.Or(t.roleARN(side), region.Role(p, account, "", "*"))) // only a given location tells its role
			add(onLocations, prefix+"location/*")
			add(onTaskLocations, cmp.Or(e.LocationARN, prefix+"location/*"))
			if e.LocationARN == "" {
				add(onNewLocations, "*")
				add(onMadeLocations, prefix+"location/*")
				add(onMadeBuckets, e.bucketARN())
				add(onPassedRoles, t.roleARN(side))
			}
			if t.ownsRole(side) {
				add(onRoles, t.roleARN(side))
				if e.Role.PermissionsBoundary != "" {
					add(onBoundRoles, t.roleARN(side))
				}
			}
			if side == DestinationSide {
				add(onTasks, prefix+"task/*")
				add(onExecutions, prefix+"task/*/execution/*")
			}
		}
		if t.taskAccount() == account {
			add(onEverything, "*")
			if t.logChange() != "" {
				add(onLogs, "*")
			}
			add(onPolicies, "arn:"+p+":iam::"+account+":policy/*", "arn:"+p+":iam::aws:policy/*")
			add(onServiceRole, serviceLinkedRole(p, account))
			add(onPassedRoles, t.jobRoles(t.Task.Manifest, t.Task.Report)...)
			add(onStartedRoles, t.jobRoles(t.Task.Manifest, t.Task.Report)...)
			add(onStartedRoles, t.jobRoles(t.Retries, nil)...)
			if t.Source.LocationARN == "" && t.Destination.LocationARN == "" { // else all are looked at
				add(onAllRoles, t.givenDataRoles()...)
			}
			for _, op := range t.Operators {
				if _, ok := roleNameOf(op); ok {
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

// jobRoles are the roles that DataSync is passed for a manifest and a report, given ones or the ends'.
func (t Transfer) jobRoles(m *task.Manifest, r *task.Report) []string {
	s := t.withData(task.Spec{Manifest: m, Report: r})
	var out []string
	if s.Manifest != nil {
		out = append(out, s.Manifest.RoleARN)
	}
	if s.Report != nil {
		out = append(out, s.Report.RoleARN)
	}
	return out
}
