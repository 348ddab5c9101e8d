package xacct

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"

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

// sidPrefix starts every statement id of ours.
const sidPrefix = "Xacct"

// sid names the owner of a statement, never its content, so that an edited prefix, role or bucket keeps it:
// the prefix, the transfer's name in letters and digits, the purpose, and eight hex digits over what never changes.
func (t *resolved) sid(side plan.Side, purpose string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{t.Partition, t.TaskAccount, t.Name, string(side), purpose}, "\x00")))
	return sidPrefix + camel(t.Name) + purpose + hex.EncodeToString(sum[:4])
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
	tagTransfer  = "transfer"
	tagSide      = "side"
	tagManagedBy = "managed-by"
	managedBy    = "xacct"
)

func (t *resolved) tagKey(key string) string {
	if t.TagPrefix == "" {
		return "xacct:" + key
	}
	return t.TagPrefix + key
}

// tags are the user's tags and those that mark a resource as this transfer's.
func (t *resolved) tags(side plan.Side) map[string]string {
	m := maps.Clone(t.Tags)
	if m == nil {
		m = map[string]string{}
	}
	m[t.tagKey(tagManagedBy)] = managedBy
	m[t.tagKey(tagTransfer)] = t.Name
	if side != "" {
		m[t.tagKey(tagSide)] = string(side)
	}
	if side == plan.SourceSide {
		m[t.tagKey(tagRegion)] = t.Destination.Region
	}
	return m
}

// marks reports whether tags say that the resource is this transfer's, and for a location, this side's.
func (t *resolved) marks(tags map[string]string, side plan.Side) bool {
	return tags[t.tagKey(tagManagedBy)] == managedBy && tags[t.tagKey(tagTransfer)] == t.Name &&
		(side == "" || tags[t.tagKey(tagSide)] == string(side))
}

// wantsLogPolicy reports whether the task needs a resource policy of CloudWatch Logs.
func (t *resolved) wantsLogPolicy() bool { return t.Task.LogGroupARN != "" }
