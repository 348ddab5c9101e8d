package apply

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy"
)

// compare says how a policy that was read after a write differs from what was sent. ours are the Sids that we can have in it, ids maps the unique IDs
// of the roles that are known to their ARNs. A unique ID that nobody knows in a statement of somebody else is the same principal, not yet resolved.
// In a statement of ours it may be that, but where the role's own ID is known, the other ID is another principal.
func compare(ours []string, sent, got policy.Document, ids map[string]string) guard.Difference {
	rest := slices.Collect(got.All())
	var d guard.Difference
	i := 0
	for st := range sent.All() {
		i++
		j := slices.IndexFunc(rest, func(g policy.Statement) bool { return g.EqualWith(st, ids) })
		if j < 0 {
			j = slices.IndexFunc(rest, func(g policy.Statement) bool { return unresolved(g, ids) && skeleton(g) == skeleton(st) })
			if j >= 0 && slices.Contains(ours, st.Sid()) {
				d.Other = another(d.Other, st, rest[j], ids)
			}
		}
		if j < 0 {
			d.Missing = append(d.Missing, text.SidOr(st.Sid(), i))
			continue
		}
		if slices.Contains(ours, st.Sid()) {
			principals, _ := rest[j].Principals()
			for _, p := range principals {
				if arn := ids[p.Value()]; arn != "" {
					d.Shown = appendNew(d.Shown, arn)
				}
			}
		}
		rest = slices.Delete(rest, j, j+1)
	}
	for _, st := range rest {
		mine := strings.HasPrefix(st.Sid(), transfer.SidPrefix) || st.Sid() == bucket.TutorialSid && slices.Contains(ours, st.Sid())
		if mine && !slices.Contains(d.Missing, st.Sid()) {
			d.Missing = append(d.Missing, st.Sid())
		}
	}
	return d
}

// another adds to o that got stands in place of the statement that was sent, with other principals.
func another(o *guard.Other, sent, got policy.Statement, ids map[string]string) *guard.Other {
	if o == nil {
		o = &guard.Other{}
	}
	named := func(st policy.Statement) []string {
		var out []string
		principals, _ := st.Principals()
		for _, p := range principals {
			out = append(out, cmp.Or(ids[p.Value()], p.Value()))
		}
		return out
	}
	before, after := named(sent), named(got)
	for _, arn := range before {
		if slices.Contains(after, arn) {
			continue
		}
		o.Sent = appendNew(o.Sent, arn)
		known := slices.Contains(slices.Collect(maps.Values(ids)), arn)
		o.Certain = o.Certain || known
	}
	for _, id := range after {
		if !slices.Contains(before, id) {
			o.Got = appendNew(o.Got, id)
		}
	}
	o.Statements = appendNew(o.Statements, sent.Sid())
	return o
}

// appendNew appends the value unless it is there.
func appendNew(list []string, v string) []string {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// unresolved reports whether a principal is a unique id that nobody knows.
func unresolved(st policy.Statement, ids map[string]string) bool {
	principals, _ := st.Principals()
	return slices.ContainsFunc(principals, func(p policy.Principal) bool { return desired.UniqueID(p.Value()) && ids[p.Value()] == "" })
}

// skeleton is a statement without its principals.
func skeleton(st policy.Statement) string {
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	var conditions []string
	for _, c := range st.Conditions() {
		conditions = append(conditions, strings.ToLower(c.Operator()+"|"+c.Key())+"|"+strings.Join(slices.Sorted(slices.Values(c.Values())), ","))
	}
	lower := map[string]bool{}
	for _, a := range actions {
		lower[strings.ToLower(a)] = true
	}
	slices.Sort(conditions)
	return fmt.Sprint(st.Effect(), st.Sid(), notAction, slices.Sorted(maps.Keys(lower)), notResource, slices.Sorted(slices.Values(resources)), conditions)
}
