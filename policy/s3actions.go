package policy

import "strings"

// The tables below say which actions of S3 apply to what. Validate reports only actions and condition keys that are listed here, so that
// those which Amazon adds later pass.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html

// objectActions apply to objects: a bucket's ARN followed by a slash and a key or pattern. Names are lower case, without "s3:".
var objectActions = nameSet(`
	AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersion
	DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold
	GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAnnotation
	GetObjectVersionAnnotationForReplication GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
	InitiateReplication ListMultipartUploadParts ListObjectAnnotations ListObjectVersionAnnotations ObjectOwnerOverrideToBucketOwner PutObject
	PutObjectAcl PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionAnnotation
	PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags RestoreObject UpdateObjectEncryption
`)

// bucketActions apply to the bucket itself. Names are lower case, without "s3:".
var bucketActions = nameSet(`
	AllowVendedLogDeliveryForResource CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration
	DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLocation
	GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy
	GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite
	GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
	GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions ListTagsForResource PauseReplication PutAccelerateConfiguration
	PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration
	PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite
	PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
	PutReplicationConfiguration TagResource UntagResource UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
	UpdateBucketMetadataJournalTableConfiguration
`)

// accountActions apply to neither objects nor buckets. Names are lower case, without "s3:".
var accountActions = nameSet(`
	GetAccountPublicAccessBlock ListAccessPoints ListAllMyBuckets ListJobs ListMultiRegionAccessPoints ListStorageLensConfigurations
	PutAccountPublicAccessBlock
`)

// keyActions maps a condition key of S3 to the actions that it can be used with; keys that fit every action are not listed. Names are
// lower case, without "s3:". A key that ends in a slash stands for all keys with that prefix.
var keyActions = func() map[string]map[string]bool {
	m := map[string]map[string]bool{}
	for keys, actions := range map[string]string{
		"ExistingObjectTag/": `DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObject
			GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectTagging GetObjectVersion GetObjectVersionAcl
			GetObjectVersionAnnotation GetObjectVersionAttributes GetObjectVersionTagging ListObjectAnnotations
			ListObjectVersionAnnotations PutObjectAcl PutObjectAnnotation PutObjectTagging PutObjectVersionAcl
			PutObjectVersionAnnotation PutObjectVersionTagging UpdateObjectEncryption`,
		"InventoryAccessibleOptionalFields":                    `PutInventoryConfiguration`,
		"RequestObjectTag/ RequestObjectTagKeys":               `BypassGovernanceRetention PutObject PutObjectTagging PutObjectVersionTagging`,
		"delimiter max-keys prefix":                            `ListBucket ListBucketVersions`,
		"deliverySourceArn logType resourceArnBeingAuthorized": `AllowVendedLogDeliveryForResource`,
		"destinationRegion":                                    `PauseReplication`,
		"if-match":                                             `DeleteObject PutObject`,
		"ObjectCreationOperation if-none-match x-amz-object-annotation-directive": `PutObject`,
		"isReplicationPauseRequest":                                                           `PutReplicationConfiguration`,
		"locationconstraint x-amz-bucket-namespace x-amz-object-ownership":                    `CreateBucket`,
		"annotation-prefix max-annotation-results":                                            `ListObjectAnnotations ListObjectVersionAnnotations`,
		"object-lock-event-hold object-lock-event-hold-duration-days":                         `PutObject PutObjectRetention ReplicateObject`,
		"object-lock-legal-hold":                                                              `PutObject PutObjectLegalHold`,
		"object-lock-mode object-lock-remaining-retention-days object-lock-retain-until-date": `PutObject PutObjectRetention`,
		"versionid": `DeleteObjectVersion DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObjectVersion GetObjectVersionAcl
			GetObjectVersionAnnotation GetObjectVersionAttributes GetObjectVersionTagging GetObjectVersionTorrent
			ListObjectVersionAnnotations PutObjectVersionAcl PutObjectVersionAnnotation PutObjectVersionTagging`,
		"x-amz-copy-source x-amz-metadata-directive x-amz-website-redirect-location":                                       `BypassGovernanceRetention PutObject`,
		"x-amz-acl x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp": `BypassGovernanceRetention CreateBucket PutBucketAcl PutObject PutObjectAcl PutObjectVersionAcl`,
		"x-amz-object-if-match": `DeleteObjectAnnotation DeleteObjectVersionAnnotation PutObjectAnnotation PutObjectVersionAnnotation`,
		"x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id": `BypassGovernanceRetention PutObject ReplicateObject UpdateObjectEncryption`,
		"x-amz-server-side-encryption-customer-algorithm":                          `BypassGovernanceRetention PutObject ReplicateObject`,
		"x-amz-storage-class": `BypassGovernanceRetention PutObject PutObjectAcl PutObjectVersionAcl`,
	} {
		for key := range nameSet(keys) {
			m[key] = nameSet(actions)
		}
	}
	return m
}()

func nameSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(strings.ToLower(list)) {
		m[name] = true
	}
	return m
}

// keyKind returns the name under which keyActions may have the condition key, which is given as written in the policy; "" if it is no key of S3.
func keyKind(key string) string {
	kind, ok := strings.CutPrefix(strings.ToLower(key), "s3:")
	if !ok {
		return ""
	}
	if i := strings.IndexByte(kind, '/'); i >= 0 {
		return kind[:i+1]
	}
	return kind
}

// fits reports whether a condition key of the kind can be used with the action, which is given as written in the policy.
func fits(kind, action string) bool {
	action, isS3 := strings.CutPrefix(strings.ToLower(action), "s3:")
	return !isS3 || strings.ContainsAny(action, "*?") || keyActions[kind][action]
}

// mostMisfits is how many actions that a key does not fit are reported for one key.
const mostMisfits = 20

// misfitsOf returns the first actions that keys of the kind do not fit.
func misfitsOf(kind string, actions []string) []string {
	var out []string
	for _, action := range actions {
		if !fits(kind, action) {
			out = append(out, action)
			if len(out) == mostMisfits {
				break
			}
		}
	}
	return out
}
