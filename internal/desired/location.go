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

type Location struct {
	Transfer *transfer.Transfer
	Side     plan.Side
	Spec     location.Spec
	Given    bool // LocationARN: judged, never changed
}

// Diff says what must change on a location of ours, a line each.
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

func (w Location) After() string {
	return Record(locationRecord{URI: w.Spec.URI(), RoleARN: w.Spec.RoleARN, StorageClass: string(w.Spec.StorageClass), Tags: w.Spec.Tags})
}

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

// regionTag lets a source location go on telling the Regions that its tasks were in, behind the one that is wanted.
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

func (w Location) ID() string {
	return transfer.ChangeID(w.Spec.Account, w.Spec.Region, plan.DataSyncLocation, w.Transfer.Name+"/"+string(w.Side))
}

type locationRecord struct {
	URI, RoleARN string
	StorageClass string            `json:",omitempty"`
	Tags         map[string]string `json:",omitempty"`
}
