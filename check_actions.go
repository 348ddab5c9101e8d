package xacct

import (
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// use is what a transfer needs an action for.
type use int

const (
	always        use = iota // nothing works without it
	rarely                   // only in cases that this transfer may never meet: a denial limits it, and does not stop it
	conditionally            // always, or not at all: which of them is not known
	never                    // not with these options
)

// special is the table of the actions that not every transfer uses. All others that DataSync lists are always used.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
var special = []struct {
	action string
	use    func(*transfer.Transfer, plan.Side) use
	why    string // what a denial means where the use is seldom
}{
	{"s3:GetObjectTagging", tagged(always), ""},
	{"s3:PutObjectTagging", tagged(always), ""},
	{"s3:GetObjectVersion", versioned, "object versions are not read by a task without a manifest"}, // assumed
	{"s3:GetObjectVersionTagging", func(t *transfer.Transfer, side plan.Side) use {
		if tagged(always)(t, side) == never {
			return never
		}
		return versioned(t, side)
	}, "tags of object versions are not read by a task without a manifest"},
	{"s3:DeleteObject", func(t *transfer.Transfer, _ plan.Side) use {
		if t.Task.Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove {
			return always
		}
		return rarely
	}, "the transfer keeps what is gone from the source, so that it deletes only leftovers of its own"},
}

// namesVersions is what the use of object versions hangs on: a manifest may name them.
// https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
const namesVersions = "whether the manifest names object versions"

// versioned is the use of an action on object versions.
func versioned(t *transfer.Transfer, side plan.Side) use {
	if side == plan.SourceSide && (t.Task.Manifest != nil || t.Retries != nil) {
		return conditionally
	}
	return rarely
}

func tagged(u use) func(*transfer.Transfer, plan.Side) use {
	return func(t *transfer.Transfer, _ plan.Side) use {
		if t.Task.Options.ObjectTags == dstypes.ObjectTagsNone {
			return never
		}
		return u
	}
}

// useOf is what the transfer needs the action on the side for, and what a denial of a seldom one means or what a perhaps hangs on.
func useOf(t *transfer.Transfer, side plan.Side, action string) (use, string) {
	for _, s := range special {
		if !strings.EqualFold(s.action, action) {
			continue
		}
		if u := s.use(t, side); u != conditionally {
			return u, s.why
		}
		return conditionally, namesVersions
	}
	return always, ""
}

// usedActions are the actions that DataSync will use on the bucket of the side.
func usedActions(t *transfer.Transfer, side plan.Side) []string {
	actions, _ := t.End(side).Access.Actions()
	return slices.DeleteFunc(actions, func(a string) bool { u, _ := useOf(t, side, a); return u == never })
}

// resourceFor is the ARN that the action is judged on: the bucket, or an object below the prefix.
func resourceFor(e *transfer.End, action string) string {
	switch action {
	case "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads":
		return e.BucketARN
	}
	return e.BucketARN + "/" + transfer.Slashed(e.Prefix) + probe
}

// probe is the key with which "an object below the prefix" is judged.
const probe = "object"
