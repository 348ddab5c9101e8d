package planner

import (
	"fmt"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// dataBuckets reports buckets of manifests and reports, which are no ends, that do not exist or are not proved to belong to the account: DataSync would
// refuse the task after everything else was made, or fail every run. Its findings have no side, because they are not about the two locations.
func (b *Builder) dataBuckets(t *transfer.Transfer) {
	for _, d := range t.DataBuckets() {
		f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeWrongOwner, Transfer: t.Name, Account: d.Account, Subject: d.Name}
		state, looked := b.Snap.DataBuckets[snapshot.OwnedBucket{Account: d.Account, Name: d.Name}]
		refused := state.Unread[bucket.PartBucket]
		owner := b.Snap.OwnerElsewhere(d.Account, d.Name)
		switch {
		case owner != "":
			f.Detail = fmt.Sprintf("%s: bucket %s belongs to account %s, not to account %s", d.Field, d.Name, owner, d.Account)
			f.Remedy = "set " + d.Field + ".Account to " + owner
		case !looked || state.OwnerProved:
			continue
		case refused == nil:
			f.Code, f.Detail = plan.CodeNoBucket, fmt.Sprintf("%s: bucket %s does not exist", d.Field, d.Name)
			f.Remedy = fmt.Sprintf("make bucket %s, or correct %s.Bucket", d.Name, d.Field)
		default:
			f.Detail = fmt.Sprintf("%s: it is not proved that bucket %s belongs to account %s: %s", d.Field, d.Name, d.Account, text.OneLine(refused))
			remedy := fmt.Sprintf("correct %s.Bucket or %s.Account, or grant the reader s3:ListBucket on bucket %s", d.Field, d.Field, d.Name)
			if !awserr.Denied(refused) {
				remedy = "plan again when S3 answers"
			}
			f.Remedy = check.Remedy(refused, remedy)
		}
		b.Findings.Add(f)
	}
}
