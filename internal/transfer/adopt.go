package transfer

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
)

// TagAdopted is the key, without the tag prefix, of the tag on what was set up by others and adopted. A tear-down leaves it.
const (
	TagAdopted = "adopted"
	Adopted    = "true"
)

// ourTags are the keys, without the tag prefix, of all tags that we write on roles, locations and tasks, but for those that begin with TagFormer.
var ourTags = []string{TagManagedBy, TagTransfer, TagSide, TagReplaces, TagRegion, TagAdopted, TagGrant}

var taskShape = regexp.MustCompile(`^task/task-[0-9a-z]{17}$`)

// adoptedRole returns the path and the name of the role that is to be adopted; "" if none is, or its ARN is not known yet.
func adoptedRole(arn string) (path, name string) {
	name, ok := RoleNameOf(arn)
	if !ok {
		return "", ""
	}
	a, _ := region.ParseARN(arn)
	return strings.TrimSuffix(strings.TrimPrefix(a.Resource, "role"), name), name
}

// Adopts reports whether the transfer names the location or task with the ARN to adopt it: as the location of the side, or of either if side is "".
func (t *Transfer) Adopts(arn string, side plan.Side) bool {
	for _, s := range Sides {
		if (side == "" || side == s) && arn != "" && t.End(s).Adopt.Location == arn {
			return true
		}
	}
	return side == "" && arn != "" && t.Adopt.Task == arn
}

// AdoptsRole reports whether the transfer names the role with the ARN to adopt it.
func (t *Transfer) AdoptsRole(arn string) bool {
	return arn != "" && (t.source.Adopt.Role == arn || t.destination.Adopt.Role == arn)
}

// Owns reports whether a location or task is the transfer's, and unless side is "", that of the side: by its tags, or because the transfer adopts it
// and no transfer has it yet.
func (t *Transfer) Owns(arn string, tags map[string]string, side plan.Side) bool {
	return t.Marks(tags, side) || t.Adopts(arn, side) && tags[t.TagKey(TagManagedBy)] != ManagedBy
}

// AdoptionTags adds to the wanted tags of what is adopted the one that says so. It names the tags of the user that the resource did not have, as far as a tag
// can hold them, so that a tear-down takes off these and no others. What has our tags without that one was made by us.
func (t *Transfer) AdoptionTags(want, have map[string]string) map[string]string {
	if have[t.TagKey(TagManagedBy)] == ManagedBy && !t.WasAdopted(have) {
		return want
	}
	out, words := maps.Clone(want), strings.Fields(cmp.Or(have[t.TagKey(TagAdopted)], Adopted))
	for _, key := range slices.Sorted(maps.Keys(want)) {
		_, stands := have[key]
		if stands || slices.Contains(t.OurTags(want), key) || strings.ContainsAny(key, " \t") || slices.Contains(words[1:], key) {
			continue
		}
		if len(strings.Join(words, " "))+1+len(key) <= MostTag {
			words = append(words, key)
		}
	}
	out[t.TagKey(TagAdopted)] = strings.Join(words, " ")
	return out
}

// WasAdopted reports whether the tags say that the resource was set up by others and adopted.
func (t *Transfer) WasAdopted(tags map[string]string) bool {
	return slices.Index(strings.Fields(tags[t.TagKey(TagAdopted)]), Adopted) == 0
}

