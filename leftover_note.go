package xacct

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// allowedInto are the buckets of the policy that the role has for the side.
func allowedInto(t *transfer.Transfer, role iamrole.State, side plan.Side) []formerBucket {
	st, _ := role.Policies[t.End(side).PolicyName].Statement(t.End(side).Purpose)
	told := ""
	for _, c := range st.Conditions() {
		if values := c.Values(); c.Key() == "aws:ResourceAccount" && len(values) == 1 {
			told = values[0]
		}
	}
	var out []formerBucket
	resources, _ := st.Resources()
	for _, r := range resources {
		if a, ok := region.ParseARN(r); ok && a.Service == "s3" {
			name, _, _ := strings.Cut(a.Resource, "/")
			out = append(out, formerBucket{name: name, regions: append([]string{t.End(side).Region}, trusted(role.Trust)...), side: side, toldOwner: told})
		}
	}
	return out
}

func formerTag(t *transfer.Transfer, bucket string) string {
	return t.TagKey(transfer.TagFormer) + t.Name + ":" + bucket
}

// notedBuckets are the buckets of which the tags of a role tell.
func notedBuckets(t *transfer.Transfer, tags map[string]string) []formerBucket {
	var out []formerBucket
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		name, ok := strings.CutPrefix(key, formerTag(t, ""))
		words := strings.Fields(tags[key])
		if !ok || len(words) < 3 {
			continue
		}
		for side := range strings.SplitSeq(words[1], "+") {
			out = append(out, formerBucket{name: name, side: plan.Side(side), toldOwner: words[0], regions: words[2:]})
		}
	}
	return out
}

// noteBuckets are the tags that a role gets before its policies become others.
func (s *snapshot) noteBuckets(w desired.Role) map[string]string {
	out := map[string]string{}
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			for _, l := range allowedInto(t, s.roles[w.Arn], side) {
				if l.name == t.End(side).Bucket || l.toldOwner == "" || l.toldOwner == t.TaskAccount {
					continue
				}
				regions := l.regions
				if found := s.owners[l.name].region; found != "" {
					regions = []string{found}
				}
				regions = slices.Compact(slices.Sorted(slices.Values(regions)))
				ends := string(side)
				if side == plan.DestinationSide && slices.ContainsFunc(allowedInto(t, s.roles[w.Arn], plan.SourceSide), func(o formerBucket) bool { return o.name == l.name && o.name != t.Source.Bucket }) {
					ends = string(plan.SourceSide) + "+" + ends
				}
				out[formerTag(t, l.name)] = strings.Join(append([]string{l.toldOwner, ends}, regions...), " ")
			}
		}
	}
	return out
}

// forget takes back what the transfer's roles tell of a bucket, before the location goes that used it.
func (r *run) forget(ctx context.Context, ch *plan.Change, name string, res *plan.ChangeResult) error {
	for _, w := range r.desired.Roles {
		for _, t := range w.Transfers {
			key := formerTag(t, name)
			if !slices.Contains(ch.Transfers, t.Name) || r.current.snap.noteBuckets(w)[key] == "" && r.current.snap.roles[w.Arn].Tags[key] == "" {
				continue
			}
			api, err := r.clients.IAM(w.Account)
			if err == nil {
				err = r.untagRole(ctx, ch, api, w.Spec, key, res)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// untagRole takes a tag off a role: it can have 50, which a transfer that moves often would use up.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (r *run) untagRole(ctx context.Context, ch *plan.Change, api iamrole.API, spec iamrole.Spec, key string, res *plan.ChangeResult) error {
	in, err := spec.UntagInput(key)
	if err != nil {
		return err
	}
	return r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.UntagRole(ctx, in)
		if err == nil {
			keepRequestID(res, out.ResultMetadata)
		}
		return err
	})
}

// tagsMissing are the tags that are not there yet.
func tagsMissing(want, have map[string]string) map[string]string {
	set, _ := desired.DiffTags(want, have)
	return set
}
