package region

import "slices"

// enabled lists the Regions of the partition aws that every account has enabled: those that AWS opened before 20 March 2019. AWS adds none.
// Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
var enabled = []string{
	"us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
	"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
	"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
}

// OptInAsOf is the month in which the table of opt-in Regions was last compared with its source.
const OptInAsOf = "2026-11"

// optIn lists the Regions that an account has to enable before it can use them, as of OptInAsOf, which is also what the endpoints of the SDK's client
// of DataSync, v1.59, have beside the enabled ones.
// Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
var optIn = []string{
	"af-south-1", "ap-east-1", "ap-east-2", "ap-south-2",
	"ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
	"ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
}

// OptIn reports whether an account has to enable the Region before it can use it. Other partitions than aws have no such Regions. A Region that
// neither list has counts as one, because AWS opens no others.
func OptIn(name string) bool {
	return Valid(name) && Partition(name) == "aws" && !slices.Contains(enabled, name)
}

// OptInListed reports whether the table of opt-in Regions has the Region. One that it does not have may be newer than the table, or not exist.
func OptInListed(name string) bool { return slices.Contains(optIn, name) }
