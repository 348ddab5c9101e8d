package location

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// CreateInput is the request that makes the location, in its Region. Errors are those of Validate.
// DataSync has no client token: do not send it twice without looking in between.
func (s Spec) CreateInput() (*datasync.CreateLocationS3Input, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	in := &datasync.CreateLocationS3Input{
		S3BucketArn:    new(s.BucketARN()),
		S3Config:       &dstypes.S3Config{BucketAccessRoleArn: &s.RoleARN},
		S3StorageClass: s.StorageClass,
		Tags:           s.tagList(),
	}
	if _, prefix, _ := ParseURI(s.URI()); prefix != "" {
		in.Subdirectory = &prefix
	}
	return in, nil
}

// UpdateInput is the request that gives the location at arn the prefix, storage class and role of s; an empty storage class leaves that alone.
// The bucket of a location cannot be changed, its tags have requests of their own. Errors are those of Validate, and an arn of something else.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateLocationS3.html
func (s Spec) UpdateInput(arn string) (*datasync.UpdateLocationS3Input, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkARN(arn); err != nil {
		return nil, err
	}
	_, prefix, _ := ParseURI(s.URI())
	if prefix == "" {
		prefix = "/" // assumed: an absent Subdirectory leaves the old one, so the whole bucket has to be said
	}
	return &datasync.UpdateLocationS3Input{
		LocationArn:    &arn,
		S3Config:       &dstypes.S3Config{BucketAccessRoleArn: &s.RoleARN},
		S3StorageClass: s.StorageClass,
		Subdirectory:   &prefix,
	}, nil
}

// DeleteInput is the request that deletes the location at arn. No data is deleted with it. The rest of s may be empty.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteLocationInput, error) {
	if err := s.checkARN(arn); err != nil {
		return nil, err
	}
	return &datasync.DeleteLocationInput{LocationArn: &arn}, nil
}

// TagInput is the request that sets the tags of s on the location at arn, leaving its other tags alone. It is nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkARN(arn); err != nil || len(s.Tags) == 0 {
		return nil, err
	}
	return &datasync.TagResourceInput{ResourceArn: &arn, Tags: s.tagList()}, nil
}

// UntagInput is the request that takes tags off the location at arn, by key. It is nil if there is no key. The rest of s may be empty.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	if err := s.checkARN(arn); err != nil || len(keys) == 0 {
		return nil, err
	}
	return &datasync.UntagResourceInput{ResourceArn: &arn, Keys: slices.Sorted(slices.Values(keys))}, nil
}

// tagList is the tags in the order of their keys; nil if there are none.
func (s Spec) tagList() []dstypes.TagListEntry {
	var list []dstypes.TagListEntry
	for _, k := range slices.Sorted(maps.Keys(s.Tags)) {
		list = append(list, dstypes.TagListEntry{Key: &k, Value: new(s.Tags[k])})
	}
	return list
}
