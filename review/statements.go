package review

import (
	"strings"

	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// statements lists who gains and loses what, statement by statement: first in the policies that others write too, then in roles.
func (r *report) statements() {
	title := "Who gains what"
	if r.Mode == plan.TearDown {
		title = "Who loses what"
	}
	r.heading(title)
	n := len(r.out.blocks)
	for _, c := range r.Changes {
		if c.Op != plan.NoOp && c.Policy != nil {
			r.policy(c)
		}
	}
	for _, c := range r.Changes {
		if c.Op != plan.NoOp && c.Role != nil {
			r.role(c)
		}
	}
	if len(r.out.blocks) == n {
		r.paragraph(say("Nobody gains or loses anything."))
	}
}

// policy is one policy that others write too.
func (r *report) policy(c derived.Change) {
	r.subheading(say(strings.ToUpper(kindWords[c.Kind][:1])+kindWords[c.Kind][1:]+" ", c.Name, " of account ", c.Account))
	var items []item
	var added policy.Statements
	for _, g := range c.Policy.Gains {
		items = append(items, gained(g, ""))
		added = append(added, g.Statement)
	}
	for _, l := range c.Policy.Loses {
		items = append(items, lost(l))
	}
	r.list(bullets, items)
	switch p := c.Policy; {
	case c.Hold == plan.Reported && len(p.Gains) > 0:
		r.paragraph(say("The policy was not read. By the report of its owner's operator the statements above stand there already: nothing is left to do."))
	case c.Hold == plan.Reported:
		r.paragraph(say("The policy was not read. By the report of its owner's operator the statements above are gone already: nothing is left to do."))
	case !p.Read && len(p.Gains) > 0:
		r.paragraph(say("The policy was not read. Merge the statements into what is there: everything else in it must stay."))
	case !p.Read:
		r.paragraph(say("The policy was not read. Take these statements out of what is there, as far as they stand there: everything else in it must stay."))
	case p.Others > 0:
		r.paragraph(say(plural(p.Others, "statement") + " of others there: kept byte for byte."))
	default:
		r.paragraph(say("No statement of others stands there."))
	}
	if len(added) > 0 && c.Hold != plan.Reported {
		r.out.blocks = append(r.out.blocks, block{kind: fence, language: "json", text: policy.New(added).String()})
	}
}

// role is what a role may do, and who may assume it.
func (r *report) role(c derived.Change) {
	if len(c.Role.Trust)+len(c.Role.Policies)+len(c.Role.Loses) == 0 {
		return
	}
	r.subheading(say("Role ", c.Name, " of account ", c.Account))
	var items []item
	if c.Spec != nil && c.Spec.PermissionsBoundary != "" {
		items = append(items, item{line: say("Permissions boundary ", c.Spec.PermissionsBoundary)})
	}
	for _, g := range c.Role.Trust {
		it := gained(g, "trust policy, ")
		items = append(items, it)
	}
	for _, p := range c.Role.Policies {
		it := item{line: say("inline policy ", p.Name)}
		for _, g := range p.Gains {
			it.below = append(it.below, gained(g, ""))
		}
		items = append(items, it)
	}
	for _, p := range c.Role.Loses {
		it := item{mark: removed, line: say("inline policy ", p.Name)}
		for _, g := range p.Gains {
			st := item{mark: removed, line: statement("", g.Statement.Sid()), below: inWords(g.Statement)}
			if p.Told {
				st = item{mark: removed, line: say("by the plan's word: ").with(quote(g.Statement.Explain()))}
			}
			it.below = append(it.below, st)
		}
		items = append(items, it)
	}
	r.list(bullets, items)
}

// gained is a statement in words: who may do what, on what, and under which conditions.
func gained(g derived.Gain, in string) item {
	it := item{mark: isNew, line: statement(in, g.Statement.Sid()), below: inWords(g.Statement)}
	if g.Changed {
		it.mark = changed
	}
	return it
}

// inWords says what the statement does, a line for each of its parts.
func inWords(st policy.Statement) []item {
	var out []item
	who, notWho := st.Principals()
	actions, notActions := st.Actions()
	resources, notResources := st.Resources()
	if len(who) > 0 {
		out = append(out, item{line: but("Who: ", "Who: everyone but ", notWho).with(principals(who))})
	}
	verb := "May: "
	if st.Effect() != "Allow" {
		verb = "May not: "
	}
	out = append(out, item{line: but(verb, verb+"everything but ", notActions).with(names(actions))})
	if len(resources) > 0 {
		out = append(out, item{line: but("On: ", "On: everything but ", notResources).with(names(resources))})
	}
	for _, c := range st.Conditions() {
		out = append(out, item{line: say("Only if: ", c.String())})
	}
	return out
}

func but(words, not string, is bool) line {
	if is {
		return say(not)
	}
	return say(words)
}

// statement names a statement by its Sid.
func statement(in, sid string) line {
	if sid == "" {
		return say(in + "statement without a Sid")
	}
	return say(in+"statement ", sid)
}

// lost is a statement that leaves a policy.
func lost(l derived.Loss) item {
	it := item{mark: removed, line: statement("", l.Sid)}
	if !l.Asked.IsZero() {
		it.below = inWords(l.Asked)
	} else if !l.Was.IsZero() {
		it.below = append(it.below, item{line: say("by the plan's word: ").with(quote(l.Was.Explain()))})
	}
	if !l.Ours {
		it.below = append(it.below, item{line: say("It was made by others for what the transfer takes over, and the transfer's statements take its place.")})
	}
	return it
}

// principals are those of a statement, in words.
func principals(list []policy.Principal) line {
	var out line
	for i, p := range list {
		if i > 0 {
			out = out.with(say(", "))
		}
		switch kind, value := p.Type(), p.Value(); {
		case value == "*":
			out = out.with(say("everyone"))
		case kind == "AWS" && len(value) == 12:
			out = out.with(say("account ", value))
		case kind == "AWS":
			out = out.with(say("", value))
		case kind == "Service":
			out = out.with(say("service ", value))
		default:
			out = out.with(say("", kind, " ", value))
		}
	}
	return out
}

// decided names the statement that decided a finding, as text does.
func decided(statement string) line {
	if text.Numbered(statement) {
		return say("Decided by ", statement)
	}
	return say("Decided by statement ", statement)
}
