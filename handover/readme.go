package handover

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// readme adds README.md, the runbook.
func (w *work) readme() error {
	p := &inert.Page{}
	p.Head(1, "What account "+w.account+" is asked for")
	w.purpose(p)
	w.first(p)
	w.asks(p)
	w.ways(p)
	w.proof(p)
	w.undoing(p)
	w.contents(p)
	w.add("README.md", []byte(strings.TrimRight(p.String(), "\n")+"\n"))
	return nil
}

// purpose says who asks and why.
func (w *work) purpose(p *inert.Page) {
	if w.part.Mode == plan.TearDown {
		p.Para("These transfers between S3 buckets are to end. Their task account takes away what it made, and asks account", w.account, "to take back "+
			"what was granted to them.")
	} else {
		p.Para("The task account of each of these transfers asks for it, so that AWS DataSync can copy objects from one S3 bucket to another.")
	}
	for _, t := range w.transfers {
		p.List(false, []string{fmt.Sprintf("Transfer %s, run by task account %s: from %s (account %s, %s) to %s (account %s, %s).", inert.Code(t.Name),
			t.TaskAccount,
			inert.Code(t.LocationSpec(plan.SourceSide).URI()), t.Source.Account, t.Source.Region,
			inert.Code(t.LocationSpec(plan.DestinationSide).URI()), t.Destination.Account, t.Destination.Region)})
	}
}

// first says what to look at before anything else.
func (w *work) first(p *inert.Page) {
	p.Head(2, "Look at this first")
	if len(w.blocking) > 0 {
		p.Para("**These findings block the transfers. The bundle was made all the same, because whoever made it asked for that.**")
		p.List(false, findings(w.blocking))
	}
	p.Para("**Whoever can edit this folder has the power of the one who runs it.** It came one way; its digest must come another, such as by " +
		"telephone or from a page of the other team's. Compare:")
	p.Commands("sha256sum SHA256SUMS", "sha256sum --check --strict SHA256SUMS")
	p.Para("The first line is the digest to compare. The second command says OK for each file.")
	var rest []plan.Finding
	for _, f := range w.part.Findings {
		if f.Severity == plan.Warning {
			rest = append(rest, f)
		}
	}
	if len(rest) > 0 {
		p.Para("The plan warns of this:")
		p.List(false, findings(rest))
	}
	if before := w.requires(); len(before) > 0 {
		if w.part.Mode == plan.TearDown {
			p.Para("Other accounts must have done this before. The roles go last, because S3 and KMS refuse every change of a policy that names a role " +
				"that is gone:")
		} else {
			p.Para("Other accounts must have done this before. S3 and KMS refuse a policy that names a role that does not exist yet:")
		}
		p.List(false, before)
	}
}

// findings are the findings, a line each.
func findings(fs []plan.Finding) []string {
	var out []string
	for _, f := range fs {
		line := inert.Code(f.Code) + ": " + inert.Prose(f.Detail)
		if f.Remedy != "" {
			line += ". Remedy: " + inert.Prose(f.Remedy)
		}
		out = append(out, line+".")
	}
	return out
}

// requires are the changes of other accounts that come before those of this one. Where statements are added these are the roles that they name, by the
// transfers. What comes before something leaves is the plan's word, as far as it is about an account of the transfers.
func (w *work) requires() []string {
	seen := map[string]bool{}
	add := func(ids []string) {
		for _, id := range ids {
			account, _, _ := strings.Cut(id, "/")
			if account != w.account && slices.ContainsFunc(w.transfers, func(t *transfer.Transfer) bool { return slices.Contains(t.Accounts(), account) }) {
				seen[inert.Code(id)] = true
			}
		}
	}
	for _, s := range w.policies {
		if w.part.Mode == plan.TearDown || len(s.wanted) == 0 {
			add(s.change.Requires)
		} else {
			add(s.sharedPolicy.Roles)
		}
	}
	for _, o := range w.ownership {
		add(o.change.Requires)
	}
	return slices.Sorted(maps.Keys(seen))
}

