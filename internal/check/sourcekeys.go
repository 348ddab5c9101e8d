package check

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// KeyLook is a look at the keys below a source's prefix.
type KeyLook struct {
	Looked  int          // how many keys were looked at
	All     bool         // there are no others
	Skipped int          // how many of them DataSync skips
	Some    []SkippedKey // the first of these, at most SomeKeys
	Long    bool         // some are skipped only because the destination's prefix makes them too long
	Err     error        // why no more keys were looked at; nil if that was not wanted, or there are no more
}

// SkippedKey is a key that DataSync skips, and why.
type SkippedKey struct{ Key, Why string }

// SomeKeys is how many skipped keys a look keeps.
const SomeKeys = 3

// SourceKeys reports which of the keys that were looked at for the transfer DataSync skips, and that the look failed.
func SourceKeys(t *transfer.Transfer, look KeyLook) []plan.Finding {
	source := t.LocationSpec(plan.SourceSide).URI()
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeSkippedKeys, Transfer: t.Name, Side: plan.SourceSide, Account: t.Source.Account, Subject: source}
	keys := fmt.Sprintf("the %d key%s looked at below %s (%s)", look.Looked, text.Plural(look.Looked), source, extent(look))
	var out []plan.Finding
	switch {
	case look.Skipped > 0:
		f.Severity, f.Remedy = plan.Warning, "copy these objects to other keys before the run, or leave them behind: no setting of the task transfers them"
		if look.Long {
			f.Remedy += "; shorten the destination's prefix where the keys of copies would be too long"
		}
		f.Detail = fmt.Sprintf("DataSync skips %d of %s: %s", look.Skipped, keys, some(look))
		if t.Task.Manifest != nil || len(t.Task.Includes)+len(t.Task.Excludes) > 0 {
			f.Detail += "; whether the task's manifest or filters leave them out is not known"
		}
		out = append(out, f)
	case look.Looked > 0 || look.Err == nil:
		f.Detail = "DataSync skips none of " + keys
		out = append(out, f)
	}
	if look.Err == nil {
		return out
	}
	more := ""
	if look.Looked > 0 {
		more = "further "
	}
	f.Severity, f.Code = plan.Warning, plan.CodeUnread
	f.Detail = fmt.Sprintf("which %skeys below %s DataSync skips could not be read: %s", more, source, text.OneLine(look.Err))
	f.Remedy = Remedy(look.Err, "look before the first run, or grant the reader s3:ListBucket on bucket "+t.Source.Bucket)
	return append(out, f)
}

// extent says whether a look saw all keys.
func extent(look KeyLook) string {
	switch {
	case look.All:
		return "there are no others"
	case look.Err != nil:
		return "the others could not be read"
	}
	return "there are others"
}

// some are the first keys that are skipped, each with the reason, and how many more there are.
func some(look KeyLook) string {
	var out []string
	for _, k := range look.Some {
		out = append(out, text.Quoted(k.Key)+" "+k.Why)
	}
	if n := look.Skipped - len(look.Some); n > 0 {
		out = append(out, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(out, ", ")
}
