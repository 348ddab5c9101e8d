package task

import (
	"context"
	"errors"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Parts of a State that may be unread.
const (
	PartTask = "task" // the task itself: whether it exists is then unknown
	PartTags = "tags"
)

// State is what a task is.
type State struct {
	Exists                 bool   // false is proof of absence only if PartTask is not in Unread
	ARN                    string // as asked for
	Name                   string
	Status                 dstypes.TaskStatus
	Mode                   dstypes.TaskMode
	SourceLocationARN      string
	DestinationLocationARN string
	Options                Options  // what is in force, with DataSync's own defaults filled in
	Includes, Excludes     []string // patterns, split
	LogGroupARN            string   // without ":*" at the end
	LastExecutionARN       string   // the most recent execution, running or not; "" if there was none
	ErrorCode, ErrorDetail string
	CreationTime           time.Time
	Tags                   map[string]string
	Unread                 map[string]error // by part: what could not be read, and why; nil if all was read
}

// Entry is one task in a list.
type Entry struct {
	ARN    string
	Name   string
	Status dstypes.TaskStatus
	Mode   dstypes.TaskMode
}

// Observe reads one task. It fails only if ctx is done or arn is not a task's; what AWS refuses to tell is in State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	return State{}, errors.ErrUnsupported
}

// List reads all tasks of the client's account and Region, page by page.
func List(ctx context.Context, api API) ([]Entry, error) { return nil, errors.ErrUnsupported }
