package transfer

import (
	"maps"

	"github.com/xacct/xacct/plan"
)

// Keys of the tags on what we make, without the tag prefix, and the value of the first. They say whose a resource is.
const (
	TagManagedBy = "managed-by"
	ManagedBy    = "xacct"
	TagTransfer  = "transfer" // the transfer's name
	TagSide      = "side"     // of a location: its end
)

// Keys of the tags, without the tag prefix, that help to find again what a transfer used before.
const (
	TagReplaces = "replaces" // of a task: the tasks and locations that it replaced; of a location: the roles that it used before
	TagRegion   = "region"   // of a source location: the Regions in which its tasks are or were, the latest first
)

// TagFormer starts the keys, without the tag prefix, of tags on a role about buckets of other accounts. Such a bucket once had statements for
// the role, and its policy may still have them. The transfer's name and the bucket's follow in the key; the value tells the bucket's owner, the
// ends, and the Regions in one of which it is. A role with such a tag must not be deleted before its statements are known to be gone.
const TagFormer = "left:"

// TagGrant is the key, without the tag prefix, of the tag on a role that was made for grants by account, and GrantsByAccount its value for as long as no
// plan made it the principal of a grant: no policy of another account names such a role, so that it can be deleted before its grants. Afterwards the
// value is GrantsByRole. A role without the tag may be named.
const (
	TagGrant        = "grant"
	GrantsByAccount = "by-account"
	GrantsByRole    = "by-role"
)

// MostTag is the length that the value of a tag can have.
const MostTag = 256

// TagKey puts the transfer's tag prefix before a key.
func (t *Transfer) TagKey(key string) string {
	if t.TagPrefix == "" {
		return "xacct:" + key
	}
	return t.TagPrefix + key
}

// TagsFor returns the user's tags and ours for a location of the side; for a role or task, side is "".
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

// Marks reports whether the tags of a resource are those of this transfer and, unless side is "", of this side.
func (t *Transfer) Marks(tags map[string]string, side plan.Side) bool {
	return tags[t.TagKey(TagManagedBy)] == ManagedBy && tags[t.TagKey(TagTransfer)] == t.Name &&
		(side == "" || tags[t.TagKey(TagSide)] == string(side))
}
