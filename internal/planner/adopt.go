package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// refuse blocks the transfers because what one of them names in Adopt cannot become its own.
func (b *Builder) refuse(transfers []*transfer.Transfer, side plan.Side, subject, detail, remedy string) {
	for _, t := range transfers {
		b.Findings.Add(plan.Finding{Severity: plan.Blocking, Code: plan.CodeAdopt, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: subject,
			Detail: detail, Remedy: remedy})
	}
}

// unfitted blocks the transfers for which nothing, or more than one thing, is the one that fits.
func (b *Builder) unfitted(missing []survey.Unfit) {
	for _, u := range missing {
		b.Findings.Add(plan.Finding{Severity: plan.Blocking, Code: plan.CodeAdopt, Transfer: u.Transfer, Side: u.Side, Account: u.Account, Subject: u.Subject,
			Detail: u.Detail, Remedy: "name the ARN in " + u.Field + ", or leave it empty to have a new one made"})
	}
}

// owned says why what is named in Adopt is another's; "" if it is not.
func owned(t *transfer.Transfer, tags map[string]string, side plan.Side) string {
	if tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy || t.Marks(tags, side) {
		return ""
	}
	return fmt.Sprintf("it is tagged as that of transfer %q", strings.TrimSpace(tags[t.TagKey(transfer.TagTransfer)]+" "+tags[t.TagKey(transfer.TagSide)]))
}

// mostTags is the number of tags that a role, location or task can have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
// https://docs.aws.amazon.com/datasync/latest/userguide/API_TagResource.html
const mostTags = 50

// crowded says why the tags cannot be added to those that stand; "" if they can.
func crowded(have, add map[string]string) string {
	n := len(have)
	for k := range add {
		if _, ok := have[k]; !ok {
			n++
		}
	}
	if n <= mostTags {
		return ""
	}
	return fmt.Sprintf("it has %d tags and would have %d with ours: %d is the most", len(have), n, mostTags)
}

// adoptableLocation reports whether the location that the end names in Adopt, if any, can become the transfer's. What could not be read is reported
// with the location.
func (b *Builder) adoptableLocation(w desired.Location) bool {
	t, arn := w.Transfer, w.Transfer.End(w.Side).Adopt.Location
	state := b.Snap.Locations[arn]
	if arn == "" || arn == plan.Fitting || b.Snap.Unread(arn, state.Unread, location.PartLocation) != nil || b.Snap.Unread(arn, state.Unread, location.PartTags) != nil {
		return arn != plan.Fitting
	}
	why := owned(t, state.Tags, w.Side)
	if bucket, _, ok := location.ParseURI(state.URI); !state.Exists {
		why = "it does not exist"
	} else if !ok || bucket != w.Spec.Bucket {
		why = "it is of " + state.URI + ", and no location can be moved to another bucket"
	}
	_, lines, tags := w.Diff(state)
	if users := b.Snap.OthersTasks(t, arn); why == "" && len(users) > 0 && desired.BeyondTags(lines) {
		why = "it would change for " + strings.Join(users, ", ") + " too: " + strings.Join(slices.DeleteFunc(lines, func(l string) bool { return !desired.BeyondTags([]string{l}) }), ", ")
	}
	why = cmp.Or(why, crowded(state.Tags, tags))
	if why == "" {
		return true
	}
	b.refuse([]*transfer.Transfer{t}, w.Side, arn, fmt.Sprintf("location %s cannot become that of the %s: %s", arn, w.Side, why),
		"correct Adopt.Location, or leave it empty to have a new location made")
	return false
}

// toAdopt says how one of the locations like the wanted one can be used, in lines to write.
func (b *Builder) toAdopt(w desired.Location, alike []string) string {
	field := strings.ToUpper(string(w.Side[:1])) + string(w.Side[1:])
	alike = slices.DeleteFunc(slices.Clone(alike), func(arn string) bool { return owned(w.Transfer, b.Snap.Locations[arn].Tags, w.Side) != "" })
	if len(alike) == 0 {
		return fmt.Sprintf("to use that location as it is, set %s.LocationARN; otherwise a new one is made", field)
	}
	adopt := fmt.Sprintf("Location: %q", alike[0])
	if role := b.Snap.Locations[alike[0]].RoleARN; role != "" && w.Transfer.End(w.Side).OwnsRole {
		adopt = fmt.Sprintf("Role: %q, ", role) + adopt
	}
	return fmt.Sprintf("to take that location over, write %s.Adopt = xacct.Adopt{%s}; to use it as it is, set %s.LocationARN; otherwise a new one is made", field, adopt, field)
}

// adoptableTask reports whether the task that the transfer names in Adopt, if any, can become its own. replaced are the lines for which it would have to
// be replaced.
func (b *Builder) adoptableTask(w desired.Task, replaced []string) bool {
	t, arn := w.Transfer, w.Transfer.Adopt.Task
	if arn == "" || arn == plan.Fitting {
		return arn == ""
	}
	state, why := b.Snap.Tasks[arn], ""
	switch {
	case b.Snap.Failures[arn] != nil || len(state.Unread) > 0:
		return true // reported with the task
	case !state.Exists:
		why = "it does not exist"
	case len(replaced) > 0:
		why = "it would have to be replaced: " + strings.Join(replaced, "; ")
	default:
		_, _, tags := w.Diff(state, state.SourceLocationARN, state.DestinationLocationARN)
		why = cmp.Or(owned(t, state.Tags, ""), crowded(state.Tags, tags))
	}
	if why == "" {
		return true
	}
	b.refuse([]*transfer.Transfer{t}, "", arn, fmt.Sprintf("task %s cannot become that of the transfer: %s", arn, why),
		"correct Adopt.Task or what differs, or leave it empty to have a new task made: the task that stands is then left as it is")
	return false
}

