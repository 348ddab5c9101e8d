package authz

import (
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/internal/memo"
)

// document is a policy document prepared for deciding. The policy.Document remembers it while somebody uses it; it is never changed.
type document struct {
	statements []statement
	paths      []pattern // ARNs in the document of roles with a path: see who.rolesAt
}

type statement struct {
	sid  string
	deny bool

	actions     []glob // lower case
	actionTexts []string
	notAction   bool

	resources    []pattern
	notResource  bool
	hasResource  bool
	anyResource  bool // one of the resources is "*"
	oddResource  bool // a resource is not in the grammar
	principals   []principal
	notPrincipal bool
	hasPrincipal bool

	conditions []condition
	invalid    bool // a condition has an operator that does not exist
}

type condition struct {
	operator   string // as written
	key        string // lower case
	shown      string // as written
	op         operator
	quantifier quantifier
	ifExists   bool
	values     []string

	patterns []pattern       // strings, ARNs, booleans
	exact    map[string]bool // the texts of many patterns without wildcards and variables; nil if there are few
	others   []int           // then the numbers of all other patterns
	numbers  []*big.Rat      // of numbers, dates, binaries and ranges only those that can be parsed
	dates    []time.Time     //
	binaries []string        //
	ranges   []netip.Prefix  //
	absent   []bool          // of Null
}

// principal is one entry of Principal or NotPrincipal.
type principal struct {
	kind      principalKind
	text      string // the value as written; of an account its id
	partition string // "" for an account id, which names no partition
	account   string
	name      string // name of a session's role
	session   string
}

// isIn reports whether the principal can be in the partition.
func (p *principal) isIn(partition string) bool { return p.partition == "" || p.partition == partition }

type principalKind uint8

const (
	everyone principalKind = iota
	wholeAccount
	roleARN
	sessionARN
	exactARN // a user, or another principal that only its exact ARN names
	roleID   // AROA…: unique id of a role, which may be deleted
	userID   // AIDA…
	canonical
	service
	other // federated users, and values that name nobody
)

// prepare returns the prepared form of d, which is remembered while somebody uses it.
func prepare(d policy.Document) *document {
	return memo.Get(d.Memo(memo.Key{}), func() *document { return compile(d) })
}

func compile(d policy.Document) *document {
	out := &document{statements: make([]statement, 0, d.Len())}
	variables := d.Version() == "2012-10-17" // in other documents ${…} is plain text
	for s := range d.All() {
		out.statements = append(out.statements, compileStatement(s, variables))
		out.paths = appendPaths(out.paths, &out.statements[len(out.statements)-1])
	}
	return out
}

func compileStatement(s policy.Statement, variables bool) statement {
	out := statement{sid: s.Sid(), deny: s.Effect() == "Deny"}
	var texts []string
	out.actionTexts, out.notAction = s.Actions()
	for _, text := range out.actionTexts {
		out.actions = append(out.actions, parsePattern(strings.ToLower(text), style{wild: true}).glob)
	}
	texts, out.notResource = s.Resources()
	out.hasResource = len(texts) > 0
	for _, text := range texts {
		out.anyResource = out.anyResource || text == "*"
		if isOddResource(text, variables) {
			out.oddResource = true
			if out.deny && out.notResource { // an odd resource in NotResource exempts nothing
				continue
			}
		}
		out.resources = append(out.resources, parsePattern(text, style{wild: true, variables: variables, colons: inResource}))
	}
	var named []policy.Principal
	named, out.notPrincipal = s.Principals()
	out.hasPrincipal = len(named) > 0
	for _, p := range named {
		out.principals = append(out.principals, parsePrincipal(p.Type(), p.Value()))
	}
	for _, c := range s.Conditions() {
		out.conditions = append(out.conditions, compileCondition(c, variables))
		out.invalid = out.invalid || out.conditions[len(out.conditions)-1].op.family == noOperator
	}
	return out
}

// isOddResource reports whether a resource has a wildcard in its service or a variable before its fifth colon, which no service accepts.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func isOddResource(text string, variables bool) bool {
	if i := strings.Index(text, "${"); variables && i >= 0 && strings.Count(text[:i], ":") < 5 {
		return true
	}
	parts := strings.SplitN(text, ":", 4)
	return len(parts) > 2 && strings.ContainsAny(parts[2], "*?")
}

