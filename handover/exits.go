package handover

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// exits are the resources that the account can own in a configuration of its own, as the transfers ask for them.
type exits struct {
	done      bool
	roles     []exitRole
	locations []exitLocation
	tasks     []exitTask
	groups    []exitGroup
	logs      []desired.LogPolicy // the policies of CloudWatch Logs, which others write too
}

type exitRole struct {
	label string
	spec  iamrole.Spec
	arn   string
	have  bool     // it exists
	names []string // its inline policies, sorted
	stand []string // those of them that exist
}

type exitLocation struct {
	label, transfer, account, region string
	side                             plan.Side
	in                               *datasync.CreateLocationS3Input
	arn                              string // of the one that exists; "" if none does
	role                             int    // its index in roles; -1 if the role is not made here
	untold                           bool   // no template has it: see inert.Dynamic
}

type exitTask struct {
	label, transfer, account, region string
	in                               *datasync.CreateTaskInput
	arn                              string // of the one that exists; "" if none does
	ends                             [2]end
}

// end is one end of a task: a location of the exits, or one that is given.
type end struct {
	location int    // its index in locations; -1 if it is given
	arn      string // of the given one
}

type exitGroup struct {
	label, region string
	want          desired.LogGroup
	have          bool
}

// labels makes names for resources in configurations: letters, digits and underscores, each once, also as a logical id.
type labels map[string]bool

func (l labels) of(name string) string {
	label := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return '_'
	}, name)
	if label == "" || label[0] < 'a' || label[0] > 'z' {
		label = "x" + label
	}
	for n, base := 2, label; l[label] || l[logical(label)]; n++ {
		label = fmt.Sprintf("%s_%d", base, n)
	}
	l[label], l[logical(label)] = true, true // a label begins with a small letter, a logical id with a capital
	return label
}

// gather works out the exits once.
func (w *work) gather() error {
	if w.exits.done || w.part.Mode == plan.TearDown {
		return nil
	}
	w.exits.done = true
	byID := map[string]*plan.Change{}
	for i := range w.part.Changes {
		byID[address(&w.part.Changes[i])] = &w.part.Changes[i]
	}
	w.gatherRoles(byID)
	names, roles := labels{}, map[string]int{} // roles are the indices of the roles, by ARN
	for i, r := range w.exits.roles {
		roles[r.arn] = i
	}
	for _, l := range w.desired.Locations {
		if l.Given || l.Spec.Account != w.account {
			continue
		}
		in, err := l.Spec.CreateInput()
		if err != nil {
			return err
		}
		x := exitLocation{label: names.of(l.Transfer.Name + "_" + string(l.Side)), transfer: l.Transfer.Name, account: l.Spec.Account,
			region: l.Spec.Region, side: l.Side, in: in}
		x.role = -1
		if i, made := roles[l.Spec.RoleARN]; made {
			x.role = i
		}
		if x.arn, err = existing(byID[l.ID()], "location/loc-"); err != nil {
			return err
		}
		w.exits.locations = append(w.exits.locations, x)
	}
	if err := w.gatherTasks(byID, names); err != nil {
		return err
	}
	for _, g := range w.desired.LogGroups {
		if g.Account == w.account {
			c := byID[g.ID()]
			w.exits.groups = append(w.exits.groups, exitGroup{label: names.of(g.Spec.Name), region: g.Region, want: g,
				have: c != nil && (c.Op == plan.NoOp || c.Op == plan.Update)})
		}
	}
	for _, l := range w.desired.Logs {
		if l.Account == w.account {
			w.exits.logs = append(w.exits.logs, l)
		}
	}
	return nil
}

func (w *work) gatherRoles(byID map[string]*plan.Change) {
	names := labels{}
	for _, r := range w.desired.Roles {
		if r.Account != w.account {
			continue
		}
		x := exitRole{label: names.of(r.Spec.Name), spec: r.Spec, arn: r.Arn, names: slices.Sorted(mapKeys(r.Spec.Policies))}
		if c := byID[r.ID()]; c != nil {
			x.have = c.Op == plan.NoOp || c.Op == plan.Update
			wildcard := iamrole.DataSyncTrust(r.Transfers[0].Partition, r.Account)
			if after, ok := roleRecord(c.After); ok && after.Trust.Equal(wildcard) { // other transfers use the role too: see matchRole
				x.spec.Trust = wildcard
			}
			before, _ := roleRecord(c.Before)
			for _, name := range x.names {
				if _, stands := before.Policies[name]; x.have && (stands || c.Op == plan.NoOp) {
					x.stand = append(x.stand, name)
				}
			}
		}
		w.exits.roles = append(w.exits.roles, x)
	}
}

