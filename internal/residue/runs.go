package residue

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// ownLogGroup is where ENHANCED tasks log, whatever log group they name. DataSync makes it without an expiry and does not tag it.
// https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html
const ownLogGroup = "/aws/datasync"

// ownFolder is where DataSync keeps objects of its own at a destination while it runs.
// https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html
const ownFolder = ".aws-datasync"

// leftByRuns are what runs of the tasks may have left. Objects are looked for; log groups and parts of uploads are named as possible.
func leftByRuns(ctx context.Context, c client.Set, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, t := range w.Tasks {
		for _, item := range leftByRunsOf(ctx, c, t) {
			same := func(have plan.Residue) bool {
				return have.Kind == item.Kind && have.Account == item.Account && have.Region == item.Region && have.Name == item.Name && have.Detail == item.Detail
			}
			if item.Detail != "" && !slices.ContainsFunc(out, same) {
				out = append(out, item)
			}
		}
	}
	return out
}

// leftByRunsOf are what runs of one task may have left. An item without a detail is not there.
func leftByRunsOf(ctx context.Context, c client.Set, w desired.Task) []plan.Residue {
	var out []plan.Residue
	t, e := w.Transfer, w.Transfer.Destination
	if cmp.Or(w.Spec.Mode, dstypes.TaskModeEnhanced) == dstypes.TaskModeEnhanced && w.Spec.Options.LogLevel != dstypes.LogLevelOff {
		out = append(out, plan.Residue{Account: w.Spec.Account, Region: w.Spec.Region, Kind: plan.LogGroup, Name: ownLogGroup, Possible: true,
			Detail: "possible, not looked at: ENHANCED tasks log there, without expiry; other tasks of the Region may too"})
	}
	destination := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}
	folder := transfer.Slashed(e.Prefix) + ownFolder
	why := "of runs that were cut off"
	if e.NoDelete {
		why = "of runs that were cut off, or that could not delete them for NoDelete"
	}
	out = append(out, objectsBelow(ctx, c, destination, folder, folder+"/", "DataSync's own, "+why+"; delete them once no task writes there"))
	if r := t.Task.Report; r != nil {
		reports := bucket.Spec{Name: r.Bucket, Account: cmp.Or(r.Account, t.TaskAccount), Region: e.Region}
		if r.Bucket == t.Source.Bucket {
			reports.Region = t.Source.Region
		}
		out = append(out, objectsBelow(ctx, c, reports, r.Prefix, transfer.Slashed(r.Prefix),
			"reports of runs, if nobody else writes there; delete them when they are not needed"))
	}
	return append(out, plan.Residue{Account: e.Account, Region: e.Region, Kind: plan.MultipartUploads, Name: e.Bucket, Possible: true,
		Detail: "possible, not looked at: runs that were cut off leave parts, which cost; a lifecycle rule with AbortIncompleteMultipartUpload removes them"})
}

// objectsBelow is the item for the objects below the prefix, under the name that is shown: how many there are, and what they are. It has no detail if
// there are none.
func objectsBelow(ctx context.Context, c client.Set, spec bucket.Spec, prefix, shown, what string) plan.Residue {
	item := plan.Residue{Account: spec.Account, Region: spec.Region, Kind: plan.Objects, Name: "s3://" + spec.Name + "/" + shown}
	api, err := c.S3(spec.Account, spec.Region)
	var sample bucket.Sample
	if err == nil {
		sample, err = bucket.Look(ctx, api, spec, prefix)
	}
	switch {
	case err != nil:
		return notKnown(item, err)
	case sample.Empty():
	case sample.More:
		item.Detail = fmt.Sprintf("more than %d objects: %s", sample.Objects, what)
	default:
		item.Detail = fmt.Sprintf("%d object%s: %s", sample.Objects, text.Plural(sample.Objects), what)
	}
	return item
}
