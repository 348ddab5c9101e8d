// Package region derives facts from the name of an AWS Region or from an ARN.
package region

import (
	"regexp"
	"strings"
)

// partitions holds the partition by prefix of the Region's name. Where one prefix begins another, the longer one comes first.
// Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html and the endpoint tables of aws-sdk-go-v2.
var partitions = []struct{ prefix, partition string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-isob-", "aws-iso-b"},
	{"us-iso-", "aws-iso"},
	{"us-isof-", "aws-iso-f"},
	{"eu-isoe-", "aws-iso-e"},
	{"eusc-", "aws-eusc"},
	{"", "aws"},
}

var shape = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}$`)

// Valid reports whether name has the form of a Region name. There is no list of Regions, so that a new Region needs no new release.
func Valid(name string) bool { return shape.MatchString(name) }

// Partition returns the partition of the Region.
func Partition(name string) string {
	for _, p := range partitions {
		if strings.HasPrefix(name, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// ValidAccount reports whether id is a 12-digit account id.
func ValidAccount(id string) bool {
	if len(id) != 12 {
		return false
	}
	for _, c := range id {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// ARN is an Amazon Resource Name, split into the parts after "arn".
type ARN struct{ Partition, Service, Region, Account, Resource string }

// ParseARN splits s. It checks the shape only, not whether such a resource can exist.
func ParseARN(s string) (ARN, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, false
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, true
}

// String returns the ARN as AWS writes it.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Bucket returns the ARN of a bucket.
func Bucket(partition, name string) string { return ARN{partition, "s3", "", "", name}.String() }

// Role returns the ARN of a role; path "" is "/".
func Role(partition, account, path, name string) string {
	if path == "" {
		path = "/"
	}
	return ARN{partition, "iam", "", account, "role" + path + name}.String()
}
