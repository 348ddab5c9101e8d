package transfer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
)

// Purposes that a statement of ours can have. They are part of its Sid.
const (
	purposeRead     = "Read"     // DataSync's role may read
	purposeWrite    = "Write"    // DataSync's role may write
	purposeList     = "List"     // the operators may list
	purposeManifest = "Manifest" // DataSync's role may read the manifest
	purposeReport   = "Report"   // DataSync's role may write reports
	purposeRetry    = "Retry"    // DataSync's role may read the manifest of a retry
	purposeDecrypt  = "Decrypt"  // DataSync's role may read what is encrypted under a key
	purposeEncrypt  = "Encrypt"  // DataSync's role may write what is encrypted under a key
)

// SidPrefix starts every statement id of ours.
const SidPrefix = "Xacct"

// sid names the owner of a statement, never its content, so that an edited prefix, role or bucket keeps it:
// the prefix, the transfer's name in letters and digits, the purpose, and eight hex digits over what never changes.
func (t *Transfer) sid(side plan.Side, purpose string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{t.Partition, t.TaskAccount, t.Name, string(side), purpose}, "\x00")))
	return SidPrefix + camel(t.Name) + purpose + hex.EncodeToString(sum[:4])
}

// camel turns media-archive into MediaArchive.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// Tag keys, after the prefix.
const (
	TagTransfer  = "transfer"
	TagSide      = "side"
	TagManagedBy = "managed-by"
	ManagedBy    = "xacct"
)

func (t *Transfer) TagKey(key string) string {
	if t.TagPrefix == "" {
		return "xacct:" + key
	}
	return t.TagPrefix + key
}

// TagsFor are the user's tags and those that mark a resource as this transfer's.
func (t *Transfer) TagsFor(side plan.Side) map[string]string {
	m := maps.Clone(t.Tags)
	if m == nil {
		m = map[string]string{}
	}
	m[t.TagKey(TagManagedBy)] = ManagedBy
	m[t.TagKey(TagTransfer)] = t.Name
	if side != "" {
		m[t.TagKey(TagSide)] = string(side)
	}
	if side == plan.SourceSide {
		m[t.TagKey(TagRegion)] = t.Destination.Region
	}
	return m
}

// Marks reports whether tags say that the resource is this transfer's, and for a location, this side's.
func (t *Transfer) Marks(tags map[string]string, side plan.Side) bool {
	return tags[t.TagKey(TagManagedBy)] == ManagedBy && tags[t.TagKey(TagTransfer)] == t.Name &&
		(side == "" || tags[t.TagKey(TagSide)] == string(side))
}

// WantsLogPolicy reports whether the task needs a resource policy of CloudWatch Logs.
func (t *Transfer) WantsLogPolicy() bool { return t.Task.LogGroupARN != "" }

// Tags, after the prefix, by which what is left is found again.
const (
	TagReplaces = "replaces" // of a task: the tasks and locations that it took the place of; of a location: the roles that it had before
	TagRegion   = "region"   // of a source location: the Regions that its tasks are or were in, the last one first
)

// MostTag is how long the value of a tag can be.
const MostTag = 256

// TagFormer starts the tags of a role, after the prefix, that tell of buckets of other accounts whose policies may still name it, because it was
// once let into them: the transfer and the bucket follow. The value is the owner, the ends, and the Regions in one of which it is.
// Such a role must not be deleted before that is proved.
const TagFormer = "left:"

func ChangeID(account, region string, kind plan.Kind, name string) string {
	id := account + "/"
	if region != "" {
		id += region + "/"
	}
	return id + string(kind) + "/" + name
}

// Place is an account and a Region.
type Place struct{ Account, Region string }

func ComparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
}

// RoleNameOf is the name of the role that the ARN names; false if it names something else.
func RoleNameOf(arn string) (string, bool) {
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return "", false
	}
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:], true
}