// asks says what is granted and to whom, or made, in words.
func (w *work) asks(p *inert.Page) {
	p.Head(2, "What it asks for")
	for _, s := range w.policies {
		p.Head(3, policyTitle(s))
		if s.change.Op == plan.NoOp {
			p.Para("Nothing is left to do here.")
		}
		if w.part.Mode == plan.SetUp && len(s.wanted) > 0 {
			p.Para("These statements are added, or stand there already. Every other statement keeps every byte.")
			p.List(false, grants(s.wanted))
		}
		if leaving := s.leaving(w.part.Mode); w.part.Mode == plan.TearDown || len(s.wanted) == 0 {
			p.Para("These statements of the transfers leave the policy, as far as they stand there. Every other statement keeps every byte:",
				inert.Codes(leaving)+".")
		}
		if len(s.adopted) > 0 {
			p.Para("The plan also replaces these statements, which others wrote, by ours. The script leaves them; once the transfer runs, take them out by "+
				"hand:", inert.Codes(s.adopted)+".")
		}
	}
	for _, o := range w.ownership {
		p.Head(3, "Object Ownership of bucket "+inert.Code(o.spec.Name))
		if o.want == "BucketOwnerEnforced" {
			p.Para("Object Ownership becomes", inert.Code(o.want)+": the bucket's owner then owns every object that is written, and ACLs count no longer. "+
				"Whoever writes or reads this bucket by ACLs today loses access, so find out first.")
		} else {
			p.Para("Object Ownership goes back to", inert.Code(o.want)+": ACLs count again.")
		}
	}
	w.own(p)
}

func policyTitle(s shared) string {
	if s.kind == policy.Key {
		return "Policy of KMS key " + inert.Code(s.arn)
	}
	return "Policy of bucket " + inert.Code(s.name())
}

// grants say what each statement allows, and to whom.
func grants(statements policy.Statements) []string {
	var out []string
	for _, st := range statements {
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		who, what, _ := strings.Cut(desired.Sentence(st), " may ")
		line := fmt.Sprintf("%s: %s may %s: %s on %s", inert.Code(st.Sid()), inert.Codes(strings.Split(who, ", ")), what, inert.Codes(actions),
			inert.Codes(resources))
		for _, c := range st.Conditions() {
			line += fmt.Sprintf(", if %s %s %s", inert.Code(c.Key()), inert.Code(c.Operator()), inert.Codes(c.Values()))
		}
		out = append(out, line+".")
	}
	return out
}

// own says what the account makes for itself.
func (w *work) own(p *inert.Page) {
	var lines []string
	for _, ch := range w.part.Changes {
		if w.known[address(&ch)] || ch.Op == plan.NoOp && ch.Kind == plan.KeyPolicy {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", ch.Op, ch.Kind, inert.Code(ch.Name)))
	}
	if len(lines) == 0 {
		return
	}
	p.Head(3, "What the account has of its own")
	p.Para("Here is what the plan does to these resources. No script does it: xacct does, or one of the configurations below.")
	p.List(false, lines)
}

// ways are the ways to do it.
func (w *work) ways(p *inert.Page) {
	if len(w.steps()) > 0 {
		p.Head(2, "By script")
		p.Para("In CloudShell of account", w.account+", or wherever the AWS CLI has its credentials:")
		p.Commands("bash script.sh --dry-run", "bash script.sh >report.json")
		p.Para("The first command writes nothing and prints the policies that it would write. The second writes, keeps a copy of what it read in the "+
			"folder", inert.Code("copies")+", "+
			"reads back, and prints a report. It may be run again: what stands is left alone. It needs these permissions:", inert.Codes(w.permissions())+".")
		p.Para("Exit status 3 means that it could not prove that it would change nothing else: then nothing was written, and it prints what to do by hand.")
	}
	w.exitWays(p)
	w.console(p)
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
	}
	if len(w.ownership) > 0 {
		seen["s3:GetBucketOwnershipControls"], seen["s3:PutBucketOwnershipControls"] = true, true
	}
	return slices.Sorted(maps.Keys(seen))
}

