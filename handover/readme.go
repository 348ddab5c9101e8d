package handover

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// readme adds README.md, the runbook.
func (w *work) readme() error {
	p := &inert.Page{}
	title := "is asked for"
	if len(w.askers()) == 0 {
		title = "has to do"
	}
	p.Head(1, "What account "+w.account+" "+title)
	w.purpose(p)
	w.inShort(p)
	w.first(p)
	w.asks(p)
	w.ways(p)
	w.proof(p)
	w.undoing(p)
	w.contents(p)
	w.add("README.md", []byte(strings.TrimRight(p.String(), "\n")+"\n"))
	return nil
}

// askers are the other accounts that run transfers of the part.
func (w *work) askers() []string {
	var out []string
	for _, t := range w.transfers {
		if t.TaskAccount != w.account {
			out = append(out, t.TaskAccount)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// theTaskAccount is whom this account has to do with, in words.
func (w *work) theTaskAccount() string { return counted("account", w.askers()) }

// counted is a noun with the names of one or several.
func counted(noun string, names []string) string {
	return noun + text.Plural(len(names)) + " " + text.And(names)
}

// settled reports whether the plan changes nothing.
func (w *work) settled() bool {
	return !slices.ContainsFunc(w.part.Changes, func(c plan.Change) bool { return c.Op != plan.NoOp })
}

// purpose says who asks and why.
func (w *work) purpose(p *inert.Page) {
	askers, down := w.askers(), w.part.Mode == plan.TearDown
	switch {
	case len(askers) > 0 && down:
		p.Para("**" + upper(w.theTaskAccount()) + " asks account " + w.account + "** to take back what was granted to these transfers between S3 buckets, " +
			"because they are to end.")
	case len(askers) > 0:
		p.Para("**" + upper(w.theTaskAccount()) + " asks account " + w.account + "** to allow these transfers, in which AWS DataSync copies objects from one S3 " +
			"bucket to another.")
	case down:
		p.Para("Account", w.account, "runs these transfers between S3 buckets by AWS DataSync, and they are to end. This folder says what goes in the account.")
	default:
		p.Para("Account", w.account, "runs these transfers, in which AWS DataSync copies objects from one S3 bucket to another. This folder is for those who "+
			"keep the account's resources.")
	}
	for _, t := range w.transfers {
		p.List(false, []string{fmt.Sprintf("Transfer %s, run by task account %s: from %s (account %s, %s) to %s (account %s, %s).", inert.Code(t.Name),
			t.TaskAccount,
			inert.Code(t.LocationSpec(plan.SourceSide).URI()), t.Source.Account, t.Source.Region,
			inert.Code(t.LocationSpec(plan.DestinationSide).URI()), t.Destination.Account, t.Destination.Region)})
	}
	if w.settled() {
		p.Para("All of it stands as it is wanted, and nothing is left to do. The folder is for taking it over into a configuration of your own.")
	}
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// inShort are the steps from the first to the last.
func (w *work) inShort(p *inert.Page) {
	p.Head(2, "In short")
	steps := []string{"Compare the digest of this folder: see \"Look at this first\".",
		"Read \"What it asks for\"; " + inert.Code("review.html") + " shows the same as a page for a browser."}
	scripts, down := len(w.steps()) > 0, w.part.Mode == plan.TearDown
	switch {
	case scripts && down:
		steps = append(steps, "Wait until "+w.theTaskAccount()+" has deleted the task and its locations. The roles must still be there.",
			"Choose **one** way. A configuration that has the statements puts them back the next time it is applied, so that they must leave it too. "+
				"Otherwise run the script.")
	case scripts && w.settled():
		steps = append(steps, "If Terraform or CloudFormation has the policy, add the statements there: the next time it is applied, it takes them out otherwise. "+
			"If neither has it, nothing is to be done.")
	case scripts:
		steps = append(steps, "Choose **one** way. If Terraform or CloudFormation has the policy today, do it there: the next time it is applied, it takes out "+
			"what the script or the console has put in. Otherwise run the script; the console is for those who cannot.")
	case down:
		steps = append(steps, "Delete what is listed there: xacct does it, or you do by \"In the console\".")
	case w.settled():
		steps = append(steps, "Choose **one** way: Terraform or CloudFormation. Both import what stands, and make nothing anew.")
	default:
		steps = append(steps, "Choose **one** way: Terraform, CloudFormation, the console, or xacct.")
	}
	if w.makes() && scripts {
		steps = append(steps, "What the account has of its own is made by Terraform, CloudFormation, the console, or xacct.")
	}
	if w.waits() {
		steps = append(steps, "Make the roles first. Then the owners of the other accounts do their parts, and then the locations and the task can be made.")
	}
	steps = append(steps, "Prove that it is done.")
	if scripts && len(w.askers()) > 0 {
		steps[len(steps)-1] = "Prove that it is done, and send " + inert.Code("report.json") + " to " + w.theTaskAccount() + ", which goes on by it."
	}
	if scripts {
		steps = append(steps, "Keep this folder, with the folder "+inert.Code("copies")+" that the script makes, until it is certain that nothing is to be undone.")
	}
	p.List(true, steps)
}

// first says what to look at before anything else.
func (w *work) first(p *inert.Page) {
	p.Head(2, "Look at this first")
	if len(w.blocking) > 0 {
		p.Para("**These findings block the transfers. The bundle was made all the same, because whoever made it asked for that.**")
		p.List(false, findings(w.blocking))
	}
	p.Para("**Whoever can edit this folder has the power of the one who runs it.** It came one way; its digest must come another, such as by " +
		"telephone or from a page of the other team's. In this folder, compare:")
	p.Commands("sha256sum SHA256SUMS", "sha256sum --check --strict SHA256SUMS")
	p.Para("The first line is the digest to compare, all 64 characters. The second command says OK for each file. Where there is no", inert.Code("sha256sum")+
		", as on some Macs, it is", inert.Code("shasum -a 256")+". If anything differs, run nothing, and ask who sent the folder.")
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
	before := w.requires()
	if len(before) == 0 || w.settled() {
		return
	}
	p.Para("Before this account does its part, this must be so. Ask", w.theTaskAccount(), "whether it is:")
	p.List(false, before)
	if w.part.Mode == plan.TearDown {
		p.Para("The roles go last, because S3 and KMS refuse every change of a policy that names a role that is gone.")
	} else {
		p.Para("S3 and KMS refuse a policy that names a role that does not exist yet. They say", inert.Code("Invalid principal"), "then; the script tries "+
			"again for two minutes.")
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

// requires are the changes of other accounts that come before those of this one, in words. Where statements are added these are the roles that they name, by the
// transfers. What comes before something leaves is the plan's word, as far as it is about an account of the transfers.
func (w *work) requires() []string {
	seen := map[string]bool{}
	add := func(ids []string) {
		for _, id := range ids {
			account, _, _ := strings.Cut(id, "/")
			if account != w.account && slices.ContainsFunc(w.transfers, func(t *transfer.Transfer) bool { return slices.Contains(t.Accounts(), account) }) {
				seen[w.required(id)] = true
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

// required is in words what must have been done first. The ID has the account, the Region unless it is a role's, the kind, the name and, of a location, the side.
func (w *work) required(id string) string {
	parts := strings.Split(id, "/")
	is := "exists"
	if w.part.Mode == plan.TearDown {
		is = "is deleted"
	}
	switch {
	case len(parts) == 3 && parts[1] == string(plan.IAMRole):
		return fmt.Sprintf("role %s of account %s %s", inert.Code(parts[2]), inert.Code(parts[0]), is)
	case len(parts) == 5 && parts[2] == string(plan.DataSyncLocation):
		return fmt.Sprintf("the %s location of transfer %s in account %s, %s, %s", inert.Prose(parts[4]), inert.Code(parts[3]), inert.Code(parts[0]), inert.Code(parts[1]), is)
	case len(parts) == 4 && parts[2] == string(plan.DataSyncTask):
		return fmt.Sprintf("task %s of account %s, %s, %s", inert.Code(parts[3]), inert.Code(parts[0]), inert.Code(parts[1]), is)
	}
	return inert.Code(id) + " is done"
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
			p.Para("These statements are added, or stand there already. Every other statement keeps every byte. The file is",
				inert.Code("statements/"+s.file()+".json")+".")
			p.List(false, w.grants(s.wanted))
			for _, line := range w.effects(s) {
				p.Para(line)
			}
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

// own says what the account makes for itself.
func (w *work) own(p *inert.Page) {
	var lines []string
	for _, ch := range w.part.Changes {
		if w.known[address(&ch)] || ch.Op == plan.NoOp && ch.Kind == plan.KeyPolicy {
			continue
		}
		verb := string(ch.Op)
		if ch.Op == plan.NoOp {
			verb = "stands as it is wanted:"
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", verb, ch.Kind, inert.Code(ch.Name)))
	}
	if len(lines) == 0 {
		return
	}
	p.Head(3, "What the account has of its own")
	if w.settled() {
		p.Para("These resources are what the configurations below take over.")
	} else {
		p.Para("Here is what the plan does to these resources. No script does it: xacct does, or you do by one of the ways below.")
	}
	p.List(false, lines)
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
