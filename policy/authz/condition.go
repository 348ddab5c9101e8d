package authz

import "cmp"

// matching is what comparing a pattern with a value needs.
type matching struct {
	resolve func(*pattern) (glob, bool) // turns a pattern that contains variables into a glob
	work    *work
}

// holds reports whether the condition holds for these values of its key; there is false if the key is absent.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (c *condition) holds(values []string, there bool, m matching) bool {
	switch {
	case c.op.family == nulls:
		for _, wanted := range c.absent {
			if wanted != there {
				return true
			}
		}
		return false
	case !there && c.ifExists: // assumed to apply after ForAnyValue too
		return true
	case c.quantifier == forAll:
		for _, v := range values {
			if v != "" && c.hit(v, m) == c.op.negated { // set operators skip empty strings
				return false
			}
		}
		return true
	case c.quantifier == forAny:
		for _, v := range values {
			if v != "" && c.hit(v, m) != c.op.negated {
				return true
			}
		}
		return false
	}
	// A plain operator on a key with several values is not documented. Assumed: it matches if one of the values does.
	for _, v := range values {
		if c.hit(v, m) {
			return !c.op.negated
		}
	}
	return c.op.negated
}

func (p *pattern) hit(v string, m matching) bool {
	if len(p.keys) == 0 {
		return !p.never && m.work.match(&p.glob, v)
	}
	g, ok := m.resolve(p)
	if !ok {
		return false
	}
	m.work.left -= len(g.tokens)
	return m.work.match(&g, v)
}

// hit reports whether one value of the request matches one of the condition's values.
func (c *condition) hit(v string, m matching) bool {
	switch c.op.family {
	case strings_, arns, booleans:
		if c.op.family == booleans {
			if _, ok := parseBool(v); !ok {
				return false
			}
		}
		if c.exact == nil {
			for i := range c.patterns {
				if c.patterns[i].hit(v, m) {
					return true
				}
			}
			return false
		}
		text := v
		if c.op.fold {
			text = lower(v)
		}
		if c.exact[text] {
			return true
		}
		for _, i := range c.others {
			if c.patterns[i].hit(v, m) {
				return true
			}
		}
	case numbers:
		if n, ok := m.work.number(v); ok {
			for _, x := range c.numbers {
				m.work.left -= len(v) / 4
				if c.op.relation.compares(n.Cmp(x)) {
					return true
				}
			}
		}
	case dates:
		if t, ok := m.work.date(v); ok {
			for _, x := range c.dates {
				if c.op.relation.compares(t.Compare(x)) {
					return true
				}
			}
		}
	case binaries:
		if b, ok := parseBinary(v); ok {
			for _, x := range c.binaries {
				if cmp.Compare(b, x) == 0 {
					return true
				}
			}
		}
	case addresses:
		if a, ok := parseAddress(v); ok {
			for _, x := range c.ranges {
				if x.Contains(a) {
					return true
				}
			}
		}
	}
	return false
}
