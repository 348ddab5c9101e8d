package desired

import (
	"cmp"
	"fmt"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// LogGroup is the log group that is made with the BASIC task of a transfer.
type LogGroup struct {
	Transfer *transfer.Transfer
	Account  string
	Region   string
	Spec     task.Log
	Tags     map[string]string

	Former bool // a task of the transfer had it, and the transfer no longer names it
	InUse  bool // of a former one: the task keeps it, because DataSync takes no log group off a task
}

// ARN is that of the group.
func (w LogGroup) ARN() string { return w.Spec.ARN(w.Account, w.Region) }

// ID is that of the group's change.
func (w LogGroup) ID() string {
	return transfer.ChangeID(w.Account, w.Region, plan.LogGroup, w.Spec.Name)
}

// Ours reports whether the observed group is the one that was made for this transfer; if not, the string says why not.
func (w LogGroup) Ours(s task.LogGroupState) (string, bool) {
	managed, owner := w.Transfer.TagKey(transfer.TagManagedBy), w.Transfer.TagKey(transfer.TagTransfer)
	switch {
	case s.Tags[managed] != transfer.ManagedBy:
		return "a log group of this name exists without the tag " + managed + "=" + transfer.ManagedBy, false
	case s.Tags[owner] != w.Transfer.Name:
		return "it belongs to transfer " + cmp.Or(s.Tags[owner], "(none)"), false
	}
	return "", true
}

// LogGroupDiff is what is to change on a log group.
type LogGroupDiff struct {
	Op             plan.Op
	Retention, Key bool
	Tags           map[string]string // to set
	Lines          []string          // the details of the change
}

// Diff compares the group with what was observed of it.
func (w LogGroup) Diff(s task.LogGroupState) LogGroupDiff {
	if !s.Exists {
		return LogGroupDiff{Op: plan.Create, Retention: w.Spec.RetentionDays != 0, Lines: []string{LogGroupSettings(w.Spec.RetentionDays, w.Spec.KMSKey)}}
	}
	d := LogGroupDiff{Op: plan.NoOp}
	if days := w.Spec.RetentionDays; days != 0 && days != s.RetentionDays {
		d.Retention = true
		d.Lines = append(d.Lines, fmt.Sprintf("retention %s → %s", Days(s.RetentionDays), Days(days)))
	}
	if key := w.Spec.KMSKey; key != "" && key != s.KMSKey {
		d.Key = true
		d.Lines = append(d.Lines, "key "+cmp.Or(s.KMSKey, "none")+" → "+key)
	}
	var lines []string
	d.Tags, lines = DiffTags(w.Tags, s.Tags)
	if d.Lines = append(d.Lines, lines...); len(d.Lines) > 0 {
		d.Op = plan.Update
	}
	return d
}

// LogGroupSettings says how long a log group keeps lines and how it is encrypted.
func LogGroupSettings(days int, key string) string {
	if key == "" {
		return "lines are kept " + Days(days) + ", without a key of its own"
	}
	return "lines are kept " + Days(days) + ", encrypted with " + key
}

// Days is a retention in words.
func Days(n int) string {
	if n == 0 {
		return "for ever"
	}
	return fmt.Sprintf("for %d days", n)
}

// logGroupRecord is a log group as text in a plan.
type logGroupRecord struct {
	Name          string
	RetentionDays int               `json:",omitempty"`
	KMSKey        string            `json:",omitempty"`
	Tags          map[string]string `json:",omitempty"`
}

// After is the group as the plan wants it, as text.
func (w LogGroup) After() string {
	return Record(logGroupRecord{Name: w.Spec.Name, RetentionDays: w.Spec.RetentionDays, KMSKey: w.Spec.KMSKey, Tags: w.Tags})
}

// Before is the observed group as text, with what the transfer sets on it; "" if it does not exist.
func (w LogGroup) Before(s task.LogGroupState) string {
	if !s.Exists {
		return ""
	}
	r := logGroupRecord{Name: w.Spec.Name, Tags: wantedTags(w.Tags, s.Tags)}
	if w.Spec.RetentionDays != 0 {
		r.RetentionDays = s.RetentionDays
	}
	if w.Spec.KMSKey != "" {
		r.KMSKey = s.KMSKey
	}
	return Record(r)
}

// LogGroupChange is the ID of the change of the log group that is made for the transfer; "" if none is.
func LogGroupChange(t *transfer.Transfer) string {
	if !t.MakesLogGroup() {
		return ""
	}
	return transfer.ChangeID(t.TaskAccount, t.Destination.Region, plan.LogGroup, t.Task.Log.Name)
}

// addLogGroup adds the log group that is made for the transfer.
func (w *gathering) addLogGroup(t *transfer.Transfer) {
	if t.MakesLogGroup() {
		w.LogGroups = append(w.LogGroups, LogGroup{Transfer: t, Account: t.TaskAccount, Region: t.Destination.Region, Spec: *t.Task.Log, Tags: t.TagsFor("")})
	}
}
