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

// ownLogGroup is where ENHANCED tasks log, whatever log group they name. It is made without an expiry and is not tagged.
// https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html
const ownLogGroup = "/aws/datasync"

// ownFolder is where DataSync keeps objects of its own at a destination while it runs.
// https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html
const ownFolder = ".aws-datasync"

// leftByRuns finds what runs may have left: what can be listed is, and what cannot is named as possible.
func leftByRuns(ctx context.Context, c client.Set, w desired.Set) []plan.Residue {
	var out []plan.Residue
	add := func(item plan.Residue) {
		if item.Detail != "" && !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	for _, tw := range w.Tasks {
		t, e := tw.Transfer, tw.Transfer.Destination
		if cmp.Or(tw.Spec.Mode, dstypes.TaskModeEnhanced) == dstypes.TaskModeEnhanced && tw.Spec.Options.LogLevel != dstypes.LogLevelOff {
			add(plan.Residue{Account: tw.Spec.Account, Region: tw.Spec.Region, Kind: plan.LogGroup, Name: ownLogGroup,
				Detail: "possible, not looked at: ENHANCED tasks log there, without expiry; other tasks of the Region may too"})
		}
		spec := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}
		prefix := transfer.Slashed(e.Prefix) + ownFolder
		add(plan.Residue{Account: e.Account, Region: e.Region, Kind: plan.Objects, Name: "s3://" + e.Bucket + "/" + prefix + "/", Detail: objectsBelow(ctx, c, spec, prefix, "DataSync's own, of runs that were cut off; delete them once no task writes there")})
		if r := t.Task.Report; r != nil {
			spec := bucket.Spec{Name: r.Bucket, Account: cmp.Or(r.Account, t.TaskAccount), Region: e.Region}
			if r.Bucket == t.Source.Bucket {
				spec.Region = t.Source.Region
			}
			add(plan.Residue{Account: spec.Account, Region: spec.Region, Kind: plan.Objects, Name: "s3://" + r.Bucket + "/" + transfer.Slashed(r.Prefix), Detail: objectsBelow(ctx, c, spec, r.Prefix, "reports of runs, if nobody else writes there; delete them when they are not needed")})
		}
		add(plan.Residue{Account: e.Account, Region: e.Region, Kind: plan.MultipartUploads, Name: e.Bucket,
			Detail: "possible, not looked at: runs that were cut off leave parts, which cost; a lifecycle rule with AbortIncompleteMultipartUpload removes them"})
	}
	return out
}

// objectsBelow says what there is below the prefix: "" is nothing.
func objectsBelow(ctx context.Context, c client.Set, spec bucket.Spec, prefix, what string) string {
	api, err := c.S3(spec.Account, spec.Region)
	var sample bucket.Sample
	if err == nil {
		sample, err = bucket.Look(ctx, api, spec, prefix)
	}
	switch {
	case err != nil:
		return "not known: " + text.OneLine(err)
	case sample.Empty():
		return ""
	case sample.More:
		return fmt.Sprintf("more than %d objects: %s", sample.Objects, what)
	}
	return fmt.Sprintf("%d object%s: %s", sample.Objects, text.Plural(sample.Objects), what)
}
