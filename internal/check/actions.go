package check

import (
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
)

// special is the table of the actions that not every transfer uses. All other actions that DataSync lists are always used.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
var special = []struct {
	action string
	use    func(*transfer.Transfer, plan.Side) verdict.Use
	why    string // what a denial means if the use is Rarely
}{
	{"s3:GetObjectTagging", tagged, ""},
	{"s3:PutObjectTagging", tagged, ""},
	{"s3:GetObjectVersion", versioned, "object versions are not read by a task without a manifest"}, // assumed
	{"s3:GetObjectVersionTagging", func(t *transfer.Transfer, side plan.Side) verdict.Use {
		if tagged(t, side) == verdict.Never {
			return verdict.Never
		}
		return versioned(t, side)
	}, "tags of object versions are not read by a task without a manifest"},
	{"s3:DeleteObject", func(t *transfer.Transfer, _ plan.Side) verdict.Use {
		if t.Removes() {
			return verdict.Always
		}
		return verdict.Rarely
	}, "the transfer keeps what is gone from the source, so that it deletes only leftovers of its own"},
}

// namesVersions is what the use of object versions depends on: a manifest may name them.
// https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
const namesVersions = "whether the manifest names object versions"

// versioned returns the use of an action on object versions.
func versioned(t *transfer.Transfer, side plan.Side) verdict.Use {
	if side == plan.SourceSide && (t.Task.Manifest != nil || t.Retries != nil) {
		return verdict.Conditionally
	}
	return verdict.Rarely
}

// tagged returns the use of an action on object tags.
func tagged(t *transfer.Transfer, _ plan.Side) verdict.Use {
	if t.Task.Options.ObjectTags == dstypes.ObjectTagsNone {
		return verdict.Never
	}
	return verdict.Always
}

// useOf returns how the transfer uses the action on the side. The text tells what a denial means if the use is Rarely, and what the use depends on
// if it is Conditionally.
func useOf(t *transfer.Transfer, side plan.Side, action string) (verdict.Use, string) {
	for _, s := range special {
		if !strings.EqualFold(s.action, action) {
			continue
		}
		if u := s.use(t, side); u != verdict.Conditionally {
			return u, s.why
		}
		return verdict.Conditionally, namesVersions
	}
	return verdict.Always, ""
}

// usedActions returns the actions that DataSync will or may use on the bucket of the side.
func usedActions(t *transfer.Transfer, side plan.Side) []string {
	actions, _ := t.End(side).Access.Actions()
	return slices.DeleteFunc(actions, func(a string) bool {
		u, _ := useOf(t, side, a)
		return u == verdict.Never
	})
}

// resourceFor returns the ARN that the action is decided on: the bucket, or the probe below the prefix.
func resourceFor(e *transfer.End, action string) string {
	switch action {
	case "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads":
		return e.BucketARN
	}
	return e.BucketARN + "/" + transfer.Slashed(e.Prefix) + verdict.Probe
}
