package handover

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// ways are the ways to do it.
func (w *work) ways(p *inert.Page) {
	w.scriptWay(p)
	w.exitWays(p)
	w.console(p)
}

// scriptWay are the steps with the script.
func (w *work) scriptWay(p *inert.Page) {
	if len(w.steps()) == 0 {
		return
	}
	p.Head(2, "By script")
	p.Para("In CloudShell of account", w.account+", or wherever the AWS CLI has its credentials. CloudShell uploads one file: make a zip of the folder, choose "+
		"Actions, Upload file, and unpack it with", inert.Code("unzip")+". Then, in the folder:")
	p.Commands("bash script.sh --dry-run", "bash script.sh >report.json")
	p.Para("The first command writes nothing, and says what it would change and what the policies would be. The second writes, keeps a copy of what it read in "+
		"the folder", inert.Code("copies")+", reads back, and prints a report. It may be run again: what stands is left alone. If it has written more than once, "+
		"keep every report. It needs these permissions:", inert.Codes(w.permissions())+".")
	p.Para("How it ended is its last line, and its exit status:")
	p.List(false, []string{
		"0: all is as it should be.",
		"1: AWS refused a call or did not answer. The line that says failed has the reason. Mend that, and run it again.",
		"2: these are not credentials of account " + w.account + ", or the AWS CLI is missing. Nothing was read or written.",
		"3: it could not prove that it would change nothing else. Nothing was written, and it prints what to do by hand."})
}

// permissions are the actions that the scripts call.
func (w *work) permissions() []string {
	seen := map[string]bool{}
	for _, s := range w.policies {
		if s.kind == policy.Key {
			seen["kms:GetKeyPolicy"], seen["kms:PutKeyPolicy"] = true, true
			continue
		}
		seen["s3:GetBucketPolicy"], seen["s3:PutBucketPolicy"], seen["s3:DeleteBucketPolicy"] = true, true, true
		seen["s3:GetBucketOwnershipControls"] = seen["s3:GetBucketOwnershipControls"] || w.owns(s)
	}
	if len(w.ownership) > 0 {
		seen["s3:GetBucketOwnershipControls"], seen["s3:PutBucketOwnershipControls"] = true, true
	}
	maps.DeleteFunc(seen, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(seen))
}

// exitWays are the steps with Terraform and CloudFormation.
func (w *work) exitWays(p *inert.Page) {
	if w.part.Mode == plan.TearDown {
		p.Head(2, "By Terraform or CloudFormation")
		p.Para("There is no configuration here, because nothing is to stand. Where one of yours has these statements or resources, take them out of it, " +
			"or it makes them again.")
		return
	}
	if w.empty() {
		return
	}
	w.terraformWay(p)
	w.cloudFormationWay(p)
	if len(w.refused) > 0 {
		p.Head(2, "What a form cannot express")
		var lines []string
		for _, r := range w.refused {
			lines = append(lines, fmt.Sprintf("%s, %s: %s. It is not there.", r.form, inert.Prose(r.what), inert.Prose(r.why)))
		}
		p.List(false, lines)
	}
}

// fragmentNote says what to do with the fragments of a folder.
func (w *work) fragmentNote(p *inert.Page, folder string) {
	var policies, ownership []string
	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		switch {
		case !strings.HasPrefix(name, folder+"/") || !strings.Contains(name, ".fragment."):
		case strings.Contains(name, "/bucket-ownership-"):
			ownership = append(ownership, name)
		default:
			policies = append(policies, name)
		}
	}
	if len(policies) > 0 {
		p.Para("A policy that others write too belongs to the configuration that has it today, because the resource for it replaces the whole policy. "+
			"Add the statements there, as each file says, and apply that configuration:", inert.Codes(policies)+".")
		if folder == "terraform" {
			p.Para("Copy", inert.Code("terraform/policies"), "along: the files read the statements from it.")
		} else {
			p.Para("In a template that is JSON, add the entries of", inert.Code("Statement"), "of the files in", inert.Code("statements"), "in their place.")
		}
		p.Para("Look at the plan or change set before it is applied: it adds these statements and changes nothing else. If no configuration has the policy, " +
			"use the script: do not make a resource of these statements alone.")
	}
	if len(ownership) > 0 {
		p.Para("Object Ownership is a resource of its own:", inert.Codes(ownership)+". If your configuration has one for the bucket, change that one.")
	}
}

// waits reports whether a location is still to be made that another account must allow first.
func (w *work) waits() bool {
	return slices.ContainsFunc(w.exits.locations, func(l exitLocation) bool {
		if l.arn != "" {
			return false
		}
		for _, t := range w.transfers {
			if t.Name == l.transfer && t.End(l.side).Account != w.account {
				return true
			}
		}
		return false
	})
}