func compileCondition(c policy.Condition, variables bool) condition {
	out := condition{operator: c.Operator(), shown: c.Key(), key: strings.ToLower(c.Key()), values: c.Values()}
	out.op, out.quantifier, out.ifExists = parseOperator(c.Operator())
	for _, text := range out.values {
		switch out.op.family {
		case strings_, arns, booleans:
			s := style{wild: out.op.wild, fold: out.op.fold, variables: variables && out.op.variables}
			if out.op.family == arns {
				s.colons = inARN
			}
			out.patterns = append(out.patterns, parsePattern(text, s))
		case numbers:
			out.numbers = appendIf(out.numbers, text, parseNumber)
		case dates:
			out.dates = appendIf(out.dates, text, parseDate)
		case binaries:
			out.binaries = appendIf(out.binaries, text, parseBinary)
		case addresses:
			out.ranges = appendIf(out.ranges, text, parseRange)
		case nulls:
			out.absent = appendIf(out.absent, text, parseBool)
		}
	}
	out.index()
	return out
}

// manyPatterns is the number of patterns of a condition from which plain texts are looked up in a map.
const manyPatterns = 16

func (c *condition) index() {
	if len(c.patterns) < manyPatterns {
		return
	}
	c.exact = map[string]bool{}
	for i := range c.patterns {
		switch p := &c.patterns[i]; {
		case p.never:
		case len(p.keys) == 0 && p.glob.exact:
			c.exact[p.glob.text] = true
		default:
			c.others = append(c.others, i)
		}
	}
}

// size is how many comparisons one value takes.
func (c *condition) size() int {
	n := 16*len(c.numbers) + len(c.dates) + len(c.binaries) + len(c.ranges) + 1 // numbers are exact fractions
	if c.exact != nil {
		return n + len(c.others)
	}
	return n + len(c.patterns)
}

// appendIf appends the value of text if it can be read. A value that cannot be read matches nothing.
func appendIf[T any](to []T, text string, read func(string) (T, bool)) []T {
	if v, ok := read(text); ok {
		return append(to, v)
	}
	return to
}

// parsePrincipal parses one principal. It never fails: a value that it does not understand names nobody.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func parsePrincipal(kind, text string) principal {
	p := principal{text: text}
	switch {
	case kind == "*", kind == "AWS" && text == "*":
		p.kind = everyone
	case kind == "Service":
		p.kind = service
	case kind == "CanonicalUser":
		p.kind = canonical
	case kind != "AWS":
		p.kind = other
	case region.ValidAccount(text):
		p.kind, p.account = wholeAccount, text
	case strings.HasPrefix(text, "AROA") && !strings.Contains(text, ":"):
		p.kind = roleID
	case strings.HasPrefix(text, "AIDA") && !strings.Contains(text, ":"):
		p.kind = userID
	default:
		p.kind = exactARN
		a, ok := region.ParseARN(text)
		p.partition = a.Partition
		kind, rest, _ := strings.Cut(a.Resource, "/")
		switch {
		case !ok:
			p.kind = other
		case a.Service == "iam" && a.Resource == "root":
			p.kind, p.account = wholeAccount, a.Account
		case a.Service == "iam" && kind == "role":
			p.kind, p.account = roleARN, a.Account
		case a.Service == "sts" && kind == "assumed-role":
			p.kind, p.account = sessionARN, a.Account
			p.name, p.session, _ = strings.Cut(rest, "/")
		}
	}
	return p
}

// appendPaths appends the ARNs of roles with a path that the statement contains.
func appendPaths(to []pattern, s *statement) []pattern {
	note := func(p pattern) {
		_, rest, found := strings.Cut(p.source, "role/")
		if found && strings.Contains(rest, "/") && len(p.keys) == 0 && !p.never {
			to = append(to, p)
		}
	}
	for _, p := range s.principals {
		if p.kind == roleARN {
			note(parsePattern(p.text, style{}))
		}
	}
	for i := range s.conditions {
		if s.conditions[i].key == keyPrincipalARN {
			for _, p := range s.conditions[i].patterns {
				note(p)
			}
		}
	}
	return to
}

// rolesAt returns the possible ARNs of the session's role: with the path "/", and with each path that a document gives to a role of this
// name.
func (w *who) rolesAt(documents []*document) map[string]bool {
	at := map[string]bool{w.roleARN: true}
	for _, d := range documents {
		for i := range d.paths {
			g := &d.paths[i].glob
			_, rest, _ := strings.Cut(d.paths[i].source, "role/")
			path := strings.NewReplacer("*", "x", "?", "x").Replace(rest[:strings.LastIndexByte(rest, '/')+1])
			arn := region.Role(w.partition, w.account, "/"+path, w.role)
			if g.match(arn) && !g.match(w.roleARN) {
				at[arn] = true
			}
		}
	}
	return at
}
