package authz

import "slices"

// matchesAction reports whether the statement is about the action, which is in lower case.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
func (s *statement) matchesAction(action string) bool {
	for i := range s.actions {
		if s.actions[i].match(action) {
			return !s.notAction
		}
	}
	return s.notAction
}

// resource decides whether the statement is about the resource. If ok is false it is not, else it is if the clauses hold.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
func (j *judge) resource(s *statement, layer Layer) (clauses []clause, ok bool) {
	switch {
	case !s.hasResource:
		// Trust policies have no Resource. In other policies that is not in the grammar: an Allow allows nothing, a Deny denies everything.
		return nil, layer == Resource || s.deny
	case s.oddResource && !s.deny:
		return nil, false
	case s.anyResource:
		return nil, !s.notResource
	}
	var either clause
	for i := range s.resources {
		p := &s.resources[i]
		t, l := j.matchesPattern(p)
		switch {
		case t == no:
		case t == yes:
			return nil, !s.notResource
		case s.notResource:
			clauses = append(clauses, clause{l.negated()})
		default:
			either = append(either, l)
		}
	}
	if s.notResource {
		return clauses, true
	}
	if len(either) > 0 {
		return []clause{either}, true
	}
	return nil, false
}

// matchesPattern decides whether the pattern matches the request's resource. If the truth is maybe, the literal gives the answer.
func (j *judge) matchesPattern(p *pattern) (truth, literal) {
	text := j.request.Resource
	if len(p.keys) == 0 {
		return truthOf(j.work.match(&p.glob, text)), literal{}
	}
	if keys := j.openVariables(p); len(keys) > 0 {
		if !p.hit(text, j.matching(j.resolveLoosely)) {
			return no, literal{}
		}
		holds := func(resolve func(*pattern) (glob, bool)) bool { return p.hit(text, j.matching(resolve)) }
		if len(keys) > 1 {
			return maybe, literal{atom: j.addFree("resource "+p.source, keys)}
		}
		return maybe, literal{atom: j.addVariable(keys[0], holds, p, text)}
	}
	return truthOf(p.hit(text, j.matching(j.resolve))), literal{}
}

// conditions adds the undecided conditions of the statement to clauses. It returns false if a condition does not hold.
func (j *judge) conditions(s *statement, clauses []clause) ([]clause, bool) {
	if s.invalid { // no service accepts it: an Allow allows nothing, a Deny applies without regard to that condition
		if !s.deny {
			return nil, false
		}
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if c.op.family == noOperator {
			continue
		}
		switch t, l := j.condition(c); t {
		case no:
			return nil, false
		case maybe:
			clauses = append(clauses, clause{l})
		}
	}
	return clauses, true
}

// condition decides one condition. If the truth is maybe, the literal gives the answer.
func (j *judge) condition(c *condition) (truth, literal) {
	values, s := j.facts.key(c.key)
	var open []string // keys of variables that are unknown
	if s != absent {
		for i := range c.patterns {
			if p := &c.patterns[i]; len(p.keys) > 0 {
				open = append(open, j.openVariables(p)...)
			}
		}
		open = unique(open)
	}
	switch {
	case s == unknown && len(open) == 0:
		return maybe, literal{atom: j.addCondition(c)}
	case s == unknown:
		return maybe, j.freeCondition(c, unique(append(open, c.key)))
	case len(open) == 0:
		return truthOf(c.holds(values, s == present, j.matching(j.resolve))), literal{}
	}
	least := c.holds(values, s == present, j.matching(j.resolve))
	most := c.holds(values, s == present, j.matching(j.resolveLoosely))
	switch {
	case least == most:
		return truthOf(least), literal{}
	case len(open) > 1:
		return maybe, j.freeCondition(c, open)
	}
	holds := func(resolve func(*pattern) (glob, bool)) bool {
		return c.holds(values, s == present, j.matching(resolve))
	}
	n := j.addVariable(open[0], holds, nil, "")
	for i := range c.patterns {
		for _, v := range values {
			j.atoms[n].addHoles(&c.patterns[i], open[0], v, j)
		}
	}
	return maybe, literal{atom: n}
}

func (j *judge) matching(resolve func(*pattern) (glob, bool)) matching {
	return matching{resolve, j.work}
}

// resolve returns the glob of the pattern with its variables replaced. A pattern with an unknown variable matches nothing.
func (j *judge) resolve(p *pattern) (glob, bool) {
	for _, key := range p.keys {
		if _, s := j.variableState(key); s == unknown {
			return glob{}, false
		}
	}
	return p.resolve(j.variable)
}

func (j *judge) resolveLoosely(p *pattern) (glob, bool) { return p.loosely(j.variableState) }

// variable returns the value of a key as a variable; false if it is unknown or absent. A key with several values cannot be a variable.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (j *judge) variable(key string) (string, bool) {
	text, s := j.variableState(key)
	return text, s == present
}

func (j *judge) variableState(key string) (string, state) {
	v, s := j.facts.key(key)
	if s == present && len(v) != 1 {
		return "", absent
	}
	if s != present {
		return "", s
	}
	return v[0], present
}

// openVariables returns the unknown keys among the variables of a pattern.
func (j *judge) openVariables(p *pattern) []string {
	var open []string
	for _, key := range p.keys {
		if _, s := j.facts.key(key); s == unknown {
			open = append(open, key)
		}
	}
	return unique(open)
}

// unique sorts the keys and leaves each in once.
func unique(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