func (w *work) terraformWay(p *inert.Page) {
	p.Head(2, "By Terraform")
	main := string(w.files["terraform/main.tf"].text)
	if resources, imports := strings.Count(main, "\nresource \""), strings.Count(main, "\nimport {"); main != "" {
		p.Para("Copy the folder", inert.Code("terraform"), "to where your configurations are kept, add the backend that keeps your states, and run there:")
		p.Commands("terraform init", "terraform plan")
		p.Para("What exists is imported and not made. The last line of the plan must say",
			inert.Code(fmt.Sprintf("Plan: %d to import, %d to add, 0 to change, 0 to destroy.", imports, resources-imports)), "A change that it says instead of "+
				"0 must be one that", inert.Code("review.html"), "has. If it destroys or replaces anything, stop.")
		if w.waits() {
			p.Para("A location can be made only once the other account has allowed it. Make the roles first, have the other account do its part, and then the rest:")
			p.Commands("terraform apply" + w.tfRoleTargets())
		}
		p.Commands("terraform apply")
		p.Para("From then on the configuration owns these resources. Do not let xacct change them too: take the transfers out of what it applies. A plan by "+
			"xacct still shows what differs. Once the import is done, the", inert.Code("import"), "blocks may go.")
	}
	w.fragmentNote(p, "terraform")
}

// tfRoleTargets are the options by which Terraform makes the roles alone.
func (w *work) tfRoleTargets() string {
	var b strings.Builder
	for _, r := range w.exits.roles {
		b.WriteString(" -target=aws_iam_role." + r.label)
		for i := range r.names {
			fmt.Fprintf(&b, " -target=aws_iam_role_policy.%s_%d", r.label, i+1)
		}
	}
	return b.String()
}

func (w *work) cloudFormationWay(p *inert.Page) {
	p.Head(2, "By CloudFormation")
	if len(w.templates) > 0 {
		p.Para("Each template is a stack of its own, in the order of their names, because a stack has one Region. The names of the stacks are a proposal: take "+
			"others if you have stacks of these names. In the folder", inert.Code("cloudformation")+":")
		waits := w.waits()
		for _, t := range w.templates {
			if waits && strings.HasPrefix(t.name, "2-") {
				p.Para("A location can be made only once the other account has allowed it: have that account do its part now.")
				waits = false
			}
			p.Commands(w.cfnCommands(t)...)
		}
		if slices.ContainsFunc(w.templates, func(t *template) bool { return len(t.imports) > 0 }) {
			p.Para("What exists is imported first, by the templates that end in", inert.Code(".import.yaml")+", because an import takes neither other "+
				"resources nor outputs. Look at each change set before it is executed.")
		}
		if slices.ContainsFunc(w.exits.locations, func(l exitLocation) bool { return l.untold && l.arn == "" }) {
			p.Para("Where a command has", inert.Code("=ARN")+", put the ARN of the location that the parameter's description in the template names.")
		}
		p.Para("Every resource stays when it leaves its stack or when the stack is deleted. From the first stack on, do not let xacct change these resources too: " +
			"take the transfers out of what it applies.")
	}
	w.fragmentNote(p, "cloudformation")
}

// cfnCommands make the stack of a template.
func (w *work) cfnCommands(t *template) []string {
	stack := w.stack(t.name)
	at := " --stack-name " + stack + " --region " + t.region
	var out []string
	if len(t.imports) > 0 {
		change := at + " --change-set-name import"
		out = append(out,
			"aws cloudformation create-change-set"+change+" --change-set-type IMPORT --template-body file://"+t.name+".import.yaml --resources-to-import file://"+
				t.name+".import.json --capabilities CAPABILITY_NAMED_IAM"+w.cfnParameters(t.used(t.existing()), "--parameters", "ParameterKey=", ",ParameterValue="),
			"aws cloudformation wait change-set-create-complete"+change,
			"aws cloudformation describe-change-set"+change,
			"aws cloudformation execute-change-set"+change,
			"aws cloudformation wait stack-import-complete"+at)
	}
	return append(out, "aws cloudformation deploy"+at+" --template-file "+t.name+".yaml --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset"+
		w.cfnParameters(t.parameters, "--parameter-overrides", "", "="))
}

// cfnParameters are the options for the parameters of a template, which are outputs of the stacks of locations.
func (w *work) cfnParameters(parameters inert.Pairs, option, before, between string) string {
	out := ""
	for _, x := range parameters {
		name, _ := x[0].(string)
		value := "ARN" // of a location that no template makes, as the parameter's description says
		if p, ok := x[1].(inert.Pairs); ok && slices.ContainsFunc(p, func(m inert.Pair) bool { return m[0] == "Default" }) {
			value = "" // that of the location which stands
		}
		for _, l := range w.templates {
			if slices.ContainsFunc(l.outputs, func(o inert.Pair) bool { return o[0] == name }) {
				value = fmt.Sprintf(`"$(aws cloudformation describe-stacks --stack-name %s --region %s --query "Stacks[0].Outputs[?OutputKey=='%s'].OutputValue" `+
					`--output text)"`, w.stack(l.name), l.region, name)
			}
		}
		if value != "" {
			out += " " + before + name + between + value
		}
	}
	if out == "" {
		return ""
	}
	return " " + option + out
}

