package authz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// Explain says for every statement of every given policy whether it applies and why, in the order of the layers. It leaves out policies
// that do not count for this caller, such as SCPs for a service principal. It is nil for the zero Decision.
func (d Decision) Explain() []Match {
	if d.input == nil {
		return nil
	}
	r := d.input.request
	r.Action, r.Resource = d.action, d.resource
	j := newJudge(&r, &d.input.policies).about()
	var out []Match
	each := func(at ref, d policy.Document) {
		if d.IsZero() {
			return
		}
		for i, s := range prepare(d).statements {
			at.statement, at.at = i, &s
			out = append(out, j.match(at))
		}
	}
	p := j.policies
	levels := func(layer Layer, all [][]policy.Document) {
		for i, level := range all {
			for n, d := range level {
				each(ref{layer: layer, level: i, document: n}, d)
			}
		}
	}
	if j.underSCPs {
		levels(SCP, p.SCPs)
	}
	if j.underRCPs {
		levels(RCP, p.RCPs)
	}
	each(ref{layer: Resource}, p.Resource)
	if j.who.hasIdentity() {
		for n, d := range p.Identity {
			each(ref{layer: Identity, document: n}, d)
		}
		each(ref{layer: Boundary}, p.Boundary)
		each(ref{layer: Session}, p.Session)
	}
	return out
}

// String describes the match in one line, for example: resource policy, statement 2 "DenyOld" (Deny) applies: … Unlike the fields, it counts from one.
func (m Match) String() string {
	var b strings.Builder
	b.WriteString(m.Layer.String())
	if m.Layer == SCP || m.Layer == RCP {
		fmt.Fprintf(&b, " at level %d", m.Level+1)
	}
	if m.Document > 0 || m.Document == 0 && m.Layer&(SCP|RCP|Identity) != 0 {
		fmt.Fprintf(&b, ", document %d", m.Document+1)
	}
	if m.Statement >= 0 {
		fmt.Fprintf(&b, ", statement %d", m.Statement+1)
		if m.Sid != "" {
			fmt.Fprintf(&b, " %q", m.Sid)
		}
		fmt.Fprintf(&b, " (%s) %s", m.Effect, m.Outcome)
	}
	return text.Escape(b.String() + ": " + m.Why)
}

// String returns the effect in the first line, and then the matches of Deciding and the layers not given, a line each.
func (d Decision) String() string {
	var b strings.Builder
	b.WriteString(d.Effect.String())
	if len(d.DependsOn) > 0 {
		b.WriteString(", depends on " + text.Escape(strings.Join(d.DependsOn, ", ")))
	}
	if d.Unread != 0 {
		b.WriteString(", depends on what was not read of: " + d.Unread.String())
	}
	for _, m := range d.Deciding {
		b.WriteString("\n  " + m.String())
	}
	if d.NotGiven != 0 {
		b.WriteString("\n  not given: " + d.NotGiven.String())
	}
	return b.String()
}

// match describes one statement, without regard to others.
func (j *judge) match(at ref) Match {
	m := Match{Layer: at.layer, Level: at.level, Document: at.document, Statement: at.statement}
	if at.at == nil {
		m.Why = "could not be read"
		return m
	}
	s := at.at
	m.Sid, m.Effect = s.sid, "Allow"
	if s.deny {
		m.Effect = "Deny"
	}
	m.Outcome, m.Keys, m.Why = j.inspect(s, at.layer)
	m.Why = text.Escape(m.Why)
	return m
}

// applied is match for a statement that is known to apply.
func (j *judge) applied(at ref) Match {
	m := Match{Layer: at.layer, Level: at.level, Document: at.document, Statement: at.statement, Sid: at.at.sid, Effect: "Allow", Outcome: Applies, Why: text.Escape(j.because(at.at))}
	if at.at.deny {
		m.Effect = "Deny"
	}
	return m
}

