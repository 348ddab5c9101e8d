package planner

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// dropFormerStatements plans that our statements leave the buckets that the transfer has left, once nothing of ours uses them. It returns the IDs
// of these changes: the locations, which tell of these buckets, go only after them.
func (b *Builder) dropFormerStatements(t *transfer.Transfer, after []string) []string {
	var out []string
	for _, w := range b.Snap.FormerBuckets(t) {
		if slices.ContainsFunc(b.Desired.Buckets, func(x desired.Bucket) bool { return x.Spec.Name == w.Spec.Name && !x.Former }) {
			continue
		}
		if id := b.dropStatements(w, map[string][]string{t.Name: after}); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	unknown := b.Snap.Ownerless(t)
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Subject: name,
			Detail: fmt.Sprintf("statements of ours may stand in the policy of bucket %s, which the transfer has left; who owns it is not known: %s", name, text.OneLine(unknown[name])),
			Remedy: "plan with a client of the owner's account that may read and write the bucket's policy: until then the location that tells of it stays, and the role"})
	}
	return out
}
