package region

// traits holds what differs between partitions.
type traits struct {
	datasync        string // DataSync's service principal
	datasyncAssumed bool   // true where the documentation does not name the principal
	iam             string // Region of IAM's calls, as in aws:RequestedRegion; "" is not documented
}

// partitionTraits holds the traits of each partition. The guide names the service principal datasync.amazonaws.com and no other, even where it
// discusses China and GovCloud (https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html). For
// partitions other than aws the name is assumed. That all calls of IAM go to one Region is documented for aws
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion).
var partitionTraits = map[string]traits{
	"aws":        {datasync: "datasync.amazonaws.com", iam: "us-east-1"},
	"aws-cn":     {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-us-gov": {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-eusc":   {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-iso":    {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-iso-b":  {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-iso-e":  {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
	"aws-iso-f":  {datasync: "datasync.amazonaws.com", datasyncAssumed: true},
}

// DataSync returns the service principal of DataSync in the partition.
func DataSync(partition string) string { return traitsOf(partition).datasync }

// DataSyncAssumed reports whether the name that DataSync returns is assumed, because it is not documented for the partition.
func DataSyncAssumed(partition string) bool { return traitsOf(partition).datasyncAssumed }

// IAM returns the Region of IAM's calls in the partition; "" if it is not documented.
func IAM(partition string) string { return traitsOf(partition).iam }

func traitsOf(partition string) traits {
	if t, ok := partitionTraits[partition]; ok {
		return t
	}
	return traits{datasync: "datasync.amazonaws.com", datasyncAssumed: true}
}
