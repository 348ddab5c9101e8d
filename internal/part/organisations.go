package part

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// A finding rests on all policies that decide together. Its words may name a statement of the account's own bucket, and ask for what the condition of
// another account's SCP depends on. What only the organisations of others have is therefore looked for in the words themselves.

// quoted is what findings may quote of a statement in an SCP or RCP of another account, without what the account has too.
type quoted struct {
	actions   []string
	notAction bool              // the statement is about all actions but these
	statement string            // in words: statement "Sid"; "" is none
	words     []string          // condition keys and their values, in lower case
	objects   []string          // the parts of resources that name objects, in lower case
	patterns  []verdict.Pattern // of a Deny
}

// own is what the account has itself.
type own struct {
	text     string          // the policies that it keeps, in lower case
	names    map[string]bool // of the transfers of its part, in lower case
	patterns map[string]bool // the names of those of its Deny statements
}

// ownOf collects what the account has: the policies that the part shows it, and the names of its transfers.
func ownOf(part *planner.Plan) *own {
	o := &own{names: map[string]bool{}, patterns: map[string]bool{}}
	docs := append(allOf(part.Settings.SCPs), allOf(part.Settings.RCPs)...)
	var b strings.Builder
	for _, c := range part.Changes {
		for _, s := range []string{c.Before, c.After, string(c.Add.Bytes())} {
			b.WriteString(strings.ToLower(s) + "\n")
			if d, err := policy.Parse([]byte(s)); err == nil {
				docs = append(docs, d)
			}
		}
	}
	for _, d := range docs {
		b.WriteString(strings.ToLower(string(d.Bytes())) + "\n")
		for st := range d.All() {
			if st.Effect() == "Deny" {
				for _, p := range verdict.PatternsOf(st) {
					o.patterns[p.Name] = true
				}
			}
		}
	}
	for _, t := range part.Transfers {
		for _, name := range slices.Concat(namesOf(t), t.Operators) {
			o.names[strings.ToLower(name)] = true
		}
		for _, side := range transfer.Sides {
			e := t.End(side)
			for _, name := range append(strings.Split(e.Prefix, "/"), e.Prefix, e.Region, e.DataSyncRole) {
				o.names[strings.ToLower(name)] = true
			}
		}
	}
	o.text = b.String()
	return o
}

// has reports whether the account has the text, as a name or as a whole string of a policy.
func (o *own) has(s string) bool {
	s = strings.ToLower(s)
	return o.names[s] || strings.Contains(o.text, strconv.Quote(s))
}

// quotedOf collects what findings may quote of each statement of the documents, which are not the account's.
func quotedOf(docs []policy.Document, mine *own) []*quoted {
	var out []*quoted
	for _, d := range docs {
		for st := range d.All() {
			q := &quoted{}
			q.actions, q.notAction = st.Actions()
			add := func(to *[]string, s string) {
				for _, form := range []string{s, text.Escape(s)} { // as in DependsOn, and as in Detail
					if form = strings.ToLower(form); form != "" && !mine.has(s) && !slices.Contains(*to, form) {
						*to = append(*to, form)
					}
				}
			}
			if sid := st.Sid(); sid != "" && !mine.has(sid) {
				q.statement = "statement " + strconv.Quote(sid)
			}
			for _, c := range st.Conditions() {
				add(&q.words, c.Key())
				for _, v := range c.Values() {
					if len(v) > len("false") { // shorter ones are words of other findings too, and stand beside their key
						add(&q.words, v)
					}
				}
			}
			for _, m := range variables.FindAllStringSubmatch(string(st.Bytes()), -1) {
				add(&q.words, m[1])
			}
			resources, _ := st.Resources()
			for _, r := range resources {
				_, object, _ := strings.Cut(r, "/")
				for _, part := range strings.FieldsFunc(object, func(r rune) bool { return strings.ContainsRune("/*?", r) }) {
					add(&q.objects, part)
				}
			}
			if st.Effect() == "Deny" {
				q.patterns = slices.DeleteFunc(verdict.PatternsOf(st), func(p verdict.Pattern) bool { return mine.patterns[p.Name] })
			}
			out = append(out, q)
		}
	}
	return out
}

// variables finds the keys of policy variables.
var variables = regexp.MustCompile(`\$\{([^},]+)`)

// about reports whether the statement is about one of the actions; true if there are none to ask for.
func (q *quoted) about(actions []string) bool {
	return len(actions) == 0 || slices.ContainsFunc(actions, func(a string) bool {
		return slices.ContainsFunc(q.actions, func(p string) bool {
			match, err := path.Match(strings.ToLower(p), strings.ToLower(a)) // no action has a slash
			return match || err != nil
		}) != q.notAction
	})
}

