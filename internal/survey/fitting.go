package survey

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Unfit says that nothing, or more than one thing, is the one that fits.
type Unfit struct {
	Transfer, Account string
	Side              plan.Side // "" for a task
	Field             string    // of the transfer
	Subject, Detail   string
}

// fitter finds what fits, for one transfer.
type fitter struct {
	*Reader
	t     *transfer.Transfer
	setUp bool // what nobody owns yet fits too
	unfit []Unfit
}

// fit returns the transfers with ARNs in place of [plan.Fitting], and what has none. A tear-down takes what is tagged as ours alone, and has nothing to
// say of the rest.
func fit(ctx context.Context, s *Reader, transfers []*transfer.Transfer, setUp bool) ([]*transfer.Transfer, []Unfit) {
	out, unfit := slices.Clone(transfers), []Unfit(nil)
	for i, t := range transfers {
		ends := []plan.Adopt{t.Adopt, t.Source.Adopt, t.Destination.Adopt}
		fits := func(a plan.Adopt) bool {
			return a.Role == plan.Fitting || a.Location == plan.Fitting || a.Task == plan.Fitting
		}
		if !slices.ContainsFunc(ends, fits) {
			continue
		}
		f := &fitter{Reader: s, t: t, setUp: setUp}
		if !s.Readable[t.TaskAccount] {
			f.unreadable()
			unfit = append(unfit, f.unfit...)
			continue
		}
		g := t.Given
		g.Source.Adopt, g.Destination.Adopt = f.end(ctx, plan.SourceSide), f.end(ctx, plan.DestinationSide)
		if g.Adopt.Task == plan.Fitting {
			g.Adopt.Task = f.task(ctx, g)
		}
		out[i], unfit = transfer.Resolve(g), append(unfit, f.unfit...)
	}
	return out, unfit
}

// unreadable says of all that is to fit that nobody here can see the task account.
func (f *fitter) unreadable() {
	detail := "which one fits is not known: no client of account " + f.t.TaskAccount + " was given"
	for _, side := range transfer.Sides {
		field, a := strings.ToUpper(string(side[:1]))+string(side[1:])+".Adopt", f.t.End(side).Adopt
		if a.Location == plan.Fitting {
			f.none(side, field+".Location", f.t.LocationSpec(side).URI(), detail)
		}
		if a.Role == plan.Fitting {
			f.none(side, field+".Role", f.t.End(side).Bucket, detail)
		}
	}
	if f.t.Adopt.Task == plan.Fitting {
		f.none("", "Adopt.Task", f.t.Name, detail)
	}
}

// end is what the side adopts, with ARNs as far as something fits.
func (f *fitter) end(ctx context.Context, side plan.Side) plan.Adopt {
	e := f.t.End(side)
	a := e.Adopt
	pl := transfer.Place{Account: f.t.TaskAccount, Region: e.Region}
	field := strings.ToUpper(string(side[:1])) + string(side[1:]) + ".Adopt"
	var free []string
	if a.Location == plan.Fitting {
		a.Location, free = f.location(ctx, pl, side, field+".Location")
	}
	switch {
	case a.Role != plan.Fitting:
		return a
	case a.Location == plan.Fitting && !f.setUp:
		a.Role = f.begunRole(ctx, side, free)
		return a
	case a.Location == plan.Fitting:
		return a
	}
	if f.ReadLocation(ctx, pl, a.Location); f.Locations[a.Location].RoleARN != "" {
		a.Role = f.Locations[a.Location].RoleARN
	} else {
		f.none(side, field+".Role", a.Location, fmt.Sprintf("which role location %s has is not known%s", a.Location, f.because(a.Location)))
	}
	return a
}

// location is the ARN of the location that fits the side; [plan.Fitting] if none does. unowned are those of the side's bucket that nobody has.
func (f *fitter) location(ctx context.Context, pl transfer.Place, side plan.Side, field string) (fitting string, unowned []string) {
	uri := f.t.LocationSpec(side).URI()
	api, err := f.clients.DataSync(pl.Account, pl.Region)
	var entries []location.Entry
	if err == nil {
		entries, err = location.List(ctx, api)
	}
	if err != nil {
		f.none(side, field, uri, "the locations in "+pl.Region+" could not be listed: "+text.OneLine(err))
		return plan.Fitting, nil
	}
	var ours, free, near []string
	for _, entry := range entries {
		if bucket, _, ok := location.ParseURI(entry.URI); !ok || bucket != f.t.End(side).Bucket {
			continue
		}
		f.ReadLocation(ctx, pl, entry.ARN)
		tags := f.Locations[entry.ARN].Tags
		if f.t.Marks(tags, side) || entry.URI == uri { // one that is the transfer's already fits whatever its prefix, which can be changed
			ours, free = f.sort(entry.ARN, tags, side, ours, free)
		}
		if why := f.taken(tags, side); why != "" {
			near = append(near, entry.ARN+" is "+why)
		} else if entry.URI != uri {
			near = append(near, entry.ARN+" is of "+entry.URI)
		}
		_, unowned = f.sort(entry.ARN, tags, side, nil, unowned)
	}
	return f.one(side, field, uri, "locations at "+uri, ours, free, near), unowned
}

