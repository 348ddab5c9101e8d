package review

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/plan"
)

// kindWords are the kinds of resources in words.
var kindWords = map[plan.Kind]string{plan.IAMRole: "role", plan.BucketPolicy: "policy of bucket", plan.KeyPolicy: "policy of key",
	plan.BucketOwnership: "Object Ownership of bucket", plan.LogPolicy: "resource policy of CloudWatch Logs", plan.LogGroup: "log group",
	plan.DataSyncLocation: "location", plan.DataSyncTask: "task"}

// changes lists what is done in each account.
func (r *report) changes() {
	r.heading("What changes")
	account, same := "", 0
	var items []item
	flush := func() {
		if len(items) == 0 {
			return
		}
		title := say("Account ", account)
		if r.ownsTasks(account) {
			title = say("Account ", account, " (task account)")
		}
		r.subheading(title)
		r.list(bullets, items)
		items = nil
	}
	for _, c := range r.Changes {
		if c.Op == plan.NoOp {
			same++
			continue
		}
		if c.Account != account {
			flush()
			account = c.Account
		}
		items = append(items, changeItem(c))
	}
	flush()
	if account == "" {
		r.paragraph(say("Nothing."))
	}
	if same > 0 {
		r.paragraph(say(plural(same, "resource") + " as wanted already: nothing is done there."))
	}
}

func (r *report) ownsTasks(account string) bool {
	for _, t := range r.Transfers {
		if t.TaskAccount == account {
			return true
		}
	}
	return false
}

// changeItem is one change, with the settings that it brings and why it is held back.
func changeItem(c derived.Change) item {
	it := item{mark: opMarks[c.Op], line: say(kindWords[c.Kind]+" ", c.Name)}
	if c.Region != "" {
		it.line = it.line.with(say(" in ", c.Region))
	}
	if c.Former {
		it.line = it.line.with(say(", which the transfer used before"))
	}
	switch c.Hold {
	case plan.Handover:
		it.line = it.line.with(say(": "), bold("handed over"), say(" to the operator of account ", c.Account))
	case plan.Reported:
		it.line = it.line.with(say(": "), bold("done by report"))
		it.below = append(it.below, item{line: say("Why: ").with(quote(c.Reason))})
	case plan.Blocked:
		it.line = it.line.with(say(": "), bold("held back"))
		it.below = append(it.below, item{line: say("Why: ").with(quote(c.Reason))})
	}
	switch {
	case c.Kind == plan.BucketOwnership:
		it.below = append(it.below, item{line: ownership(c)})
	case c.Role != nil || c.Policy != nil: // its statements are listed on their own
	case c.Op == plan.Create || c.Op == plan.Update || c.Op == plan.Replace:
		it.below = append(it.below, settings(c)...)
	}
	return it
}

func ownership(c derived.Change) line {
	if c.Before == "" {
		return say("becomes ", c.After, ", unless it is already")
	}
	return say("becomes ", c.After, "; it is ", c.Before)
}

// settings are the members of a record that are set or changed, a line each. Names and tags that xacct makes up say nothing to a reader.
func settings(c derived.Change) []item {
	var before, after map[string]json.RawMessage
	if json.Unmarshal([]byte(c.After), &after) != nil {
		return nil
	}
	_ = json.Unmarshal([]byte(c.Before), &before) // what was there is the plan's word: unreadable is none
	var out []item
	if c.Kind == plan.DataSyncTask && before == nil && after["Mode"] == nil {
		after["Mode"] = json.RawMessage(strconv.Quote(string(dstypes.TaskModeEnhanced))) // the default of a new task
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		was, now := string(before[key]), string(after[key])
		if was == now || was == "" && slices.Contains([]string{"Name", "URI", "Tags", "Source", "Destination"}, key) {
			continue
		}
		l := say("", key, ": ", member(now))
		if was != "" {
			l = l.with(say(", before ", member(was)))
		}
		out = append(out, item{line: l})
	}
	return out
}

// member is the value of a member of a record, a string without its quotes.
func member(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil {
		return s
	}
	var v any
	if json.Unmarshal([]byte(value), &v) != nil {
		return value
	}
	flat, err := json.Marshal(v)
	if err != nil {
		return value
	}
	return string(flat)
}
