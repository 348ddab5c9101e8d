package review

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// step is what the operator of one account does in one go.
type step struct {
	account string
	does    line
	kinds   []plan.Kind // of the changes of the plan that do it
	former  bool        // it is about what the transfers used before
}

// steps says who has to do what, in which order, whether this plan does it or somebody else. It follows from the transfers, so that the part of one
// operator shows too what others do before and after.
func (r *report) steps() {
	if len(r.Transfers) == 0 {
		return
	}
	r.heading("Who does what, in this order")
	list := r.setUp()
	if r.Mode == plan.TearDown {
		list = r.tearDown()
	}
	var items []item
	for _, s := range list {
		it := item{line: say("The operator of account ", s.account, " ").with(s.does)}
		if s.kinds != nil {
			it.line = it.line.with(r.handsBack(s), say(": "), r.state(s))
		}
		items = append(items, it)
	}
	r.list(steps, items)
	if r.reader != "" {
		r.list(bullets, r.lookFor())
	}
}

// state says whether the plan does the step.
func (r *report) state(s step) line {
	n, done, blocked := 0, 0, 0
	var state line
	for _, c := range r.Changes {
		if c.Account != s.account || !slices.Contains(s.kinds, c.Kind) || c.Former != s.former {
			continue
		}
		n++
		switch {
		case c.Op == plan.NoOp:
			done++
		case c.Hold == plan.Reported:
			state = bold("done by report")
		case c.Hold == plan.Blocked:
			blocked++
		case c.Hold == plan.Handover:
			state = bold("handed over")
		case state == nil:
			state = bold("in this plan")
		}
	}
	switch {
	case n == 0 && r.reader != "" && r.reader != s.account:
		return bold("not in this part of the plan")
	case n == 0:
		return bold("nothing to do")
	case done == n:
		return bold("done already")
	case blocked == n-done:
		return bold("blocked")
	case blocked > 0:
		return bold("blocked in part")
	}
	return state
}

// handsBack says to whom the operator of the step reports it: to those who go on and did not read the policies that it is about.
func (r *report) handsBack(s step) line {
	for _, c := range r.Changes {
		if c.Account == s.account && slices.Contains(s.kinds, c.Kind) && c.Former == s.former && c.Op != plan.NoOp &&
			c.Policy != nil && !c.Policy.Read && c.Hold != plan.Reported && c.Hold != plan.Blocked {
			return say(", and hands a report of that to the operator of account ").with(names(r.parts().tasks.accounts))
		}
	}
	return nil
}

// places collects names in accounts, in the order in which they come.
type places struct {
	accounts []string
	of       map[string][]string
	have     map[[2]string]bool
}

func (p *places) add(account, name string) {
	if p.of == nil {
		p.of, p.have = map[string][]string{}, map[[2]string]bool{}
	}
	if p.have[[2]string{account, name}] {
		return
	}
	if len(p.of[account]) == 0 {
		p.accounts = append(p.accounts, account)
	}
	p.have[[2]string{account, name}] = true
	p.of[account] = append(p.of[account], name)
}

// setUp are the steps of a set-up: roles, then the policies of others, then locations and tasks, then runs, then what was used before.
func (r *report) setUp() []step {
	p := r.parts()
	var out []step
	before := " before any other step"
	if !r.byRole() {
		before = ", at any time before the locations"
	}
	for _, a := range p.roles.accounts {
		out = append(out, step{a, say("makes the roles ").with(shortened(p.roles.of[a]), say(before)), []plan.Kind{plan.IAMRole}, false})
	}
	for _, a := range p.policies.accounts {
		out = append(out, step{a, say("adds the statements to the policies of ").with(shortened(p.policies.of[a])), []plan.Kind{plan.BucketPolicy, plan.KeyPolicy}, false})
	}
	for _, a := range p.ownership.accounts {
		out = append(out, step{a, say("disables the ACLs of ").with(shortened(p.ownership.of[a]), say(", before the first run")), []plan.Kind{plan.BucketOwnership}, false})
	}
	for _, a := range p.tasks.accounts {
		out = append(out, step{a, say("makes the locations and the task of ").with(shortened(p.tasks.of[a])),
			[]plan.Kind{plan.LogPolicy, plan.LogGroup, plan.DataSyncLocation, plan.DataSyncTask}, false})
	}
	out = append(out, r.formers()...)
	for _, a := range p.tasks.accounts {
		out = append(out, step{account: a, does: say("starts the runs; xacct proves before that the objects will belong to the owner of the destination")})
	}
	return out
}