// task is the ARN of the task that uses the locations of both ends; [plan.Fitting] if none does.
func (f *fitter) task(ctx context.Context, g transfer.Given) string {
	pl := transfer.Place{Account: f.t.TaskAccount, Region: f.t.Destination.Region}
	var at [2]string
	for i, e := range []transfer.Endpoint{g.Source, g.Destination} {
		if at[i] = e.LocationARN; at[i] == "" {
			at[i] = e.Adopt.Location
		}
		if at[i] == "" || at[i] == plan.Fitting {
			f.none("", "Adopt.Task", f.t.Name, "which task fits is known by the locations of both ends, and these are not known")
			return plan.Fitting
		}
	}
	f.ListUsers(ctx, snapshot.Lookup{Place: pl, Location: at[0]})
	users := f.Users[snapshot.Lookup{Place: pl, Location: at[0]}]
	if users.Err != nil {
		f.none("", "Adopt.Task", f.t.Name, "the tasks of location "+at[0]+" could not be listed: "+text.OneLine(users.Err))
		return plan.Fitting
	}
	var ours, free, near []string
	for _, arn := range users.Tasks {
		f.ReadTask(ctx, pl, arn)
		s := f.Tasks[arn]
		if s.SourceLocationARN == at[0] && s.DestinationLocationARN == at[1] {
			ours, free = f.sort(arn, s.Tags, "", ours, free)
		}
		switch why := f.taken(s.Tags, ""); {
		case why != "":
			near = append(near, arn+" is "+why)
		case s.SourceLocationARN != at[0]:
			near = append(near, arn+" is from "+s.SourceLocationARN)
		case s.DestinationLocationARN != at[1]:
			near = append(near, arn+" is to "+s.DestinationLocationARN)
		}
	}
	return f.one("", "Adopt.Task", f.t.Name, "tasks from "+at[0]+" to "+at[1], ours, free, near)
}

// sort adds the ARN to those that are the transfer's or to those that are nobody's.
func (f *fitter) sort(arn string, tags map[string]string, side plan.Side, ours, free []string) ([]string, []string) {
	switch {
	case f.t.Marks(tags, side):
		ours = append(ours, arn)
	case tags[f.t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy:
		free = append(free, arn)
	}
	return ours, free
}

// taken says whose the resource with the tags is, if it is another's of ours; "" if it is free or the transfer's.
func (f *fitter) taken(tags map[string]string, side plan.Side) string {
	if f.t.Marks(tags, side) || tags[f.t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
		return ""
	}
	return fmt.Sprintf("tagged as that of transfer %q", strings.TrimSpace(tags[f.t.TagKey(transfer.TagTransfer)]+" "+tags[f.t.TagKey(transfer.TagSide)]))
}

// one is the ARN of what fits: what the transfer has already, or the only one that nobody has; [plan.Fitting] if there is no such one. what names those
// that were looked at, in the plural; near says in what those differ that come close.
func (f *fitter) one(side plan.Side, field, subject, what string, ours, free, near []string) string {
	fitting := ours
	if len(ours) == 0 && f.setUp {
		fitting = free
	}
	switch {
	case len(fitting) == 1:
		return fitting[0]
	case len(fitting) == 0:
		detail := "of the " + what + " none is free to be adopted"
		if len(near) > 0 {
			detail += ", but " + text.Few(near)
		}
		f.none(side, field, subject, detail+f.because(""))
	default:
		slices.Sort(fitting)
		f.none(side, field, subject, fmt.Sprintf("of the %s %d fit: %s", what, len(fitting), strings.Join(fitting, ", ")))
	}
	return plan.Fitting
}

// because says why not all could be read, from the comma on; "" if all could. The subject is one resource, or "" for all.
func (f *fitter) because(subject string) string {
	errs := maps.Clone(f.Failures)
	for arn, l := range f.Locations {
		for _, err := range l.Unread {
			errs[arn] = err
		}
	}
	for arn, s := range f.Tasks {
		errs[arn] = s.Unread[task.PartTags]
	}
	for _, what := range slices.Sorted(maps.Keys(errs)) {
		if errs[what] != nil && (subject == "" || subject == what) {
			return ", and not everything could be read: " + text.OneLine(errs[what])
		}
	}
	return ""
}

func (f *fitter) none(side plan.Side, field, subject, detail string) {
	if f.setUp {
		f.unfit = append(f.unfit, Unfit{f.t.Name, f.t.TaskAccount, side, field, subject, detail})
	}
}
