package region

import "slices"

// enabled lists the Regions of the partition aws that every account has enabled. AWS adds none: a new Region is an opt-in Region.
// Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
var enabled = []string{
	"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
	"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
}

// OptIn reports whether an account has to enable the Region before it can use it. Other partitions than aws have no such Regions.
func OptIn(name string) bool {
	return Valid(name) && Partition(name) == "aws" && !slices.Contains(enabled, name)
}
