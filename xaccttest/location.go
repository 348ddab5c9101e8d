package xaccttest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// locationState is an S3 location.
type locationState struct {
	arn, account, region string
	bucket               string
	prefix               string // "", or a key prefix that ends in a slash
	role                 string
	class                dstypes.S3StorageClass
	tags                 map[string]string
	created              time.Time
}

// uri is the location's URI as DataSync shows it, which always ends in a slash.
// Source: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/datasync/location_s3_test.go
func (l *locationState) uri() string { return "s3://" + l.bucket + "/" + l.prefix }

// id is the last part of the ARN.
func (l *locationState) id() string { return l.arn[strings.LastIndexByte(l.arn, '/')+1:] }

func (c *syncClient) CreateLocationS3(ctx context.Context, in *datasync.CreateLocationS3Input, _ ...func(*datasync.Options)) (*datasync.CreateLocationS3Output, error) {
	return do(ctx, c.client, "CreateLocationS3", in, func(rq *request, in *datasync.CreateLocationS3Input) (*datasync.CreateLocationS3Output, error) {
		l, err := rq.newLocation(in)
		if err != nil {
			return nil, err
		}
		context := tagContext(l.tags, nil)
		if err := rq.permit("datasync:CreateLocationS3", "*", context); err != nil {
			return nil, err
		}
		if len(l.tags) > 0 {
			if err := rq.permit("datasync:TagResource", rq.arn("location/*"), context); err != nil {
				return nil, err
			}
		}
		if err := rq.pass(l.role); err != nil {
			return nil, err
		}
		if err := rq.probeAsCaller(l); err != nil {
			return nil, err
		}
		l.arn = rq.arn("location/loc-" + ids.Digest(17, "location", rq.account, rq.region, l.uri(), l.role,
			rq.cloud.serial.Next("location", rq.account, rq.region, l.uri(), l.role)))
		if err := rq.cloud.probe(l, rq.now); err != nil {
			return nil, err
		}
		here := rq.here()
		here.locations[l.arn] = l
		here.locationList.add(l, rq.cloud.opts.Propagation)
		return &datasync.CreateLocationS3Output{LocationArn: aws.String(l.arn)}, nil
	})
}

// newLocation checks the form of the input and makes the location.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html
func (rq *request) newLocation(in *datasync.CreateLocationS3Input) (*locationState, error) {
	a, ok := region.ParseARN(*in.S3BucketArn)
	if !ok || a.Service != "s3" || a.Region != "" || a.Account != "" || !syncBucket.MatchString(a.Resource) {
		return nil, violation("s3BucketArn", *in.S3BucketArn, "regular expression pattern: ^arn:(aws|…):s3:::[a-zA-Z0-9.\\-_]{1,255}$")
	}
	if len(in.AgentArns) > 0 {
		return nil, invalidRequest("Agents can be used with S3 on Outposts only.")
	}
	class := in.S3StorageClass
	if class == "" {
		class = dstypes.S3StorageClassStandard
	}
	if !known(class) || class == dstypes.S3StorageClassOutposts {
		return nil, violation("s3StorageClass", string(class), "enum value set: [STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER, DEEP_ARCHIVE, GLACIER_INSTANT_RETRIEVAL]")
	}
	prefix, err := canonicalPrefix(aws.ToString(in.Subdirectory))
	if err != nil {
		return nil, err
	}
	tags, err := syncTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return &locationState{
		account: rq.account, region: rq.region, bucket: a.Resource, prefix: prefix, role: aws.ToString(in.S3Config.BucketAccessRoleArn),
		class: class, tags: tags, created: rq.now.UTC(),
	}, nil
}

var (
	syncBucket   = regexp.MustCompile(`^[a-zA-Z0-9.\-_]{1,255}$`)
	subdirectory = regexp.MustCompile(`^[a-zA-Z0-9_\-\+\./\(\)\p{Zs}]*$`)
)

// canonicalPrefix is a subdirectory without a leading slash and with a slash at its end; "" for the whole bucket.
func canonicalPrefix(s string) (string, error) {
	if !subdirectory.MatchString(s) || len(s) > 4096 {
		return "", violation("subdirectory", s, "regular expression pattern: "+subdirectory.String())
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "/"), "/")
	if s == "" {
		return "", nil
	}
	return s + "/", nil
}

// location finds a location of the client's account and Region, if the caller may act on it.
func (rq *request) location(action, arn string, context map[string][]string) (*locationState, error) {
	l := rq.here().locations[arn]
	if l != nil {
		context = resourceTagContext(l.tags, context)
	}
	if err := rq.ownARN(arn); err != nil {
		return nil, err
	}
	if err := rq.permit(action, arn, context); err != nil {
		return nil, err
	}
	if l == nil {
		return nil, invalidRequest("Location %s is not found.", arn)
	}
	return l, nil
}

func (c *syncClient) DescribeLocationS3(ctx context.Context, in *datasync.DescribeLocationS3Input, _ ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error) {
	return do(ctx, c.client, "DescribeLocationS3", in, func(rq *request, in *datasync.DescribeLocationS3Input) (*datasync.DescribeLocationS3Output, error) {
		l, err := rq.location("datasync:DescribeLocationS3", *in.LocationArn, nil)
		if err != nil {
			return nil, err
		}
		return &datasync.DescribeLocationS3Output{
			LocationArn: aws.String(l.arn), LocationUri: aws.String(l.uri()), S3StorageClass: l.class,
			S3Config: &dstypes.S3Config{BucketAccessRoleArn: aws.String(l.role)}, CreationTime: aws.Time(l.created),
		}, nil
	})
}

