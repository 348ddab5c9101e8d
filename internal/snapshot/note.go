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
)

func FormerTag(t *transfer.Transfer, bucket string) string {
	return t.TagKey(transfer.TagFormer) + t.Name + ":" + bucket
}

// allowedInto are the buckets of the policy that the role has for the side.
func allowedInto(t *transfer.Transfer, role iamrole.State, side plan.Side) []FormerBucket {
	st, _ := role.Policies[t.End(side).PolicyName].Statement(t.End(side).Purpose)
	told := ""
	for _, c := range st.Conditions() {
		if values := c.Values(); c.Key() == "aws:ResourceAccount" && len(values) == 1 {
			told = values[0]
		}
	}
	var out []FormerBucket
	resources, _ := st.Resources()
	for _, r := range resources {
		if a, ok := region.ParseARN(r); ok && a.Service == "s3" {
			name, _, _ := strings.Cut(a.Resource, "/")
			out = append(out, FormerBucket{Name: name, Regions: append([]string{t.End(side).Region}, trusted(role.Trust)...), Side: side, ToldOwner: told})
		}
	}
	return out
}

// notedBuckets are the buckets of which the tags of a role tell.
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

// NoteBuckets are the tags that a role gets before its policies become others.
func (s *Snapshot) NoteBuckets(w desired.Role) map[string]string {
	out := map[string]string{}
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			for _, l := range allowedInto(t, s.Roles[w.Arn], side) {
				if l.Name == t.End(side).Bucket || l.ToldOwner == "" || l.ToldOwner == t.TaskAccount {
					continue
				}
				regions := l.Regions
				if found := s.Owners[l.Name].Region; found != "" {
					regions = []string{found}
				}
				regions = slices.Compact(slices.Sorted(slices.Values(regions)))
				ends := string(side)
				if side == plan.DestinationSide && slices.ContainsFunc(allowedInto(t, s.Roles[w.Arn], plan.SourceSide), func(o FormerBucket) bool { return o.Name == l.Name && o.Name != t.Source.Bucket }) {
					ends = string(plan.SourceSide) + "+" + ends
				}
				out[FormerTag(t, l.Name)] = strings.Join(append([]string{l.ToldOwner, ends}, regions...), " ")
			}
		}
	}
	return out
}

// TagsMissing are the tags that are not there yet.
func TagsMissing(want, have map[string]string) map[string]string {
	set, _ := desired.DiffTags(want, have)
	return set
}
