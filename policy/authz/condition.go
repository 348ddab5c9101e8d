package authz

import "cmp"

// holds reports whether the condition holds for these values of its key; there is false if the key is absent. resolve turns the patterns
// that contain variables into globs.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (c *condition) holds(values []string, there bool, resolve func(*pattern) (glob, bool)) bool {
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
			if v != "" && c.hit(v, resolve) == c.op.negated { // set operators skip empty strings
				return false
			}
		}
		return true
	case c.quantifier == forAny:
		for _, v := range values {
			if v != "" && c.hit(v, resolve) != c.op.negated {
				return true
			}
		}
		return false
	}
	// A plain operator on a key with several values is not documented. Assumed: it matches if one of the values does.
	for _, v := range values {
		if c.hit(v, resolve) {
			return !c.op.negated
		}
	}
	return c.op.negated
}

func (p *pattern) hit(v string, resolve func(*pattern) (glob, bool)) bool {
	if len(p.keys) == 0 {
		return !p.never && p.glob.match(v)
	}
	g, ok := resolve(p)
	return ok && g.match(v)
}

// hit reports whether one value of the request matches one of the condition's values.
func (c *condition) hit(v string, resolve func(*pattern) (glob, bool)) bool {
	switch c.op.family {
	case strings_, arns, booleans:
		if c.op.family == booleans {
			if _, ok := parseBool(v); !ok {
				return false
			}
		}
		if c.exact == nil {
			for i := range c.patterns {
				if c.patterns[i].hit(v, resolve) {
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
			if c.patterns[i].hit(v, resolve) {
				return true
			}
		}
	case numbers:
		if n, ok := parseNumber(v); ok {
			for _, x := range c.numbers {
				if c.op.relation.compares(n.Cmp(x)) {
					return true
				}
			}
		}
	case dates:
		if t, ok := parseDate(v); ok {
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
