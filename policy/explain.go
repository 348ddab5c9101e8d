package policy

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/text"
)

// Explain says in one line of English what the statement does: who may or may not do what, to what, and when. It is "" for the zero
// Statement. What is not printed as itself is escaped.
func (s Statement) Explain() string {
	if s.n == nil {
		return ""
	}
	parts := s.parts()
	line := strings.Join(parts.who, ", ")
	if s.n.index.deny {
		line += " may not "
	} else {
		line += " may "
	}
	line += strings.Join(parts.what, ", ")
	if len(parts.where) > 0 {
		line += " on " + strings.Join(parts.where, ", ")
	}
	if len(parts.when) > 0 {
		line += ", if " + strings.Join(parts.when, " and ")
	}
	if len(parts.other) > 0 {
		line += " (also has " + strings.Join(parts.other, ", ") + ")"
	}
	return text.Escape(line)
}

// parts holds the phrases of a statement in words.
type parts struct{ who, what, where, when, other []string }

func (s Statement) parts() parts {
	p := parts{who: []string{"the holder of this policy"}}
	ix := s.n.index
	if !ix.principal.isZero() {
		principals, not := s.Principals()
		p.who = nil
		for _, q := range principals {
			p.who = append(p.who, q.words())
		}
		p.who = phrases(p.who, not, "everyone")
	}
	actions, not := s.Actions()
	p.what = phrases(actions, not, "do anything")
	if !ix.resource.isZero() {
		resources, not := s.Resources()
		p.where = phrases(resources, not, "any resource")
	}
	for _, c := range s.Conditions() {
		slices.Sort(c.values) // the order of values has no meaning
		p.when = append(p.when, c.String())
	}
	if ix.unknown {
		eachMember(s.n.text, func(name, value []byte) {
			if order[unquoteNoCopy(name)] == 0 {
				p.other = append(p.other, unquote(name)+" "+string(compact(value)))
			}
		})
	}
	return p
}

// phrases replaces a star by the words in all, and turns a negated list into one phrase.
func phrases(values []string, not bool, all string) []string {
	for i, v := range values {
		switch {
		case v == "*" && !not:
			values[i] = all
		case v == "":
			values[i] = `""`
		}
	}
	if len(values) == 0 {
		values = []string{"none"}
	}
	if !not {
		return values
	}
	slices.Sort(values) // the order of values has no meaning
	return []string{all + " but " + strings.Join(values, ", ")}
}

// words names the principal in words.
func (p Principal) words() string {
	account, isRoot := strings.CutSuffix(p.value, ":root")
	switch {
	case p.value == "*":
		return "everyone"
	case p.kind == "AWS" && isAccount(p.value):
		return "account " + p.value
	case p.kind == "AWS" && isRoot && isAccount(account[strings.LastIndexByte(account, ':')+1:]):
		return "account " + account[strings.LastIndexByte(account, ':')+1:]
	case p.kind == "AWS" && IsUniqueID(p.value):
		return "unique id " + p.value
	case p.kind == "AWS":
		return p.value
	case p.kind == "CanonicalUser":
		return "canonical user " + p.value
	case p.kind == "Service":
		return "service " + p.value
	case p.kind == "Federated":
		return "identities of " + p.value
	}
	return p.kind + " " + p.value
}

// verbs gives, for each operator, the words between the key and the values of a condition.
var verbs = map[string]string{
	"StringEquals": "is", "StringNotEquals": "is not",
	"StringEqualsIgnoreCase": "is, in any letter case,", "StringNotEqualsIgnoreCase": "is not, in any letter case,",
	"StringLike": "is like", "StringNotLike": "is not like",
	"ArnEquals": "matches", "ArnLike": "matches", "ArnNotEquals": "does not match", "ArnNotLike": "does not match",
	"NumericEquals": "equals", "NumericNotEquals": "does not equal", "NumericLessThan": "is below", "NumericLessThanEquals": "is at most",
	"NumericGreaterThan": "is above", "NumericGreaterThanEquals": "is at least",
	"DateEquals": "is at", "DateNotEquals": "is not at", "DateLessThan": "is before", "DateLessThanEquals": "is not after",
	"DateGreaterThan": "is after", "DateGreaterThanEquals": "is not before",
	"Bool": "is", "Null": "is", "BinaryEquals": "is", "IpAddress": "is in", "NotIpAddress": "is not in",
}

// String returns the condition in words, such as "aws:SourceAccount is 111122223333". What is not printed as itself is escaped.
func (c Condition) String() string {
	base, ok := baseOperator(c.operator)
	values := make([]string, len(c.values))
	for i, v := range c.values {
		switch {
		case v == "":
			v = `""`
		case base == "Null" && strings.EqualFold(v, "true"):
			v = "absent"
		case base == "Null" && strings.EqualFold(v, "false"):
			v = "present"
		}
		values[i] = v
	}
	if len(values) == 0 {
		values = []string{"nothing"}
	}
	verb, known := verbs[base]
	or := " or "
	if strings.Contains(base, "Not") {
		or = " nor "
	}
	if !ok || !known {
		return text.Escape(shortName(c.operator) + " " + c.key + " " + strings.Join(values, or))
	}
	line := c.set() + c.key + " " + verb + " " + strings.Join(values, or)
	if strings.HasSuffix(c.operator, "IfExists") {
		line += " (or absent)"
	}
	return text.Escape(line)
}

// shortName returns the beginning of a name that is so long that it is none of AWS, and a short one as it is. Many texts may repeat it.
func shortName(name string) string {
	if len(name) <= longName {
		return name
	}
	at := longName
	for !utf8.RuneStart(name[at]) {
		at--
	}
	return name[:at] + "…"
}

// set returns the words for the set operator of the condition; "" if it has none.
func (c Condition) set() string {
	switch {
	case strings.HasPrefix(c.operator, "ForAnyValue:"):
		return "some value of "
	case strings.HasPrefix(c.operator, "ForAllValues:"):
		return "every value of "
	}
	return ""
}
