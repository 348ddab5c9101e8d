package task

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// CreateInput is the request that makes the task. DataSync has no client token: do not send it twice without looking.
func (s Spec) CreateInput() (*datasync.CreateTaskInput, error) { return nil, errors.ErrUnsupported }

// UpdateInput is the request that gives the task at arn the name, options, filters and log group of s.
// Locations and mode of a task cannot be changed.
func (s Spec) UpdateInput(arn string) (*datasync.UpdateTaskInput, error) { return nil, errors.ErrUnsupported }

// DeleteInput is the request that deletes the task at arn.
func (s Spec) DeleteInput(arn string) (*datasync.DeleteTaskInput, error) { return nil, errors.ErrUnsupported }

// TagInput is the request that sets the tags of s on the task at arn, leaving its other tags alone; nil if s has none.
func (s Spec) TagInput(arn string) (*datasync.TagResourceInput, error) { return nil, errors.ErrUnsupported }

// UntagInput is the request that takes tags off the task at arn, by key.
func (s Spec) UntagInput(arn string, keys ...string) (*datasync.UntagResourceInput, error) {
	return nil, errors.ErrUnsupported
}