// tearDown are the steps of a tear-down: tasks and locations, then the policies of others, then roles.
func (r *report) tearDown() []step {
	p := r.parts()
	var out []step
	for _, a := range p.tasks.accounts {
		out = append(out, step{a, say("deletes the locations and the task of ").with(shortened(p.tasks.of[a])),
			[]plan.Kind{plan.LogPolicy, plan.LogGroup, plan.DataSyncLocation, plan.DataSyncTask}, false})
	}
	for _, a := range p.policies.accounts {
		out = append(out, step{a, say("takes the statements out of the policies of ").with(shortened(p.policies.of[a])), []plan.Kind{plan.BucketPolicy, plan.KeyPolicy}, false})
	}
	for _, a := range p.ownership.accounts {
		out = append(out, step{a, say("puts back the Object Ownership of ").with(shortened(p.ownership.of[a])), []plan.Kind{plan.BucketOwnership}, false})
	}
	for _, a := range p.enforced.accounts {
		out = append(out, step{account: a, does: say("keeps BucketOwnerEnforced on ").with(shortened(p.enforced.of[a]), say(", which this plan does not put back"))})
	}
	out = append(out, r.formers()...)
	for _, a := range p.roles.accounts {
		out = append(out, step{a, say("deletes the roles ").with(shortened(p.roles.of[a]), say(", once no policy names them")), []plan.Kind{plan.IAMRole}, false})
	}
	return out
}

// formers are the steps about what the transfers used before, as far as the plan knows of any.
func (r *report) formers() []step {
	var p places
	kinds := map[string][]plan.Kind{}
	for _, c := range r.Changes {
		if c.Former && c.Op != plan.NoOp {
			p.add(c.Account, c.Name)
			if !slices.Contains(kinds[c.Account], c.Kind) {
				kinds[c.Account] = append(kinds[c.Account], c.Kind)
			}
		}
	}
	var out []step
	for _, a := range p.accounts {
		out = append(out, step{a, say("takes away what the transfers used before: ").with(shortened(p.of[a])), kinds[a], true})
	}
	return out
}

// parts are what the transfers need in each account.
type parts struct{ roles, policies, ownership, enforced, tasks places }

func (r *report) parts() *parts {
	p := &parts{}
	for _, t := range r.Transfers {
		p.tasks.add(t.TaskAccount, t.Name)
		for _, side := range transfer.Sides {
			e := t.End(side)
			if e.OwnsRole {
				p.roles.add(t.TaskAccount, e.RoleName)
			}
			if len(t.BucketStatements(side)) > 0 {
				p.policies.add(e.Account, "bucket "+e.Bucket)
			}
			switch _, back := r.Settings.Ownership[e.Bucket]; {
			case side != plan.DestinationSide || !e.DisableACLs:
			case r.Mode == plan.TearDown && !back:
				p.enforced.add(e.Account, "bucket "+e.Bucket)
			default:
				p.ownership.add(e.Account, "bucket "+e.Bucket)
			}
		}
		for _, k := range t.Keys {
			if t.RemoteKey(k.ARN) {
				p.policies.add(k.Account(), "key "+transfer.KeyName(k.ARN))
			}
		}
	}
	return p
}

// byRole reports whether a policy names a role as principal, so that the role must be there first.
func (r *report) byRole() bool {
	return slices.ContainsFunc(r.Transfers, func(t *transfer.Transfer) bool { return t.NamesRole() })
}
