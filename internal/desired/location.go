package desired

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// Location is the DataSync location that a transfer wants for one side.
type Location struct {
	Transfer *transfer.Transfer
	Side     plan.Side
	Spec     location.Spec
	Given    bool // the user names the location by LocationARN: it is checked and never changed
}

// Diff returns what must change on the observed location, a line each, and the tags to set.
func (w Location) Diff(s location.State) (op plan.Op, lines []string, tags map[string]string) {
	if !s.Exists {
		return plan.Create, nil, nil
	}
	if s.URI != w.Spec.URI() {
		lines = append(lines, fmt.Sprintf("%s → %s", s.URI, w.Spec.URI()))
	}
	if s.RoleARN != w.Spec.RoleARN {
		lines = append(lines, fmt.Sprintf("role %s → %s", s.RoleARN, w.Spec.RoleARN))
	}
	if w.Side == plan.DestinationSide {
		have, want := cmp.Or(s.StorageClass, dstypes.S3StorageClassStandard), cmp.Or(w.Spec.StorageClass, dstypes.S3StorageClassStandard)
		if have != want {
			lines = append(lines, fmt.Sprintf("storage class %s → %s", have, want))
		}
	}
	want := maps.Clone(w.Spec.Tags)
	if w.Transfer.Adopts(s.ARN, w.Side) {
		want = w.Transfer.AdoptionTags(want, s.Tags)
	}
	if w.Side == plan.SourceSide {
		key := w.Transfer.TagKey(transfer.TagRegion)
		want[key] = w.regionTag(s.Tags[key])
	}
	tags, tagLines := DiffTags(want, s.Tags)
	lines = append(lines, tagLines...)
	if len(lines) == 0 {
		return plan.NoOp, nil, nil
	}
	return plan.Update, lines, tags
}

// After is the location as the plan wants it, as text.
func (w Location) After() string {
	return Record(locationRecord{URI: w.Spec.URI(), RoleARN: w.Spec.RoleARN, StorageClass: string(w.Spec.StorageClass), Tags: w.Spec.Tags})
}

// Before is the observed location as text, with the parts that After has; "" if it does not exist.
func (w Location) Before(s location.State) string {
	if !s.Exists {
		return ""
	}
	r := locationRecord{URI: s.URI, RoleARN: s.RoleARN, Tags: wantedTags(w.Spec.Tags, s.Tags)}
	if w.Side == plan.DestinationSide {
		r.StorageClass = string(s.StorageClass)
	}
	return Record(r)
}

// regionTag is the value of the tag in which a source location lists the Regions of its tasks: the wanted one first, then those in had, the value
// so far, as far as a tag can hold them.
func (w Location) regionTag(had string) string {
	text := w.Spec.Tags[w.Transfer.TagKey(transfer.TagRegion)]
	if slices.Contains(strings.Fields(had), text) {
		return had
	}
	for r := range strings.FieldsSeq(had) {
		if len(text)+1+len(r) <= transfer.MostTag {
			text += " " + r
		}
	}
	return text
}

// ID is that of the location's change.
func (w Location) ID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.DataSyncLocation, w.Transfer.Name+"/"+string(w.Side))
}

// locationRecord is a location as text in a plan.
type locationRecord struct {
	URI, RoleARN string
	StorageClass string            `json:",omitempty"`
	Tags         map[string]string `json:",omitempty"`
}