// inspect makes the checks of readStatement in the same order and says which one decides. The second result is the keys that a MayApply
// depends on, the third the reason.
func (j *judge) inspect(s *statement, layer Layer) (Outcome, []string, string) {
	if !s.deny && layer == RCP {
		return NotApplies, nil, "of RCPs only what they deny counts"
	}
	if !s.matchesAction(j.action) {
		return NotApplies, nil, "the action is " + notIn(s.actionTexts, s.notAction)
	}
	var open []clause
	clauses, ok := j.resource(s, layer)
	if !ok && s.oddResource {
		return NotApplies, nil, "a resource has a wildcard in its service, or a variable before its fifth colon"
	}
	if !ok {
		return NotApplies, nil, "the resource is " + notIn(sources(s.resources), s.notResource)
	}
	open = append(open, clauses...)
	by := claims{direct: claim{truth: yes}}
	if layer == Resource || layer == RCP {
		by = j.principal(s)
	} else if s.hasPrincipal && !s.deny {
		return NotApplies, nil, "such a policy has no Principal"
	}
	switch c := by.any(); {
	case by.isNo() && !s.hasPrincipal:
		return NotApplies, nil, "it has no Principal"
	case by.isNo():
		return NotApplies, nil, "the principal is " + notIn(principalTexts(s), s.notPrincipal)
	case c.truth == maybe:
		open = append(open, c.clauses...)
	}
	if s.deny && layer == Resource {
		switch j.spared() {
		case yes:
			return NotApplies, nil, "it cannot keep the root user of the bucket's account from the bucket policy"
		case maybe:
			open = append(open, clause{j.notOwn()})
		}
	}
	if clauses, ok = j.conditions(s, nil); !ok {
		return NotApplies, nil, j.failing(s)
	}
	open = append(open, clauses...)
	if len(open) == 0 {
		return Applies, nil, j.because(s)
	}
	keys := j.keysOf(open)
	return MayApply, keys, "depends on " + strings.Join(keys, ", ")
}

// keysOf returns the condition keys of the clauses, sorted.
func (j *judge) keysOf(clauses []clause) []string {
	var keys []string
	for _, c := range clauses {
		for _, l := range c {
			a := j.atoms[l.atom]
			for _, key := range append(slices.Clip(a.keys), a.key) {
				if key != "" {
					keys = append(keys, j.displayKey(key))
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// notIn puts into words that a value is not among texts or, for a Not element, that it is.
func notIn(texts []string, not bool) string {
	if not {
		return "exempt: " + some(texts)
	}
	return "not " + some(texts)
}

// some lists the first few texts and counts the rest.
func some(texts []string) string {
	if len(texts) == 0 {
		return "named"
	}
	if len(texts) > few {
		return fmt.Sprintf("%s or %d more", strings.Join(texts[:few], ", "), len(texts)-few)
	}
	return strings.Join(texts, ", ")
}

func sources(patterns []pattern) []string {
	out := make([]string, len(patterns))
	for i := range patterns {
		out[i] = patterns[i].source
	}
	return out
}

func principalTexts(s *statement) []string {
	out := make([]string, len(s.principals))
	for i, p := range s.principals {
		out[i] = p.text
	}
	return out
}

// because says why a statement applies: the matching action pattern, and the conditions.
func (j *judge) because(s *statement) string {
	if !s.notAction && len(s.conditions) == 0 {
		for i := range s.actions {
			if s.actions[i].match(j.action) {
				return "it is about " + s.actionTexts[i]
			}
		}
	}
	var b strings.Builder
	b.WriteString("it is about ")
	if s.notAction {
		b.WriteString("all actions but some")
	} else {
		i := slices.IndexFunc(s.actions, func(g glob) bool { return g.match(j.action) })
		b.WriteString(s.actionTexts[i])
	}
	for i := range s.conditions {
		b.WriteString("; " + j.value(&s.conditions[i]))
	}
	return b.String()
}

// failing says which condition of the statement does not hold.
func (j *judge) failing(s *statement) string {
	if s.invalid {
		for _, c := range s.conditions {
			if c.op.family == noOperator {
				return fmt.Sprintf("%q is not a condition operator", c.operator)
			}
		}
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.op.family != noOperator {
			if t, _ := j.condition(c); t == no {
				return j.value(c) + ", which does not hold"
			}
		}
	}
	return "a condition does not hold"
}

// value says what the key is and what the condition requires, for example: aws:SecureTransport is "false" (Bool "true").
func (j *judge) value(c *condition) string {
	b := make([]byte, 0, 96)
	b = append(b, c.shown...)
	switch values, s := j.facts.key(c.key); s {
	case present:
		b = appendQuoted(append(b, " is "...), values)
	case absent:
		b = append(b, " is absent"...)
	default:
		b = append(b, " is unknown"...)
	}
	b = append(append(b, " ("...), c.operator...)
	b = appendQuoted(append(b, ' '), c.values)
	return string(append(b, ')'))
}

// appendQuoted appends the first few texts in quotation marks and counts the rest.
func appendQuoted(b []byte, texts []string) []byte {
	for i, text := range texts {
		if i > 0 {
			b = append(b, ", "...)
		}
		if i == few {
			return append(strconv.AppendInt(append(b, "and "...), int64(len(texts)-few), 10), " more"...)
		}
		b = strconv.AppendQuote(b, text)
	}
	return b
}

// few is the number of texts that are listed before the rest is counted.
const few = 3
