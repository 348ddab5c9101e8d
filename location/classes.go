package location

import dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

// consequences says how S3 and DataSync treat objects of each storage class.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var consequences = map[dstypes.S3StorageClass][]string{
	dstypes.S3StorageClassStandardIa:              {small128, "charged for at least 30 days", "reading is charged"},
	dstypes.S3StorageClassOnezoneIa:               {small128, "charged for at least 30 days", "reading is charged", "kept in one Availability Zone only"},
	dstypes.S3StorageClassGlacierInstantRetrieval: {small128, "charged for at least 90 days", "reading is charged"},
	dstypes.S3StorageClassGlacier:                 {small40, "charged for at least 90 days", "must be restored before they can be read, also by DataSync"},
	dstypes.S3StorageClassDeepArchive:             {small40, "charged for at least 180 days", "must be restored before they can be read, also by DataSync"},
	dstypes.S3StorageClassIntelligentTiering:      {"charged for being watched", "in its archive tiers, must be restored before they can be read, also by DataSync"},
}

const (
	small128 = "smaller than 128 KB, written as STANDARD"
	small40  = "smaller than 40 KB, written as STANDARD"
)

// Consequences lists what the storage class means for the objects that DataSync writes, in a few words each; nil for STANDARD. Existing
// objects keep their class unless they are written again. If an object is replaced, deleted or its metadata changed before the minimum
// storage time of its class, S3 charges for the rest of that time.
func (s Spec) Consequences() []string {
	return append([]string(nil), consequences[s.StorageClass]...)
}
