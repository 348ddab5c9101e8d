package handover

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// console are the steps in the console.
func (w *work) console(p *inert.Page) {
	own := w.consoleOwn()
	if len(w.policies)+len(w.ownership)+len(own) == 0 {
		return
	}
	p.Head(2, "In the console")
	for _, s := range w.policies {
		p.Para("For", s.inTitle()+":")
		p.List(true, proseAll(s.byHand(w.part.Mode, false)))
	}
	for _, o := range w.ownership {
		p.Para("For the Object Ownership of bucket", inert.Code(o.spec.Name)+":")
		p.List(true, proseAll(o.byHand(false)))
	}
	if len(own) > 0 {
		p.Para("For the resources of the account's own, in this order:")
		p.List(true, own)
	}
}

func (s shared) inTitle() string { return "the policy of " + inert.Code(s.name()) }

func proseAll(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = inert.Prose(line)
	}
	return out
}

// makes reports whether the account makes resources of its own in a set-up.
func (w *work) makes() bool {
	return w.part.Mode == plan.SetUp && slices.ContainsFunc(w.transfers, func(t *transfer.Transfer) bool { return t.TaskAccount == w.account })
}

// deletes reports whether the account deletes resources of its own in a tear-down.
func (w *work) deletes() bool {
	return w.part.Mode == plan.TearDown && slices.ContainsFunc(w.part.Changes, func(c plan.Change) bool { return c.Op == plan.Delete })
}

// consoleOwn are the console's steps for roles, locations and tasks: to make those that are missing, or to delete those that go.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (w *work) consoleOwn() []string {
	if w.part.Mode == plan.TearDown {
		return w.consoleDeletes()
	}
	var out []string
	for _, r := range w.exits.roles {
		if r.have {
			continue
		}
		step := fmt.Sprintf("IAM console, Roles, Create role, Custom trust policy: paste %s, Next, choose no permissions, Next; name it %s, Create role.",
			inert.Code("statements/iam-role-"+r.spec.Name+".trust.json"), inert.Code(r.spec.Name))
		for _, name := range r.names {
			step += fmt.Sprintf(" In the role, Add permissions, Create inline policy, JSON: paste %s, Next, name it %s, Create policy.",
				inert.Code("statements/iam-role-"+r.spec.Name+"."+name+".json"), inert.Code(name))
		}
		out = append(out, step)
	}
	for _, l := range w.exits.locations {
		if l.arn == "" {
			out = append(out, w.consoleLocation(l))
		}
	}
	for _, t := range w.exits.tasks {
		if t.arn == "" {
			out = append(out, fmt.Sprintf("DataSync console in %s, Tasks, Create task, Choose an existing location: the two locations of transfer %s; name "+
				"it %s, task mode %s, and leave all else as the console has it but for what %s says.",
				t.region, inert.Code(t.transfer), inert.Code(aws.ToString(t.in.Name)), inert.Code(string(t.in.TaskMode)), inert.Code("plan.json")))
		}
	}
	return out
}

// consoleLocation is the step that makes a location. The console offers buckets of its own account only.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (w *work) consoleLocation(l exitLocation) string {
	for _, x := range w.desired.Locations {
		if x.Transfer.Name != l.transfer || x.Side != l.side {
			continue
		}
		if other := x.Transfer.End(l.side).Account; other != w.account {
			command, err := awscli.Command(l.region, l.in)
			if err == nil {
				return "Once account " + other + " has done its part, in CloudShell, because the console makes no location for a bucket of another account: " +
					inert.Code(command)
			}
		}
		return fmt.Sprintf("DataSync console in %s, Locations, Create location, Amazon S3: bucket %s, folder %s, IAM role %s, Create location.",
			l.region, inert.Code(x.Spec.Bucket), inert.Code("/"+strings.Trim(x.Spec.Prefix, "/")), inert.Code(x.Spec.RoleARN))
	}
	return ""
}

// consoleDeletes are the console's steps to delete what goes: tasks, then locations, then roles.
func (w *work) consoleDeletes() []string {
	var out []string
	for _, x := range []struct {
		kind        plan.Kind
		screen, way string
	}{
		{plan.DataSyncTask, "DataSync console%s, Tasks: select", "Actions, Delete"},
		{plan.DataSyncLocation, "DataSync console%s, Locations: select", "Actions, Delete"},
		{plan.LogGroup, "CloudWatch console%s, Log groups: select", "Actions, Delete log group(s)"},
		{plan.IAMRole, "IAM console%s, Roles: once no policy of another account names it any more, select", "Delete"},
	} {
		for _, c := range w.part.Changes {
			if c.Kind != x.kind || c.Op != plan.Delete {
				continue
			}
			in := ""
			if c.Region != "" && x.kind != plan.IAMRole {
				in = " in " + inert.Prose(c.Region)
			}
			line := fmt.Sprintf(x.screen, in) + " " + inert.Code(c.Name) + ", " + x.way + "."
			if !w.wants(address(&c)) {
				line += " A transfer used it before, by the plan's word alone: look at its tags first, and delete nothing that is not of " +
					counted("transfer", inertNames(c.Transfers)) + "."
			}
			out = append(out, line)
		}
	}
	return out
}

// wants reports whether the transfers name the role, location, task or log group of the ID.
func (w *work) wants(id string) bool {
	_, role := w.all.Roles[id]
	_, location := w.all.Locations[id]
	_, task := w.all.Tasks[id]
	_, group := w.all.LogGroups[id]
	return role || location || task || group
}

// inertNames are the names as code spans.
func inertNames(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, inert.Code(name))
	}
	return out
}
