// Package s3name holds the rules for the names of S3 buckets.
package s3name

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/xacct/xacct/problem"
)

const source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"

// The rules for names of buckets.
var (
	Shape = problem.Rule{
		ID: "bucket-name", Text: "must be 3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends, no two dots in a row, and not an IP address",
		Remedy: "give the bucket's name", Source: source,
	}
	Plain = problem.Rule{
		ID: "bucket-address", Text: "must be a bucket's name, not its ARN or address",
		Remedy: "give the name alone, such as amzn-s3-demo-bucket, and what follows it as the prefix", Source: "xacct",
	}
	Kind = problem.Rule{
		ID: "bucket-kind", Text: "must be a general purpose bucket, not an access point, Outposts, directory or table bucket",
		Remedy: "give the name of the general purpose bucket itself", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html",
	}
)

// Rules is the table of all rules of this package.
var Rules = []problem.Rule{Shape, Plain, Kind}

var (
	shape = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	old   = regexp.MustCompile(`^[A-Za-z0-9._-]{3,255}$`) // names that us-east-1 allowed before March 2018
)

// kinds lists the suffixes that S3 reserves for names of other things than general purpose buckets.
var kinds = []string{"-s3alias", "--ol-s3", "--op-s3", "--x-s3", "--xa-s3", ".mrap", "--table-s3"}

// otherARN matches the ARN of another S3 resource that contains or leads to objects, such as an access point. The ARN of a general purpose
// bucket has neither Region nor account. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html and
// the pages of the other S3 services there.
var otherARN = regexp.MustCompile(`^arn:[a-z-]+:(s3[a-z-]+:|s3:[a-z0-9-]*:[0-9]+:)`)

// Check adds to l what is wrong with the name of a bucket in the Region. path is the field of the name.
func Check(l *problem.List, path, name, region string) {
	switch {
	case otherARN.MatchString(name), reserved(name):
		l.Add(Kind, path, name)
	case strings.ContainsAny(name, ":/"):
		l.Add(Plain, path, name)
	case region == "us-east-1" && old.MatchString(name) && !isIP(name):
	case !shape.MatchString(name), strings.Contains(name, ".."), isIP(name):
		l.Add(Shape, path, name)
	}
}

func reserved(name string) bool {
	for _, k := range kinds {
		if strings.HasSuffix(name, k) {
			return true
		}
	}
	return false
}

func isIP(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}
