package location

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/internal/text"
)

// Names of the parts of a State that Observe may fail to read, as the keys of State.Unread.
const (
	PartLocation = "location" // the location itself; if unread, Exists is unknown
	PartTags     = "tags"
)

// State is the observed state of a location.
type State struct {
	Exists       bool   // false proves absence only if PartLocation is not in Unread
	ARN          string // the ARN given to Observe
	URI          string // canonical form, see CanonicalURI
	RoleARN      string
	StorageClass dstypes.S3StorageClass
	CreationTime time.Time
	Tags         map[string]string // nil if there are none
	Unread       map[string]error  // the error by part for each part that could not be read; nil if all were read
}

// Entry is one location in the result of [List].
type Entry struct {
	ARN string
	URI string // as DataSync returned it, see CanonicalURI
}

// Observe reads one location with concurrent calls. It fails only if ctx is done, api is nil, or arn is not a location's. Parts that AWS refuses to return
// are listed in State.Unread.
func Observe(ctx context.Context, api API, arn string) (State, error) {
	if err := errors.Join(absent.Check("api", api, "datasync.NewFromConfig"), (Spec{}).checkARN(arn)); err != nil {
		return State{}, err
	}
	var (
		out             *datasync.DescribeLocationS3Output
		tags            map[string]string
		outErr, tagsErr error
		wg              sync.WaitGroup
	)
	describe := func() {
		out, outErr = api.DescribeLocationS3(ctx, &datasync.DescribeLocationS3Input{LocationArn: &arn})
	}
	wg.Go(describe)
	wg.Go(func() { tags, tagsErr = tag.Read(ctx, api, arn) })
	wg.Wait()
	if outErr == nil && awserr.NotFound(tagsErr) {
		describe() // somebody deletes it meanwhile, or lists of tags lag behind
	}
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

// List reads all locations of the client's account and Region, of every type. If an error occurs on any page, the list is nil.
func List(ctx context.Context, api API) ([]Entry, error) {
	if err := absent.Check("api", api, "datasync.NewFromConfig"); err != nil {
		return nil, err
	}
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.LocationListEntry, *string, error) {
		out, err := api.ListLocations(ctx, &datasync.ListLocationsInput{MaxResults: new(int32(tag.PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Locations, out.NextToken, nil
	})
	if err != nil {
		return nil, text.Errorf("listing locations: %w", err)
	}
	entries := make([]Entry, len(list))
	for i, e := range list {
		entries[i] = Entry{ARN: aws.ToString(e.LocationArn), URI: aws.ToString(e.LocationUri)}
	}
	return entries, nil
}
