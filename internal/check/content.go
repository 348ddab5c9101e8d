package check

import (
	"fmt"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// checkContent warns of objects at the destination that the first run may overwrite.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (c *checker) checkContent() []plan.Finding {
	t := c.Transfer
	if !t.Overwrites() {
		return nil
	}
	f := plan.Finding{Severity: plan.Warning, Transfer: t.Name, Side: plan.DestinationSide, Account: t.Destination.Account, Subject: c.Destination.URI()}
	state, looked := c.facts.Buckets[t.Destination.Bucket]
	if err := c.facts.NotListed[t.Name]; err != nil && state.OwnerProved { // without that, checkBucket has a finding on the bucket
		f.Code, f.Detail = plan.CodeUnread, "whether the task overwrites objects that are there could not be read: "+text.OneLine(err)
		f.Remedy = Remedy(err, "grant the reader s3:ListBucket on bucket "+t.Destination.Bucket)
		return []plan.Finding{f}
	}
	sample, ok := c.facts.Filled[t.Name]
	if !ok || sample.Empty() {
		return nil
	}
	count := fmt.Sprintf("%d object%s", sample.Objects, text.Plural(sample.Objects))
	if sample.More {
		count = fmt.Sprintf("more than %d objects", sample.Objects)
	}
	f.Code = plan.CodeOverwrites
	f.Detail = fmt.Sprintf("%s holds %s, and the task overwrites those that differ from the source", f.Subject, count)
	if looked && state.Unread[bucket.PartVersioning] == nil && state.Versioning != s3types.BucketVersioningStatusEnabled {
		f.Detail += "; the bucket is not versioned, so that what is overwritten is lost"
	}
	f.Remedy = "set Task.Options.OverwriteMode to NEVER, or choose an empty prefix, if they are to stay"
	return []plan.Finding{f}
}