// anyIn reports whether the finding quotes one of the statements.
func anyIn(quotes []*quoted, f plan.Finding) bool {
	said := strings.Join(slices.Concat([]string{f.Detail, f.Remedy}, f.DependsOn, f.Proposal), "\n")
	lower := strings.ToLower(said)
	if f.Subject != "" {
		lower = strings.ReplaceAll(lower, strings.ToLower(f.Subject), "")
	}
	var objects []string
	for _, d := range f.DependsOn {
		if _, at, ok := strings.Cut(strings.ToLower(d), "objects "); ok {
			objects = append(objects, at)
		}
	}
	return slices.ContainsFunc(quotes, func(q *quoted) bool {
		return q.about(f.Actions) && (q.statement != "" && strings.Contains(said, q.statement) ||
			slices.ContainsFunc(q.words, func(w string) bool { return holds(lower, w) }) ||
			slices.ContainsFunc(objects, func(at string) bool {
				return slices.ContainsFunc(q.objects, func(o string) bool { return holds(at, o) })
			}) || slices.ContainsFunc(q.patterns, func(p verdict.Pattern) bool { return p.Explains(f.Detail) }))
	})
}

// holds reports whether the text has the word, with no letter, digit, hyphen or underscore around it.
func holds(text, word string) bool {
	inner := func(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") != s }
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(word)
		if !inner(text[max(0, i-1):i]) && !inner(text[end:min(len(text), end+1)]) {
			return true
		}
		at = i + 1
	}
}

// numberedOf finds statements of organisations' policies that have no Sid.
var numberedOf = regexp.MustCompile(`statement [0-9]+ of the (SCP|RCP)`)

// keeperOf finds whose organisation a remedy turns to.
var keeperOf = regexp.MustCompile(`the organisation of account ([0-9]+)`)

// organisations reports whether policies of somebody else's organisation decide, alone or with others: SCPs of the task account, or RCPs of the account
// of the finding.
func (o *others) organisations(f plan.Finding) bool {
	named := numberedOf.FindAllStringSubmatch(strings.Join([]string{f.Statement, f.Detail, f.Remedy}, "\n"), -1)
	numbered := func(layer string) bool {
		return slices.ContainsFunc(named, func(m []string) bool { return m[1] == layer })
	}
	keeper := o.owners[f.Transfer]
	if f.Code == plan.CodeLockout { // it is about whoever writes the policy in the finding's account
		keeper = f.Account
	}
	scp, rcp := o.scps[f.Statement] || numbered("SCP"), o.rcps[f.Statement] || numbered("RCP")
	if scp && keeper != o.account || rcp && f.Account != o.account {
		return true
	}
	for _, m := range keeperOf.FindAllStringSubmatch(f.Remedy, -1) {
		if m[1] != o.account {
			return true
		}
	}
	return anyIn(o.quoted, f)
}

// untold and besides are the details of a finding whose own one is for others: alone, or with a statement that the account has itself.
const (
	untold  = "what decides lies with others, and is not told in this part of the plan"
	besides = "decides together with what lies with others, which is not told in this part of the plan"
)

// withheld is the finding without its words. It keeps its place, and what the account has itself: its statement, and proposals that quote nobody else.
func (o *others) withheld(f plan.Finding) plan.Finding {
	if mentions(f.Subject, o.names) {
		f.Subject = ""
	}
	if f.Account != o.account || !o.own.has(f.Statement) || o.scps[f.Statement] || o.rcps[f.Statement] {
		f.Statement = ""
	}
	f.Detail = untold
	if f.Statement != "" {
		f.Detail = text.Escape(text.Statement(f.Statement) + " " + besides)
	}
	f.Remedy, f.DependsOn, f.Proposal = "ask whoever made the plan", nil, o.ownProposals(f)
	return f
}

// ownProposals are those for a statement that the finding still names.
func (o *others) ownProposals(f plan.Finding) []string {
	var out []string
	for _, p := range f.Proposal {
		d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + p + `]}`))
		if err != nil || f.Statement == "" {
			continue
		}
		if _, ok := d.Statement(f.Statement); ok && !anyIn(o.quoted, plan.Finding{Proposal: []string{p}, Subject: f.Subject, Actions: f.Actions}) {
			out = append(out, p)
		}
	}
	return out
}

// allOf are the documents of all accounts but those that are left out.
func allOf(policies map[string][][]policy.Document, but ...string) []policy.Document {
	var out []policy.Document
	for account, levels := range policies {
		if !slices.Contains(but, account) {
			out = append(out, slices.Concat(levels...)...)
		}
	}
	return out
}