// stack is the name of the stack for a template.
func (w *work) stack(template string) string {
	name := strings.ReplaceAll(labels{}.of(w.names()[0]), "_", "-")
	return "xacct-" + name[:min(len(name), 60)] + "-" + template
}

// proof says how to prove that it is done.
func (w *work) proof(p *inert.Page) {
	p.Head(2, "Prove that it is done")
	if len(w.steps()) > 0 {
		p.Para("Whichever way it was done, run", inert.Code("bash script.sh --dry-run"), "again: it writes nothing, and each line says", inert.Code("unchanged")+". "+
			"Whoever did it another way than by the script runs", inert.Code("bash script.sh >report.json"), "then, for the report.")
		if len(w.askers()) > 0 {
			p.Para("Send", inert.Code("report.json"), "to", w.theTaskAccount()+": it holds how each change ended, the statements of the transfers as they are "+
				"stored, and a digest of all other statements, of which none is in it. Or look yourself, and tell them:")
		} else {
			p.Para("Or look:")
		}
		var looks []string
		for _, s := range w.policies {
			looks = append(looks, s.reading())
		}
		for _, o := range w.ownership {
			looks = append(looks, ownershipReading(o.spec.Name, o.spec.Region, w.account))
		}
		for _, s := range w.policies {
			if w.owns(s) {
				looks = append(looks, ownershipReading(s.name(), s.region, w.account))
			}
		}
		p.Commands(looks...)
		if slices.ContainsFunc(w.policies, w.owns) {
			p.Para("The last command is about who will own the objects that are written, which the task account must know before it runs the task: it is the "+
				"bucket's owner if it says", inert.Code("BucketOwnerEnforced")+".")
		}
	}
	switch {
	case w.part.Mode == plan.TearDown && len(w.steps()) == 0:
		p.Para("A tear-down that is planned again by xacct says", inert.Code("nothing to do: the plan is empty")+". A role that is held back is named there, with "+
			"what it waits for.")
	case w.makes():
		p.Para(inert.Code("terraform plan"), "says", inert.Code("No changes.")+", and each stack of CloudFormation is complete. A plan by xacct says",
			inert.Code("nothing to do: the plan is empty"), "once all accounts have done their parts.")
	}
}

// ownershipReading is the command that prints the Object Ownership.
func ownershipReading(name, region, account string) string {
	return fmt.Sprintf("aws s3api get-bucket-ownership-controls --region %s --bucket %s --expected-bucket-owner %s --output json", inert.Shell(region),
		inert.Shell(name), inert.Shell(account))
}

// undoing says how to undo it.
func (w *work) undoing(p *inert.Page) {
	p.Head(2, "Undo it")
	down := w.part.Mode == plan.TearDown
	if len(w.steps()) > 0 {
		if down {
			p.Para("The roles that the statements name must still exist. What was done by the script, in this folder:")
		} else {
			p.Para("Not while the transfers run: first the task account deletes the task and its locations, then this is undone, and then the task account " +
				"deletes the roles. What was done by the script, in this folder:")
		}
		p.Commands("bash undo.sh --dry-run", "bash undo.sh >undo-report.json")
		if down {
			p.Para("It puts the statements back that the script took out, as the copy has them.")
		} else {
			p.Para("It takes the statements out that the script put in, and nothing else; one that the script had changed gets the text of the copy. Send "+
				inert.Code("undo-report.json"), "to the task account too: it deletes the roles by it.")
		}
		p.Para("What was done by Terraform or CloudFormation: take it back in that configuration, and apply it.")
		for _, s := range w.policies {
			p.Para("By hand, for", s.inTitle()+":")
			p.List(true, proseAll(s.byHand(w.part.Mode, true)))
		}
		for _, o := range w.ownership {
			p.Para("By hand, for the Object Ownership of bucket", inert.Code(o.spec.Name)+":")
			p.List(true, proseAll(o.byHand(true)))
		}
	}
	switch {
	case down && w.deletes():
		p.Para("What is deleted does not come back. Set the transfers up again by xacct: a role that is made anew has another unique id, so that the policies of " +
			"other accounts must be written again too.")
	case w.makes():
		p.Para("To stop keeping the resources in Terraform without deleting them, use", inert.Code("terraform state rm")+"; a stack of CloudFormation can be "+
			"deleted, and its resources stay. xacct still knows them by their tags and can go on with them.")
		p.Para("To delete them, use xacct's tear-down, or destroy them by the configuration: the task first, then the locations, and the roles only after no " +
			"policy names them any more.")
	}
}
