package location

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/tag"
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
	Tags         map[string]string // nil if there are none
	Unread       map[string]error  // by part: what could not be read, and why; nil if all was read
}

// Entry is one location in a list.
type Entry struct {
	ARN string
	URI string // as DataSync gave it
}

// Observe reads one location, in one round of calls. It fails only if ctx is done or arn is not a location's;
// what AWS refuses to tell is in State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	if err := (Spec{}).checkARN(arn); err != nil {
		return State{}, err
	}
	var (
		out             *datasync.DescribeLocationS3Output
		tags            map[string]string
		outErr, tagsErr error
		wg              sync.WaitGroup
	)
	wg.Go(func() {
		out, outErr = api.DescribeLocationS3(ctx, &datasync.DescribeLocationS3Input{LocationArn: &arn})
	})
	wg.Go(func() { tags, tagsErr = tag.Read(ctx, api, arn) })
	wg.Wait()
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading location %s: %w", arn, context.Cause(ctx))
	}

	state := State{ARN: arn}
	if awserr.NotFound(outErr) {
		return state, nil
	}
	state.unread(PartLocation, outErr)
	state.unread(PartTags, tagsErr)
	if outErr != nil {
		return state, nil
	}
	state.Exists, state.Tags = true, tags
	state.URI = CanonicalURI(aws.ToString(out.LocationUri))
	state.StorageClass = out.S3StorageClass
	state.CreationTime = aws.ToTime(out.CreationTime)
	if out.S3Config != nil {
		state.RoleARN = aws.ToString(out.S3Config.BucketAccessRoleArn)
	}
	return state, nil
}

func (s *State) unread(part string, err error) {
	if err == nil {
		return
	}
	if s.Unread == nil {
		s.Unread = map[string]error{}
	}
	s.Unread[part] = err
}

// List reads all locations of the client's account and Region, of every type, page by page. On an error the list is not complete, and nil.
func List(ctx context.Context, api API) ([]Entry, error) {
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.LocationListEntry, *string, error) {
		out, err := api.ListLocations(ctx, &datasync.ListLocationsInput{MaxResults: new(int32(tag.PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Locations, out.NextToken, nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing locations: %w", err)
	}
	entries := make([]Entry, len(list))
	for i, e := range list {
		entries[i] = Entry{ARN: aws.ToString(e.LocationArn), URI: aws.ToString(e.LocationUri)}
	}
	return entries, nil
}