func (w *work) gatherTasks(byID map[string]*plan.Change, names labels) error {
	locations := map[string]int{} // their indices, by transfer and side
	for i, l := range w.exits.locations {
		locations[l.transfer+"/"+string(l.side)] = i
	}
	for _, t := range w.desired.Tasks {
		if t.Spec.Account != w.account {
			continue
		}
		x := exitTask{label: names.of(t.Transfer.Name), transfer: t.Transfer.Name, account: t.Spec.Account, region: t.Spec.Region}
		spec := t.Spec
		for i, side := range []plan.Side{plan.SourceSide, plan.DestinationSide} {
			e := t.Transfer.End(side)
			x.ends[i] = end{arn: e.LocationARN, location: -1}
			if at, made := locations[t.Transfer.Name+"/"+string(side)]; made {
				x.ends[i].location = at
			}
			arn := e.LocationARN
			if arn == "" { // the input is made before the location: the ARN is replaced by a reference
				arn = region.ARN{Partition: t.Transfer.Partition, Service: "datasync", Region: e.Region, Account: w.account,
					Resource: fmt.Sprintf("location/loc-%017d", i)}.String()
			}
			if side == plan.SourceSide {
				spec.SourceLocationARN = arn
			} else {
				spec.DestinationLocationARN = arn
			}
		}
		var err error
		if x.in, err = spec.CreateInput(); err != nil {
			return err
		}
		if x.arn, err = existing(byID[t.ID()], "task/task-"); err != nil {
			return err
		}
		w.exits.tasks = append(w.exits.tasks, x)
	}
	return nil
}

// existing is the ARN of the location or task that the change finds; "" if there is none, or if it is to be replaced.
func existing(ch *plan.Change, resource string) (string, error) {
	if ch == nil || ch.Op != plan.NoOp && ch.Op != plan.Update {
		return "", nil
	}
	a, ok := region.ParseARN(ch.ARN)
	id, is := strings.CutPrefix(a.Resource, resource)
	if !ok || !is || a.Service != "datasync" || !desired.IsIn(ch.ARN, ch.Account, ch.Region) || strings.Trim(id, "0123456789abcdef") != "" {
		return "", mismatch(ch, "its ARN is none of the account and Region")
	}
	return ch.ARN, nil
}

// empty reports whether no configuration has anything to say.
func (w *work) empty() bool {
	return w.part.Mode == plan.TearDown || len(w.exits.roles)+len(w.exits.locations)+len(w.exits.tasks)+len(w.exits.groups)+len(w.exits.logs)+len(w.granted())+len(w.ownership) == 0
}

// granted are the policies of buckets and keys in which statements are wanted.
func (w *work) granted() []shared {
	return slices.DeleteFunc(slices.Clone(w.policies), func(s shared) bool { return len(s.wanted) == 0 })
}

// refuse notes what a form cannot express.
func (w *work) refuse(form, what, why string) {
	w.refused = append(w.refused, refusal{form, what, why})
}

// regions are those of the resources, sorted.
func (w *work) regions() []string {
	var out []string
	for _, l := range w.exits.locations {
		out = append(out, l.region)
	}
	for _, t := range w.exits.tasks {
		out = append(out, t.region)
	}
	for _, t := range w.transfers {
		if t.TaskAccount == w.account {
			out = append(out, t.Destination.Region)
		}
	}
	for _, o := range w.ownership {
		out = append(out, o.spec.Region)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// taskRefusals are the parts of a task that Terraform's provider lacks.
// https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/datasync_task
func taskRefusals(in *datasync.CreateTaskInput) (why []string) {
	if in.ManifestConfig != nil {
		why = append(why, "aws_datasync_task has no manifest, and without it the task would copy everything")
	}
	if s := in.Schedule; s != nil && s.Status == dstypes.ScheduleStatusDisabled {
		why = append(why, "aws_datasync_task has no status of the schedule, and the schedule would start the task")
	}
	return why
}

// document is the policy of the log policy as it is wanted.
func logDocument(l desired.LogPolicy) policy.Document { return policy.New(l.Statement()) }
