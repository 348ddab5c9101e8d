package location

import dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

// consequences are what S3 and DataSync do with objects of a storage class.
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

// Consequences are what the storage class means for the objects written, in a few words each; nil for STANDARD. Objects that are there keep
// their class unless they are written anew; to replace, delete or change the metadata of one before its time is charged for the rest of it.
func (s Spec) Consequences() []string {
	return append([]string(nil), consequences[s.StorageClass]...)
}
