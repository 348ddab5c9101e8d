package apply

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// stale reports what is ours and was changed since the plan was made, perhaps for a reason. What is as it was read or as it is desired is not stale,
// because an apply that was cut short leaves some of both. Where the plan could read nothing, nothing is known to have changed.
func (r *run) stale(ch, asked *plan.Change) error {
	if ch.Before == "" {
		return nil
	}
	if !sharedPolicy(ch) {
		if part, ok := r.changedSince(r.before(ch, asked.ARN), asked.Before, ch.After); ok {
			return &plan.StaleError{Change: ch.ID, Detail: part + " is neither as it was read nor as it is wanted"}
		}
		return nil
	}
	then, err := policy.Parse([]byte(ch.Before))
	if err != nil {
		return &plan.MismatchError{Change: ch.ID, Detail: text.OneLine(err)}
	}
	current, err := parseOrNone(asked.Before)
	if err != nil {
		return err
	}
	ids := r.known(then, current)
	for _, want := range r.wantedUnblocked.Statements(ch.ID) {
		was, stood := then.Statement(want.Sid())
		is, stands := current.Statement(want.Sid())
		gone := !stands && r.approved.Mode == plan.TearDown
		if stood && !gone && !(stands && (is.EqualWith(was, ids) || is.EqualWith(want, ids))) {
			return &plan.StaleError{Change: ch.ID, Detail: "statement " + want.Sid() + ", which is ours, was removed or changed since"}
		}
	}
	return nil
}

// before is how the resource of the change was read. If a twin has come in its place, because the resource itself is gone, it is how the twin was read:
// a tear-down deletes both.
func (r *run) before(ch *plan.Change, arn string) string {
	if ch.Op == plan.Delete && arn != ch.ARN {
		for _, twin := range r.approved.Changes {
			if twin.Op == plan.Delete && twin.Kind == ch.Kind && twin.ARN == arn {
				return twin.Before
			}
		}
	}
	return ch.Before
}

// changedSince names a part that is neither as it was nor as it is desired. In a tear-down nothing is desired.
func (r *run) changedSince(was, is, want string) (part string, changed bool) {
	before, now, after := partsOf(was), partsOf(is), partsOf(want)
	all := maps.Clone(before)
	maps.Copy(all, now)
	for _, part := range slices.Sorted(maps.Keys(all)) {
		have, there := now[part]
		_, wanted := after[part]
		switch {
		case samePart(have, before[part]):
		case wanted && samePart(have, after[part]):
		case !there && !wanted: // what is to go is gone
		default:
			return part, true
		}
	}
	return "", false
}

// partsOf returns the members of a record by their paths, and one level deeper for members that hold several things. Empty members are left out,
// because only older plans have them. A text that is not a record is one part.
func partsOf(text string) map[string]string {
	out := map[string]string{}
	if text == "" {
		return out
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil {
		return map[string]string{"it": text}
	}
	keep := func(path string, value json.RawMessage) {
		if !desired.EmptyMember(value) {
			out[path] = string(value)
		}
	}
	for name, value := range members {
		var inner map[string]json.RawMessage
		if slices.Contains([]string{"Policies", "Tags", "Options"}, name) && json.Unmarshal(value, &inner) == nil {
			for key, v := range inner {
				keep(name+"/"+key, v)
			}
			continue
		}
		keep(name, value)
	}
	return out
}

// samePart compares policies by their meaning, and everything else as text.
func samePart(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := policy.Parse([]byte(a))
	y, errY := policy.Parse([]byte(b))
	return errX == nil && errY == nil && x.Equal(y)
}

// parseOrNone returns the document in the text, the zero Document for "".
func parseOrNone(text string) (policy.Document, error) {
	if text == "" {
		return policy.Document{}, nil
	}
	return policy.Parse([]byte(text))
}
