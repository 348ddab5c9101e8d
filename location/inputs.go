package location

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// CreateInput returns the request that creates the location, to be sent to its Region. Errors are those of Validate. DataSync has no client
// token for it: before sending it again, check whether the location exists.
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

// UpdateInput returns the request that sets prefix, storage class and role of the location with the ARN; an empty storage class is left alone.
// The bucket of a location cannot be changed, and tags have requests of their own. Errors are those of Validate, and an arn that is not a
// location's or not of the account and Region of s.
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
		prefix = "/" // assumed: without a Subdirectory the old one stays, so that the whole bucket must be named
	}
	return &datasync.UpdateLocationS3Input{
		LocationArn:    &arn,
		S3Config:       &dstypes.S3Config{BucketAccessRoleArn: &s.RoleARN},
		S3StorageClass: s.StorageClass,
		Subdirectory:   &prefix,
	}, nil
}

// DeleteInput returns the request that deletes the location with the ARN. It deletes no data. All fields of s may be empty.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteLocationInput, error) {
	if err := s.checkARN(arn); err != nil {
		return nil, err
	}
	return &datasync.DeleteLocationInput{LocationArn: &arn}, nil
}

// TagInput returns the request that sets the tags of s on the location with the ARN and leaves other tags alone; nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkARN(arn); err != nil || len(s.Tags) == 0 {
		return nil, err
	}
	return &datasync.TagResourceInput{ResourceArn: &arn, Tags: s.tagList()}, nil
}

// UntagInput returns the request that removes the tags with these keys from the location with the ARN; nil if there is no key. All fields of
// s may be empty.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	if err := s.checkARN(arn); err != nil || len(keys) == 0 {
		return nil, err
	}
	return &datasync.UntagResourceInput{ResourceArn: &arn, Keys: slices.Sorted(slices.Values(keys))}, nil
}

// tagList returns the tags in the order of their keys; nil if there are none.
func (s Spec) tagList() []dstypes.TagListEntry {
	var list []dstypes.TagListEntry
	for _, k := range slices.Sorted(maps.Keys(s.Tags)) {
		list = append(list, dstypes.TagListEntry{Key: &k, Value: new(s.Tags[k])})
	}
	return list
}
