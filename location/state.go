package location

import (
	"context"
	"errors"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Parts of a State that may be unread.
const (
	PartLocation = "location" // the location itself: whether it exists is then unknown
	PartTags     = "tags"
)

// State is what a location is.
type State struct {
	Exists       bool   // false is proof of absence only if PartLocation is not in Unread
	ARN          string // as asked for
	URI          string // canonical, see CanonicalURI
	RoleARN      string
	StorageClass dstypes.S3StorageClass
	CreationTime time.Time
	Tags         map[string]string
	Unread       map[string]error // by part: what could not be read, and why; nil if all was read
}

// Entry is one location in a list.
type Entry struct {
	ARN string
	URI string // as DataSync gave it
}

// Observe reads one location. It fails only if ctx is done or arn is not a location's; what AWS refuses to tell is in State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	return State{}, errors.ErrUnsupported
}

// List reads all locations of the client's account and Region, of every type, page by page.
func List(ctx context.Context, api API) ([]Entry, error) { return nil, errors.ErrUnsupported }