// console are the steps in the console.
func (w *work) console(p *inert.Page) {
	if len(w.policies)+len(w.ownership) == 0 && !w.makes() {
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
	if w.makes() {
		p.Para("For the resources of the account's own:")
		p.List(true, w.consoleOwn())
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

// consoleOwn are the console's steps for roles, locations and tasks.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (w *work) consoleOwn() []string {
	var out []string
	for _, r := range w.desired.Roles {
		if r.Account != w.account {
			continue
		}
		names := slices.Sorted(maps.Keys(r.Spec.Policies))
		out = append(out, fmt.Sprintf("IAM console, Roles, Create role, Custom trust policy: paste %s; name it %s; then Add permissions, Create inline "+
			"policy, JSON: %s from the files of that name.",
			inert.Code("statements/iam-role-"+r.Spec.Name+".trust.json"), inert.Code(r.Spec.Name), inert.Codes(names)))
	}
	for _, l := range w.desired.Locations {
		if l.Spec.Account == w.account && !l.Given {
			out = append(out, fmt.Sprintf("DataSync console in %s, Locations, Create location, Amazon S3: bucket %s, folder %s, IAM role %s.",
				l.Spec.Region, inert.Code(l.Spec.Bucket), inert.Code("/"+strings.Trim(l.Spec.Prefix, "/")), inert.Code(l.Spec.RoleARN)))
		}
	}
	for _, t := range w.desired.Tasks {
		if t.Spec.Account == w.account {
			out = append(out, fmt.Sprintf("DataSync console in %s, Tasks, Create task, Choose an existing location: the two locations of transfer %s; name "+
				"it %s, task mode %s.",
				t.Spec.Region, inert.Code(t.Transfer.Name), inert.Code(t.Spec.Name), inert.Code(string(modeOf(t.Spec)))))
		}
	}
	return out
}

// proof says how to prove that it is done.
func (w *work) proof(p *inert.Page) {
	p.Head(2, "Prove that it is done")
	if len(w.steps()) > 0 {
		p.Para("Run", inert.Code("bash script.sh")+" again: each line ends in", inert.Code("unchanged")+", and the report says so too. Hand",
			inert.Code("report.json"), "back to the task account: it holds how each change "+
				"ended, the statements of the transfers as they are stored, and a digest of all other statements, of which none is in it. Or look:")
		for _, s := range w.policies {
			p.Commands(s.reading())
		}
	}
	if w.makes() {
		p.Para("A plan by xacct says", inert.Code("nothing to do: the plan is empty"), "once all accounts have done their parts.")
	}
}

// undoing says how to undo it.
func (w *work) undoing(p *inert.Page) {
	p.Head(2, "Undo it")
	if len(w.steps()) > 0 {
		p.Commands("bash undo.sh --dry-run", "bash undo.sh")
		if w.part.Mode == plan.SetUp {
			p.Para("It takes the statements out that the script put in, and nothing else; one that the script had changed gets the text of the copy. Undo " +
				"it only after the task account has deleted " +
				"the task and its locations, and before it deletes the roles.")
		} else {
			p.Para("It puts the statements back that the script took out, as the copy has them. The roles that they name must still exist.")
		}
		for _, s := range w.policies {
			p.Para("By hand, for", s.inTitle()+":")
			p.List(true, proseAll(s.byHand(w.part.Mode, true)))
		}
		for _, o := range w.ownership {
			p.Para("By hand, for the Object Ownership of bucket", inert.Code(o.spec.Name)+":")
			p.List(true, proseAll(o.byHand(true)))
		}
	}
	if w.makes() {
		p.Para("What the account made for itself goes by xacct's tear-down, or by destroying what the configuration made: the task first, then the " +
			"locations, and the roles only after no policy names them any more.")
	}
}

// contents lists the files.
func (w *work) contents(p *inert.Page) {
	p.Head(2, "What is in this folder")
	var lines []string
	for _, f := range []struct{ name, about string }{
		{"review.html", "the plan as a page, to be read in a browser"},
		{"plan.json", "the part of the plan for this account, which xacct can apply"},
		{"statements/", "the policy documents one by one"},
		{"script.sh", "does what is to be done to policies and Object Ownership"},
		{"undo.sh", "undoes it"},
		{"terraform/", "what the account can own, and what its configurations can take in, for Terraform"},
		{"cloudformation/", "the same for CloudFormation"},
	} {
		for name := range w.files {
			if name == f.name || strings.HasSuffix(f.name, "/") && strings.HasPrefix(name, f.name) {
				lines = append(lines, inert.Code(f.name)+": "+f.about)
				break
			}
		}
	}
	p.List(false, append(lines, inert.Code(sums)+": the digest of every file"))
}
