package location

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// CreateInput is the request that makes the location. DataSync has no client token: do not send it twice without looking.
func (s Spec) CreateInput() (*datasync.CreateLocationS3Input, error) { return nil, errors.ErrUnsupported }

// UpdateInput is the request that gives the location at arn the prefix, storage class and role of s. The bucket of a location cannot be changed.
func (s Spec) UpdateInput(arn string) (*datasync.UpdateLocationS3Input, error) {
	return nil, errors.ErrUnsupported
}

// DeleteInput is the request that deletes the location at arn. No data is deleted with it.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteLocationInput, error) {
	return nil, errors.ErrUnsupported
}

// TagInput is the request that sets the tags of s on the location at arn, leaving its other tags alone; nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) { return nil, errors.ErrUnsupported }

// UntagInput is the request that takes tags off the location at arn, by key.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	return nil, errors.ErrUnsupported
}
