package region

// traits is what differs between partitions.
type traits struct {
	datasync        string // DataSync's service principal
	datasyncAssumed bool   // the documentation names it for the aws partition only
	iam             string // the Region that IAM's calls go to, as aws:RequestedRegion says; "" is not documented
}

// partitionTraits by partition. The guide names datasync.amazonaws.com and no other, also where it speaks of China and GovCloud
// (https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html); for all partitions but aws
// the name is assumed. That IAM's calls go to one Region is documented for aws
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

// DataSync is the service principal of DataSync in the partition.
func DataSync(partition string) string { return traitsOf(partition).datasync }

// DataSyncAssumed reports whether that name is assumed, because the documentation does not give one for the partition.
func DataSyncAssumed(partition string) bool { return traitsOf(partition).datasyncAssumed }

// IAM is the Region that calls of IAM go to; "" is not documented.
func IAM(partition string) string { return traitsOf(partition).iam }

func traitsOf(partition string) traits {
	if t, ok := partitionTraits[partition]; ok {
		return t
	}
	return traits{datasync: "datasync.amazonaws.com", datasyncAssumed: true}
}