// adoptable reports whether the role can become that of its transfers, if one of them names it in Adopt, and says what else it holds.
func (b *Builder) adoptable(w desired.Role, state iamrole.State) bool {
	var adopting []*transfer.Transfer
	side := w.Side()
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			if e := t.End(side); e.Adopt.Role == plan.Fitting && e.DataSyncRole == w.Arn {
				return false // which role fits is not known, and reported
			}
		}
		if t.AdoptsRole(w.Arn) {
			adopting = append(adopting, t)
		}
	}
	if len(adopting) == 0 || !b.CanRead(w.Account) {
		return true // whether it exists is for the operator of its account to see
	}
	t := adopting[0]
	remedy := "correct Adopt.Role, or leave it empty to have a new role made"
	tight, regions := tighter(w, state)
	theirs := t.Source.Role.Trust.IsZero() && t.Destination.Role.Trust.IsZero() && !t.WasAdopted(state.Tags) // the trust policy that would go
	switch others := trusting(state); {
	case !state.Exists:
		b.refuse(adopting, side, w.Arn, "role "+w.Arn+", which is to be adopted, does not exist", remedy)
		return false
	case len(others) > 0 && theirs:
		b.refuse(adopting, side, w.Arn, fmt.Sprintf("role %s cannot be adopted: its trust policy is for others too: %s", w.Spec.Name, strings.Join(others, ", ")),
			"use the role as it is with RoleARN, or give the trust policy that it is to have in Role.Trust, theirs included")
		return false
	case len(tight) > 0 && theirs:
		b.refuse(adopting, side, w.Arn, fmt.Sprintf("role %s cannot be adopted: its trust policy has what the transfer's would not have: %s", w.Spec.Name, strings.Join(tight, ", ")),
			"use the role as it is with RoleARN, or give the trust policy that it is to have in Role.Trust, theirs included")
		return false
	case crowded(state.Tags, w.Diff(state).Tags) != "":
		b.refuse(adopting, side, w.Arn, fmt.Sprintf("role %s cannot be adopted: %s", w.Spec.Name, crowded(state.Tags, w.Diff(state).Tags)),
			"remove tags that nobody needs, or use the role as it is with RoleARN")
		return false
	}
	if len(regions) > 0 && theirs && !w.Diff(state).Trust.IsZero() {
		for _, t := range adopting {
			b.Findings.Add(plan.Finding{Severity: plan.Info, Code: plan.CodeAdopt, Transfer: t.Name, Side: side, Account: w.Account, Subject: w.Arn, Statement: "trust policy",
				Detail: fmt.Sprintf("the trust policy of role %s is for DataSync in %s and becomes one for every Region of the account, because others may use the role elsewhere",
					w.Spec.Name, strings.Join(regions, ", ")),
				Remedy: "give the trust policy that it is to have in Role.Trust if it is to be narrower"})
		}
	}
	if kept := w.Leaving(state, false).Rest; len(kept) > 0 && !t.WasAdopted(state.Tags) {
		for _, t := range adopting {
			b.Findings.Add(plan.Finding{Severity: plan.Info, Code: plan.CodeAdopt, Transfer: t.Name, Side: side, Account: w.Account, Subject: w.Arn,
				Detail: fmt.Sprintf("role %s keeps what it has beside the transfer's own policy: %s", w.Spec.Name, strings.Join(kept, ", ")),
				Remedy: "remove by hand what nobody needs any more: it allows the role more than the transfer needs"})
		}
	}
	return true
}

// trusting are those other than DataSync that a role's trust policy allows to assume it, sorted.
func trusting(s iamrole.State) []string {
	var out []string
	for st := range s.Trust.All() {
		principals, not := st.Principals()
		if not {
			out = append(out, "everybody else")
		}
		for _, p := range principals {
			if st.Effect() == "Allow" && !(p.Type() == "Service" && strings.HasPrefix(p.Value(), "datasync.")) {
				out = append(out, cmp.Or(p.Value(), p.Type()))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// orRelease makes the deletion of a location or task that was adopted into its release, unless adopted resources are to be deleted.
func (b *Builder) orRelease(t *transfer.Transfer, tags map[string]string, c *plan.Change) (released bool) {
	if !t.WasAdopted(tags) || b.settings.DeleteAdopted {
		return false
	}
	c.Op, c.Calls, c.Details = plan.Update, []string{"datasync:UntagResource"}, append(c.Details, desired.ReleaseLine)
	return true
}

// usedByOthers blocks the transfer if the change deletes an adopted location that a task of others uses: DataSync refuses that.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_DeleteLocation.html
func (b *Builder) usedByOthers(t *transfer.Transfer, side plan.Side, l location.State, c plan.Change) {
	users := b.Snap.OthersTasks(t, l.ARN)
	if c.Op != plan.Delete || !t.WasAdopted(l.Tags) || len(users) == 0 {
		return
	}
	b.refuse([]*transfer.Transfer{t}, side, l.ARN, fmt.Sprintf("location %s, which was adopted, cannot be deleted: it is used by %s", l.ARN, text.Few(users)),
		"delete that task or give it another location first, or leave out DeleteAdopted, so that the location stays")
}
