package iamrole

import "github.com/xacct/xacct/policy"

// DataSyncTrust lets DataSync assume the role on behalf of the account, for its locations and tasks in the given Regions; no Regions is any Region.
func DataSyncTrust(partition, account string, regions ...string) policy.Document {
	return policy.Document{}
}

// TutorialTrust is the trust policy that the IAM console makes for the use case DataSync: without any condition.
func TutorialTrust() policy.Document { return policy.Document{} }
