package planner

import (
	"errors"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// source warns of a source without objects, of which a run copies nothing and ends as a success. It blocks a task that deletes, because that would
// empty the destination.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (b *Builder) source(t *transfer.Transfer, deletes bool) {
	one := []*transfer.Transfer{t}
	destination, source := t.LocationSpec(plan.DestinationSide).URI(), t.LocationSpec(plan.SourceSide).URI()
	unread := func(err error) {
		what := "whether anything is below " + source
		if deletes {
			what = fmt.Sprintf("whether %s is empty, in which case the task deletes all of %s", source, destination)
		}
		b.find(one, unknownFinding(t.Source.Account, t.Source.Bucket, what, err, plan.Warning,
			"look before the first run, or grant the reader s3:ListBucket on bucket "+t.Source.Bucket))
	}
	b.includes(t)
	look, looked := b.Snap.Sources[t.Name]
	switch {
	case !looked && deletes:
		unread(errors.New("the clients hold no client of its account"))
	case !looked: // what a run finds is in its outcome
	case look.Err != nil:
		known := b.Snap.RegionElsewhere(t.Source.Bucket, t.Source.Region) != ""
		if !known && deletes || b.Snap.Buckets[t.Source.Bucket].OwnerProved { // otherwise a finding on the bucket says why
			unread(look.Err)
		}
	case look.Sample.Objects == 0 && look.Sample.More:
		unread(errors.New("the first page lists directories only"))
	case look.Sample.Empty():
		f := plan.Finding{Severity: plan.Warning, Code: plan.CodeEmptySource, Side: plan.SourceSide, Account: t.Source.Account, Subject: source,
			Detail: fmt.Sprintf("nothing is below %s: a run copies nothing, and ends as complete", source), Remedy: emptyRemedy(t.Source.Prefix)}
		if deletes {
			f.Severity = plan.Blocking
			f.Detail = fmt.Sprintf("nothing is below %s, so the task would delete everything below %s", source, destination)
			f.Remedy += ", or set PreserveDeletedFiles to PRESERVE"
		}
		b.find(one, f)
	}
}

// includes warns of include patterns that repeat the source's prefix. Patterns are relative to it, so that such a one selects nothing but a folder of the
// same name below it.
// https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
func (b *Builder) includes(t *transfer.Transfer) {
	folder := "/" + transfer.Slashed(t.Source.Prefix)
	if folder == "/" {
		return
	}
	for _, pattern := range t.Task.Includes {
		if rest, ok := strings.CutPrefix(pattern+"/", folder); ok {
			b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeEmptySource, Side: plan.SourceSide, Account: t.Source.Account, Subject: pattern,
				Detail: fmt.Sprintf("the include pattern %q repeats the source's prefix: it selects only what is below %s%s", pattern,
					t.LocationSpec(plan.SourceSide).URI(), strings.TrimPrefix(folder, "/")),
				Remedy: fmt.Sprintf("patterns are relative to the prefix: give %q", "/"+strings.TrimSuffix(rest, "/"))})
		}
	}
}

// emptyRemedy returns what to correct if nothing is below the source's prefix.
func emptyRemedy(prefix string) string {
	if prefix == "" {
		return "correct the source's bucket, or fill it before the first run"
	}
	return fmt.Sprintf("correct the source's prefix: it is a folder, so that keys begin with %q", transfer.Slashed(prefix))
}