// AddedTags are the keys of the tags that go with the release of what was adopted: ours, and those of the user that the adoption has added.
func (t *Transfer) AddedTags(tags map[string]string) []string {
	out := t.OurTags(tags)
	if !t.WasAdopted(tags) {
		return out
	}
	for _, key := range strings.Fields(tags[t.TagKey(TagAdopted)])[1:] {
		if _, stands := tags[key]; stands && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// OurTags are the keys of those of the tags that we write. Others can begin with the transfer's tag prefix too: they stay.
func (t *Transfer) OurTags(tags map[string]string) []string {
	var out []string
	for k := range tags {
		key, prefixed := strings.CutPrefix(k, t.TagKey(""))
		if prefixed && (slices.Contains(ourTags, key) || strings.HasPrefix(key, TagFormer)) {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// WithoutAdoption returns the transfers as a tear-down sees them: what they were to adopt and have not is not their own. Names of roles stay.
func WithoutAdoption(transfers []*Transfer) []*Transfer {
	var out []*Transfer
	for _, t := range transfers {
		if !t.adopts() {
			out = append(out, t)
			continue
		}
		c := *t
		c.presets = &presets{}
		for _, a := range []*plan.Adopt{&c.Adopt, &c.Source.Adopt, &c.Destination.Adopt, &c.source.Adopt, &c.destination.Adopt} {
			*a = plan.Adopt{}
		}
		out = append(out, &c)
	}
	return out
}

// adopts reports whether the transfer is to adopt anything.
func (t *Transfer) adopts() bool {
	for _, a := range []plan.Adopt{t.Adopt, t.Source.Adopt, t.Destination.Adopt, t.source.Adopt, t.destination.Adopt} {
		if a != (plan.Adopt{}) {
			return true
		}
	}
	return false
}

// Unfitted returns a [problem.Problem] for each role that is the one that fits: which that is only a plan knows.
func (t *Transfer) Unfitted() error {
	var l problem.List
	for _, side := range Sides {
		l.Check(t.End(side).Adopt.Role != plan.Fitting, ruleUnfitted, fieldOf(side)+".Adopt.Role", plan.Fitting)
	}
	return l.Err()
}

// validateAdopt checks what the side adopts.
func (t *Transfer) validateAdopt(l *problem.List, side plan.Side) {
	e, given := t.End(side), t.Source
	if side == plan.DestinationSide {
		given = t.Destination
	}
	a := e.Adopt
	l.Check(a.Task == "", ruleAdoptTask, "Adopt.Task", a.Task)
	if a.Role != "" {
		l.Check(e.RoleARN == "" && e.LocationARN == "", ruleAdoptExcludes, "Adopt.Role", a.Role)
		l.Check(a.Role != plan.Fitting || a.Location != "", ruleFittingRole, "Adopt.Role", a.Role)
		if a.Role != plan.Fitting {
			l.Check(t.principalARN(a.Role, "role/"), t.placed(ruleRoleARN), "Adopt.Role", a.Role)
		}
		if path, name := adoptedRole(a.Role); name != "" || a.Role == plan.Fitting {
			l.Check(given.Role.Name == "" || given.Role.Name == name, ruleAdoptName, "Role.Name", given.Role.Name)
			l.Check(given.Role.Path == "" || given.Role.Path == path, ruleAdoptName, "Role.Path", given.Role.Path)
		}
	}
	if a.Location != "" {
		l.Check(e.LocationARN == "", ruleAdoptExcludes, "Adopt.Location", a.Location)
		if a.Location != plan.Fitting {
			t.checkLocation(l, e, "Adopt.Location", a.Location)
		}
	}
}

// checkLocation checks the ARN of a location of the end that exists.
func (t *Transfer) checkLocation(l *problem.List, e *End, path, arn string) {
	a, ok := region.ParseARN(arn)
	ok = ok && a.Service == "datasync" && t.inPlace(a) && (a.Region == e.Region || !region.Valid(e.Region)) && locationShape.MatchString(a.Resource)
	rule := t.placed(ruleLocationARN)
	rule.Remedy = strings.Replace(rule.Remedy, "REGION", e.Region, 1)
	l.Check(ok, rule, path, arn)
}

// validateAdoptedTask checks what the transfer adopts beside its ends.
func (t *Transfer) validateAdoptedTask(l *problem.List) {
	arn := t.Adopt.Task
	l.Check(t.Adopt.Role == "", ruleAdoptEnd, "Adopt.Role", t.Adopt.Role)
	l.Check(t.Adopt.Location == "", ruleAdoptEnd, "Adopt.Location", t.Adopt.Location)
	if arn == "" || arn == plan.Fitting {
		return
	}
	a, ok := region.ParseARN(arn)
	ok = ok && a.Service == "datasync" && t.inPlace(a) && (a.Region == t.Destination.Region || !region.Valid(t.Destination.Region)) && taskShape.MatchString(a.Resource)
	rule := t.placed(ruleTaskARN)
	rule.Remedy = strings.Replace(rule.Remedy, "REGION", t.Destination.Region, 1)
	l.Check(ok, rule, "Adopt.Task", arn)
}