func (c *syncClient) UpdateLocationS3(ctx context.Context, in *datasync.UpdateLocationS3Input, _ ...func(*datasync.Options)) (*datasync.UpdateLocationS3Output, error) {
	return do(ctx, c.client, "UpdateLocationS3", in, func(rq *request, in *datasync.UpdateLocationS3Input) (*datasync.UpdateLocationS3Output, error) {
		l, err := rq.location("datasync:UpdateLocationS3", *in.LocationArn, nil)
		if err != nil {
			return nil, err
		}
		next := *l
		if in.Subdirectory != nil {
			if next.prefix, err = canonicalPrefix(*in.Subdirectory); err != nil {
				return nil, err
			}
		}
		if in.S3StorageClass != "" {
			if !known(in.S3StorageClass) || in.S3StorageClass == dstypes.S3StorageClassOutposts {
				return nil, violation("s3StorageClass", string(in.S3StorageClass), "enum value set")
			}
			next.class = in.S3StorageClass
		}
		if in.S3Config != nil {
			next.role = aws.ToString(in.S3Config.BucketAccessRoleArn)
		}
		if err := rq.pass(next.role); err != nil {
			return nil, err
		}
		if err := rq.cloud.probe(&next, rq.now); err != nil {
			return nil, err
		}
		*l = next
		return &datasync.UpdateLocationS3Output{}, nil
	})
}

func (c *syncClient) DeleteLocation(ctx context.Context, in *datasync.DeleteLocationInput, _ ...func(*datasync.Options)) (*datasync.DeleteLocationOutput, error) {
	return do(ctx, c.client, "DeleteLocation", in, func(rq *request, in *datasync.DeleteLocationInput) (*datasync.DeleteLocationOutput, error) {
		l, err := rq.location("datasync:DeleteLocation", *in.LocationArn, nil)
		if err != nil {
			return nil, err
		}
		a := rq.cloud.accounts[rq.account]
		for _, name := range sortedKeys(a.regions) {
			user := ""
			for arn, t := range a.regions[name].tasks {
				if (t.source == l || t.destination == l) && (user == "" || arn < user) {
					user = arn
				}
			}
			if user != "" {
				return nil, invalidRequest("Location %s is in use by task %s.", l.arn, user)
			}
		}
		here := rq.here()
		delete(here.locations, l.arn)
		here.locationList.remove(func(x *locationState) bool { return x == l }, rq.cloud.opts.Propagation)
		return &datasync.DeleteLocationOutput{}, nil
	})
}

func (c *syncClient) ListLocations(ctx context.Context, in *datasync.ListLocationsInput, _ ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	return do(ctx, c.client, "ListLocations", in, func(rq *request, in *datasync.ListLocationsInput) (*datasync.ListLocationsOutput, error) {
		if err := rq.permit("datasync:ListLocations", "*", nil); err != nil {
			return nil, err
		}
		var found []*locationState
		for _, l := range rq.here().locationList.visible(in.NextToken == nil) {
			fits := true
			for _, f := range in.Filters {
				value := map[dstypes.LocationFilterName]string{
					dstypes.LocationFilterNameLocationUri:  l.uri(),
					dstypes.LocationFilterNameLocationType: "S3",
					dstypes.LocationFilterNameCreationTime: l.created.Format(filterTime),
				}
				ok, err := matches(string(f.Name), f.Operator, f.Values, value[f.Name], known(f.Name))
				if err != nil {
					return nil, err
				}
				fits = fits && ok
			}
			if fits {
				found = append(found, l)
			}
		}
		part, next, err := page(rq.cloud, rq.operation, found, in.NextToken, aws.ToInt32(in.MaxResults))
		if err != nil {
			return nil, invalidRequest("Invalid NextToken.")
		}
		out := &datasync.ListLocationsOutput{NextToken: stringOrNil(next)}
		for _, l := range part {
			out.Locations = append(out.Locations, dstypes.LocationListEntry{LocationArn: aws.String(l.arn), LocationUri: aws.String(l.uri())})
		}
		return out, nil
	})
}

// filterTime is the layout of a time in a filter.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/query-resources.html
const filterTime = "2006-01-02 15:04:05"

// matches reports whether a value fits one filter of a list call.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/query-resources.html
func matches(name string, operator dstypes.Operator, values []string, have string, knownName bool) (bool, error) {
	if !knownName || !known(operator) || len(values) == 0 {
		return false, violation("filters", fmt.Sprintf("%s %s", name, operator), "enum value set, and has values")
	}
	for _, v := range values {
		if !filterValue.MatchString(v) || len(v) > 255 {
			return false, violation("filters.values", v, "regular expression pattern: "+filterValue.String())
		}
	}
	fits := func(one func(v string) bool) bool {
		for _, v := range values {
			if one(v) {
				return true
			}
		}
		return false
	}
	switch operator {
	case dstypes.OperatorEq, dstypes.OperatorIn:
		return fits(func(v string) bool { return have == v }), nil
	case dstypes.OperatorNe:
		return !fits(func(v string) bool { return have == v }), nil
	case dstypes.OperatorContains:
		return fits(func(v string) bool { return strings.Contains(have, v) }), nil
	case dstypes.OperatorNotContains:
		return !fits(func(v string) bool { return strings.Contains(have, v) }), nil
	case dstypes.OperatorBeginsWith:
		return fits(func(v string) bool { return strings.HasPrefix(have, v) }), nil
	case dstypes.OperatorLe:
		return have <= values[0], nil
	case dstypes.OperatorLt:
		return have < values[0], nil
	case dstypes.OperatorGe:
		return have >= values[0], nil
	default:
		return have > values[0], nil
	}
}

var filterValue = regexp.MustCompile(`^[0-9a-zA-Z_\ \-\:\*\.\\/\?-]*$`)
