package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Notes are values of tags. A change writes one before it makes something forget what the transfer used before, and later plans read it.

// FormerTag is the key of the tag in which a role notes a former bucket of the transfer. The value is the owner, the ends that used the bucket, and the
// Regions in one of which it is: "444455556666 source+destination eu-west-1 us-east-2".
func FormerTag(t *transfer.Transfer, bucket string) string {
	return t.TagKey(transfer.TagFormer) + t.Name + ":" + bucket
}

// NoteBuckets are the tags that the role gets before its policies are rewritten, by key: one for each bucket of another account that the policies in
// force name and that the transfer no longer uses.
func (s *Snapshot) NoteBuckets(w desired.Role) map[string]string {
	out := map[string]string{}
	role := s.Roles[w.Arn]
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			for _, b := range allowedBuckets(t, role, side) {
				if b.Name == t.End(side).Bucket || b.ToldOwner == "" || b.ToldOwner == t.TaskAccount {
					continue
				}
				regions := b.Regions
				if found := s.Owners[b.Name].Region; found != "" {
					regions = []string{found}
				}
				regions = slices.Compact(slices.Sorted(slices.Values(regions)))
				ends := string(side)
				if side == plan.DestinationSide && formerSource(t, role, b.Name) {
					ends = string(plan.SourceSide) + "+" + ends
				}
				out[FormerTag(t, b.Name)] = strings.Join(append([]string{b.ToldOwner, ends}, regions...), " ")
			}
		}
	}
	return out
}

// formerSource reports whether the role's policy for the source names the bucket although it is the source no longer.
func formerSource(t *transfer.Transfer, role iamrole.State, name string) bool {
	return name != t.Source.Bucket &&
		slices.ContainsFunc(allowedBuckets(t, role, plan.SourceSide), func(b FormerBucket) bool { return b.Name == name })
}

// notedBuckets are the former buckets that the tags of a role note: what NoteBuckets wrote.
func notedBuckets(t *transfer.Transfer, tags map[string]string) []FormerBucket {
	var out []FormerBucket
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		name, ok := strings.CutPrefix(key, FormerTag(t, ""))
		words := strings.Fields(tags[key])
		if !ok || len(words) < 3 {
			continue
		}
		for side := range strings.SplitSeq(words[1], "+") {
			out = append(out, FormerBucket{Name: name, Side: plan.Side(side), ToldOwner: words[0], Regions: words[2:]})
		}
	}
	return out
}

// allowedBuckets are the buckets that the role's policy for the side names, also the one that is wanted.
func allowedBuckets(t *transfer.Transfer, role iamrole.State, side plan.Side) []FormerBucket {
	st, _ := role.Policies[t.End(side).PolicyName].Statement(t.End(side).Purpose)
	owner := ""
	for _, c := range st.Conditions() {
		if values := c.Values(); c.Key() == "aws:ResourceAccount" && len(values) == 1 {
			owner = values[0]
		}
	}
	var out []FormerBucket
	resources, _ := st.Resources()
	for _, r := range resources {
		if a, ok := region.ParseARN(r); ok && a.Service == "s3" {
			name, _, _ := strings.Cut(a.Resource, "/")
			regions := append([]string{t.End(side).Region}, trustedRegions(role.Trust)...)
			out = append(out, FormerBucket{Name: name, Regions: regions, Side: side, ToldOwner: owner})
		}
	}
	return out
}

// NoteRoles is the tag that a location gets before it gets another role: the paths and names of the roles that it had before and that are not known
// to be gone, the last one (had) first, as far as a tag can hold them. tags are the location's so far. "" is no tag.
func (s *Snapshot) NoteRoles(w desired.Location, tags map[string]string, had string) string {
	note := ""
	for _, arn := range append([]string{had}, notedRoles(w.Transfer, tags)...) {
		a, _ := region.ParseARN(arn)
		path, ok := strings.CutPrefix(a.Resource, "role")
		state, read := s.Roles[arn]
		gone := read && !state.Exists && state.Unread[iamrole.PartRole] == nil
		if !ok || a.Account != w.Spec.Account || arn == w.Spec.RoleARN || gone || slices.Contains(strings.Fields(note), path) || strings.Contains(path, ",") {
			continue // a comma can stand in the name of a role, but not in a tag of DataSync
		}
		note = longer(note, path)
	}
	return note
}

// notedRoles are the ARNs of the roles that the tag of a location notes: what NoteRoles wrote.
func notedRoles(t *transfer.Transfer, tags map[string]string) []string {
	var out []string
	for _, path := range strings.Fields(tags[t.TagKey(transfer.TagReplaces)]) {
		out = append(out, region.ARN{Partition: t.Partition, Service: "iam", Account: t.TaskAccount, Resource: "role" + path}.String())
	}
	return out
}

// NoteRegions is the tag that a role gets before its trust policy forgets Regions: those in which tasks of the transfers still are. "" is no tag.
func (s *Snapshot) NoteRegions(w desired.Set, transfers []*transfer.Transfer) string {
	var out []string
	for _, t := range w.Tasks {
		if !slices.Contains(desired.Names(transfers), t.Transfer.Name) {
			continue
		}
		_, old, _ := s.OurTasks(t)
		for _, o := range old {
			if a, _ := region.ParseARN(o.ARN); a.Region != t.Spec.Region && len(strings.Join(out, " "))+len(a.Region) < transfer.MostTag {
				out = append(out, a.Region)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// Replaces is the tag that a task gets: the old tasks, which it replaces, the transfer's orphaned locations and the log groups made for it, as far as a tag can hold them.
// "" is no tag.
func (s *Snapshot) Replaces(t *transfer.Transfer, old []task.State) string {
	var arns []string
	for _, o := range old {
		arns = append(arns, o.ARN)
	}
	for _, l := range s.OrphanLocations(t) {
		arns = append(arns, l.ARN)
	}
	note := ""
	for _, arn := range arns {
		a, _ := region.ParseARN(arn)
		note = longer(note, a.Region+"/"+LastOf(arn))
	}
	return s.withLogGroups(t, note, old...)
}

// replacedBy are the ARNs of the tasks and locations that the tag of the task says it replaced: what Replaces wrote.
func replacedBy(t *transfer.Transfer, s task.State) []string {
	var out []string
	for _, word := range strings.Fields(s.Tags[t.TagKey(transfer.TagReplaces)]) {
		reg, id, _ := strings.Cut(word, "/")
		kind, _, _ := strings.Cut(id, "-")
		switch kind {
		case "loc":
			kind = "location"
		case "task":
		default:
			continue
		}
		out = append(out, region.ARN{Partition: t.Partition, Service: "datasync", Region: reg, Account: t.TaskAccount, Resource: kind + "/" + id}.String())
	}
	return out
}

// longer is the note with the word behind it, or as it is if a tag cannot hold that.
func longer(note, word string) string {
	if next := strings.TrimSpace(note + " " + word); len(next) <= transfer.MostTag {
		return next
	}
	return note
}
