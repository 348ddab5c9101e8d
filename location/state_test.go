package location

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/internal/inputtest"
)

// fake implements the reads of this package. A write is an error.
type fake struct {
	latency   time.Duration
	describe  *datasync.DescribeLocationS3Output
	tags      [][]dstypes.TagListEntry // by page
	locations [][]dstypes.LocationListEntry
	err       map[string]error // by operation
}

var errWrite = errors.New("a read must not write")

// wait takes the time of a call, and returns an error for an input that violates DataSync's service model.
func (f *fake) wait(op string, in any) error {
	time.Sleep(f.latency)
	if err := inputtest.Model(in); err != nil {
		return err
	}
	return f.err[op]
}

func (f *fake) DescribeLocationS3(ctx context.Context, in *datasync.DescribeLocationS3Input, _ ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error) {
	if err := f.wait("DescribeLocationS3", in); err != nil {
		return nil, err
	}
	return f.describe, ctx.Err()
}

func (f *fake) ListTagsForResource(_ context.Context, in *datasync.ListTagsForResourceInput, _ ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	if err := f.wait("ListTagsForResource", in); err != nil {
		return nil, err
	}
	i, more := page(in.NextToken, len(f.tags))
	out := &datasync.ListTagsForResourceOutput{NextToken: more}
	if len(f.tags) > 0 {
		out.Tags = f.tags[i]
	}
	return out, nil
}

func (f *fake) ListLocations(_ context.Context, in *datasync.ListLocationsInput, _ ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	i, more := page(in.NextToken, len(f.locations))
	if err := f.wait("ListLocations", in); err != nil && i > 0 {
		return nil, err
	}
	return &datasync.ListLocationsOutput{Locations: f.locations[i], NextToken: more}, nil
}

// page returns the number of the page that the token names, and the token of the next page.
func page(token *string, pages int) (int, *string) {
	i := 0
	if token != nil {
		fmt.Sscan(*token, &i)
	}
	if i+1 < pages {
		return i, new(fmt.Sprint(i + 1))
	}
	return i, nil
}

func (f *fake) CreateLocationS3(context.Context, *datasync.CreateLocationS3Input, ...func(*datasync.Options)) (*datasync.CreateLocationS3Output, error) {
	return nil, errWrite
}
func (f *fake) UpdateLocationS3(context.Context, *datasync.UpdateLocationS3Input, ...func(*datasync.Options)) (*datasync.UpdateLocationS3Output, error) {
	return nil, errWrite
}
func (f *fake) DeleteLocation(context.Context, *datasync.DeleteLocationInput, ...func(*datasync.Options)) (*datasync.DeleteLocationOutput, error) {
	return nil, errWrite
}
func (f *fake) TagResource(context.Context, *datasync.TagResourceInput, ...func(*datasync.Options)) (*datasync.TagResourceOutput, error) {
	return nil, errWrite
}
func (f *fake) UntagResource(context.Context, *datasync.UntagResourceInput, ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error) {
	return nil, errWrite
}

var _ API = (*fake)(nil)

var (
	created  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	denied   = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	notFound = &dstypes.InvalidRequestException{Message: new("Location loc-0a1b2c3d4e5f67890 is not found.")}
)

func described() *datasync.DescribeLocationS3Output {
	return &datasync.DescribeLocationS3Output{
		LocationArn: new(arn), LocationUri: new("s3://amzn-s3-demo-bucket/photos"), S3StorageClass: "STANDARD", CreationTime: &created,
		S3Config: &dstypes.S3Config{BucketAccessRoleArn: new(role)},
	}
}

func TestObserve(t *testing.T) {
	tags := [][]dstypes.TagListEntry{{{Key: new("a"), Value: new("1")}}, {}, {{Key: new("b"), Value: new("2")}}}
	full := State{Exists: true, ARN: arn, URI: "s3://amzn-s3-demo-bucket/photos/", RoleARN: role, StorageClass: "STANDARD", CreationTime: created}
	withTags := full
	withTags.Tags = map[string]string{"a": "1", "b": "2"}
	tagsUnread := full
	tagsUnread.Unread = map[string]error{PartTags: denied}
	tests := []struct {
		name string
		fake fake
		want State
	}{
		{"all, tags in pages, one of them empty", fake{describe: described(), tags: tags}, withTags},
		{"no tags", fake{describe: described()}, full},
		{"absent", fake{err: map[string]error{"DescribeLocationS3": notFound, "ListTagsForResource": notFound}}, State{ARN: arn}},
		{"tags denied", fake{describe: described(), err: map[string]error{"ListTagsForResource": denied}}, tagsUnread},
		{"all denied is not absent", fake{err: map[string]error{"DescribeLocationS3": denied, "ListTagsForResource": denied}},
			State{ARN: arn, Unread: map[string]error{PartLocation: denied, PartTags: denied}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Observe(t.Context(), &tt.fake, arn)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestObserveIsOneRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := Observe(t.Context(), &fake{latency: time.Second, describe: described()}, arn); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("took %v, want one round of 1s", got)
		}
	})
}

func TestObserveFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Observe(ctx, &fake{describe: described()}, arn); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var p *Problem
	if _, err := Observe(t.Context(), &fake{}, "arn:aws:s3:::amzn-s3-demo-bucket"); !errors.As(err, &p) {
		t.Errorf("bucket's ARN: %v", err)
	}
}

func TestList(t *testing.T) {
	pages := [][]dstypes.LocationListEntry{{{LocationArn: new("1"), LocationUri: new("s3://b")}}, {}, {{LocationArn: new("2"), LocationUri: new("nfs://s/")}}}
	got, err := List(t.Context(), &fake{locations: pages})
	if diff := cmp.Diff([]Entry{{"1", "s3://b"}, {"2", "nfs://s/"}}, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	got, err = List(t.Context(), &fake{locations: pages, err: map[string]error{"ListLocations": denied}})
	if got != nil || !errors.Is(err, denied) {
		t.Errorf("second page denied: %v, %v", got, err)
	}
}
