package s3name

import (
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/problem"
)

func TestRules(t *testing.T) {
	tests := []struct {
		rule, name, bucket, region string
		refuse                     bool
	}{
		{"bucket-name", "example of the guide", "amzn-s3-demo-destination-bucket", "eu-west-1", false},
		{"bucket-name", "shortest", "abc", "eu-west-1", false},
		{"bucket-name", "longest", strings.Repeat("a", 63), "eu-west-1", false},
		{"bucket-name", "dots", "my.bucket.name", "eu-west-1", false},
		{"bucket-name", "old name in us-east-1", "My_Old_Bucket", "us-east-1", false},
		{"bucket-name", "old name elsewhere", "My_Old_Bucket", "us-east-2", true},
		{"bucket-name", "empty", "", "us-east-1", true},
		{"bucket-name", "too short", "ab", "us-east-1", true},
		{"bucket-name", "too long", strings.Repeat("a", 64), "eu-west-1", true},
		{"bucket-name", "IP address", "192.0.2.1", "us-east-1", true},
		{"bucket-name", "two dots", "a..b", "eu-west-1", true},
		{"bucket-name", "hyphen at the end", "abc-", "eu-west-1", true},
		{"bucket-name", "space", "a b", "us-east-1", true},
		{"bucket-address", "name", "amzn-s3-demo-bucket", "eu-west-1", false},
		{"bucket-address", "ARN", "arn:aws:s3:::amzn-s3-demo-bucket", "eu-west-1", true},
		{"bucket-address", "URI", "s3://amzn-s3-demo-bucket", "eu-west-1", true},
		{"bucket-address", "with prefix", "amzn-s3-demo-bucket/photos", "eu-west-1", true},
		{"bucket-kind", "name", "amzn-s3-demo-bucket", "eu-west-1", false},
		{"bucket-kind", "access point alias", "my-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias", "eu-west-1", true},
		{"bucket-kind", "directory bucket", "demo--usw2-az1--x-s3", "us-west-2", true},
		{"bucket-kind", "table bucket", "demo--table-s3", "us-east-1", true},
		{"bucket-kind", "multi-Region access point", "mfzwi23gnjvgw.mrap", "us-east-1", true},
		{"bucket-kind", "a bucket's ARN is an address", "arn:aws:s3:::amzn-s3-demo-bucket", "eu-west-1", false},
		{"bucket-kind", "access point", "arn:aws:s3:us-east-2:111122223333:accesspoint/ap", "us-east-2", true},
		{"bucket-kind", "multi-Region access point by ARN", "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", "us-east-2", true},
		{"bucket-kind", "access point on Outposts", "arn:aws:s3-outposts:us-east-2:111122223333:outpost/op-1/accesspoint/x", "us-east-2", true},
		{"bucket-kind", "directory bucket by ARN", "arn:aws:s3express:us-west-2:111122223333:bucket/demo--usw2-az1--x-s3", "us-west-2", true},
		{"bucket-kind", "alias of an access point on Outposts", "my-ap-abcdef--op-s3", "us-east-1", true},
		{"bucket-kind", "Object Lambda", "demo-a1b2c3--ol-s3", "us-east-1", true},
		{"bucket-kind", "access point of a directory bucket", "demo-zoneid--xa-s3", "us-east-1", true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		var l problem.List
		Check(&l, "Bucket", tt.bucket, tt.region)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: l.Err()})
	}
	problemtest.Run(t, Rules, cases)
}
