package authz

import "github.com/xacct/xacct/internal/region"

// roomForFacts is about how many facts a call has beside those on tags.
const roomForFacts = 56

// DataSyncCall describes the calls that DataSync makes with the role of an S3 location. A zero field means that the value is not known.
type DataSyncCall struct {
	RoleARN  string            // ARN of the role, with its path
	RoleID   string            // unique id of the role, AROA…
	RoleTags map[string]string // nil is not known; otherwise all tags of the role
	OrgID    string            // organisation of the role's account
	Account  string            // 12-digit id of the account that owns the bucket or key
	Region   string            // Region of the bucket or key
}

// S3 returns a request of DataSync on a bucket or an object, with the certain and assumed facts of [DataSyncCall.Facts].
func (c DataSyncCall) S3(action, resource string) Request {
	return Request{Principal: c.RoleARN, Action: action, Resource: resource, ResourceAccount: c.Account}.With(c.Facts(), Assumed)
}

// KMS returns a request that S3 makes on a key on behalf of DataSync's role, with the certain and assumed facts of
// [DataSyncCall.KMSFacts].
func (c DataSyncCall) KMS(action, keyARN string) Request {
	return Request{Principal: c.RoleARN, Action: action, Resource: keyARN, ResourceAccount: c.Account}.With(c.KMSFacts(), Assumed)
}

// Facts lists what is known and what is unknown of the condition keys of DataSync's requests to S3. DataSync assumes the role and calls
// S3 with that session, so that the caller is a service role and not a service principal.
//
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html (session name)
func (c DataSyncCall) Facts() []Fact {
	facts := append(c.principalFacts(),
		Fact{Key: "aws:SourceVpc", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC"},
		Fact{Key: "aws:SourceVpcArn", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC"},
		Fact{Key: "aws:SourceVpce", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC endpoint"},
		Fact{Key: "aws:VpceAccount", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC endpoint"},
		Fact{Key: "aws:VpceOrgID", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC endpoint"},
		Fact{Key: "aws:VpceOrgPaths", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC endpoint"},
		Fact{Key: "aws:VpcSourceIp", Certainty: Certain, Reason: "transfers between S3 buckets use no agent and no VPC"},
		Fact{Key: "aws:SourceIp", Reason: "an address of AWS; no list of those that DataSync uses is published"},
		Fact{Key: "aws:ViaAWSService", Values: []string{"false"}, Certainty: Certain, Reason: "a service role is not a forward access session"},
		Fact{Key: "s3:x-amz-server-side-encryption", Certainty: Assumed, Reason: "not documented; the bucket's default encryption applies"},
		Fact{Key: "s3:x-amz-server-side-encryption-aws-kms-key-id", Certainty: Assumed, Reason: "not documented; the bucket's default encryption applies"},
		Fact{Key: "s3:x-amz-server-side-encryption-customer-algorithm", Certainty: Assumed, Reason: "DataSync has no setting for a key of the customer's"},
		Fact{Key: "s3:x-amz-acl", Certainty: Assumed, Reason: "not documented; with ACLs disabled none is needed"},
		Fact{Key: "s3:x-amz-grant-*", Certainty: Assumed, Reason: "not documented; with ACLs disabled none is needed"},
		Fact{Key: "s3:DataAccessPointAccount", Certainty: Certain, Reason: "the location names the bucket, not an access point"},
		Fact{Key: "s3:DataAccessPointArn", Certainty: Certain, Reason: "the location names the bucket, not an access point"},
		Fact{Key: "s3:AccessPointNetworkOrigin", Certainty: Certain, Reason: "the location names the bucket, not an access point"},
	)
	return append(facts, s3Facts(c.Account)...)
}

// KMSFacts lists what is known of the condition keys when S3 uses a key because DataSync's role reads or writes encrypted objects. S3
// calls KMS with the forwarded credentials of the role.
//
// Sources: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html (kms:ViaService, kms:CallerAccount),
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
func (c DataSyncCall) KMSFacts() []Fact {
	facts := append(c.principalFacts(),
		Fact{Key: "aws:ViaAWSService", Values: []string{"true"}, Certainty: Certain, Reason: "S3 calls KMS in a forward access session"},
		Fact{Key: "aws:SourceVpc", Certainty: Assumed, Reason: "the request comes from S3, not from a VPC"},
		Fact{Key: "aws:SourceVpcArn", Certainty: Assumed, Reason: "the request comes from S3, not from a VPC"},
		Fact{Key: "aws:SourceVpce", Certainty: Assumed, Reason: "the request comes from S3, not through a VPC endpoint"},
		Fact{Key: "aws:VpceAccount", Certainty: Assumed, Reason: "the request comes from S3, not through a VPC endpoint"},
		Fact{Key: "aws:VpceOrgID", Certainty: Assumed, Reason: "the request comes from S3, not through a VPC endpoint"},
		Fact{Key: "aws:VpceOrgPaths", Certainty: Assumed, Reason: "the request comes from S3, not through a VPC endpoint"},
		Fact{Key: "aws:SourceIp", Reason: "the request comes from S3"},
		Fact{Key: "kms:EncryptionContext:aws:s3:arn", Reason: "the ARN of the object, or of the bucket where it has a bucket key"},
	)
	if a, ok := region.ParseARN(c.RoleARN); ok {
		facts = append(facts, Fact{Key: "kms:CallerAccount", Values: []string{a.Account}, Certainty: Certain, Reason: "the account of the role"})
	}
	if c.Region != "" {
		facts = append(facts, Fact{Key: "kms:ViaService", Values: []string{"s3." + c.Region + ".amazonaws.com"}, Certainty: Certain, Reason: "S3 of the bucket's Region; the same domain in every partition"})
	}
	return facts
}

// principalFacts returns the facts about the role that DataSync has assumed.
func (c DataSyncCall) principalFacts() []Fact {
	facts := append(make([]Fact, 0, roomForFacts+len(c.RoleTags)), []Fact{
		{Key: "aws:PrincipalType", Values: []string{"AssumedRole"}, Certainty: Certain, Reason: "a session of a role"},
		{Key: "aws:PrincipalIsAWSService", Values: []string{"false"}, Certainty: Certain, Reason: "a service role is not a service principal"},
		{Key: "aws:PrincipalServiceName", Certainty: Certain, Reason: "a service role is not a service principal"},
		{Key: "aws:PrincipalServiceNamesList", Certainty: Certain, Reason: "a service role is not a service principal"},
		{Key: "aws:CalledVia", Certainty: Certain, Reason: "neither DataSync nor S3 is among the services that set it"},
		{Key: "aws:CalledViaFirst", Certainty: Certain, Reason: "neither DataSync nor S3 is among the services that set it"},
		{Key: "aws:CalledViaLast", Certainty: Certain, Reason: "neither DataSync nor S3 is among the services that set it"},
		{Key: "aws:SourceArn", Certainty: Certain, Reason: "sent when DataSync assumes the role, not when the role calls"},
		{Key: "aws:SourceAccount", Certainty: Certain, Reason: "sent when DataSync assumes the role, not when the role calls"},
		{Key: "aws:SourceOrgID", Certainty: Assumed, Reason: "belongs to aws:SourceArn and aws:SourceAccount"},
		{Key: "aws:SourceOrgPaths", Certainty: Assumed, Reason: "belongs to aws:SourceArn and aws:SourceAccount"},
		{Key: "aws:SecureTransport", Values: []string{"true"}, Certainty: Assumed, Reason: "AWS's own clients use TLS"},
		{Key: "aws:MultiFactorAuthPresent", Among: []string{"false", ""}, Certainty: Assumed, Reason: "a service has no device; whether the key is false or absent is not documented"},
		{Key: "aws:MultiFactorAuthAge", Certainty: Assumed, Reason: "a service has no device"},
		{Key: "aws:username", Certainty: Certain, Reason: "the requests of users have it, those of roles have not"},
		{Key: "aws:FederatedProvider", Certainty: Assumed, Reason: "the role is assumed by a service"},
		{Key: "ec2:SourceInstanceARN", Certainty: Assumed, Reason: "the role is assumed by a service, not by an instance"},
		{Key: "aws:Ec2InstanceSourceVpc", Certainty: Assumed, Reason: "the role is assumed by a service, not by an instance"},
		{Key: "aws:Ec2InstanceSourcePrivateIPv4", Certainty: Assumed, Reason: "the role is assumed by a service, not by an instance"},
		{Key: "lambda:SourceFunctionArn", Certainty: Assumed, Reason: "the role is assumed by a service, not by a function"},
		{Key: "aws:ResourceOrgID", Reason: "depends on the organisation of the resource's account"},
		{Key: "aws:CurrentTime", Reason: "depends on when the request is made"},
	}...)
	if a, ok := region.ParseARN(c.RoleARN); ok {
		facts = append(facts,
			Fact{Key: "aws:PrincipalArn", Values: []string{c.RoleARN}, Certainty: Certain, Reason: "the role, not the session"},
			Fact{Key: "aws:PrincipalAccount", Values: []string{a.Account}, Certainty: Certain, Reason: "the account of the role"})
	}
	id := Fact{Key: "aws:userid", Form: "*:AwsSync-loc-*", Certainty: Assumed, Reason: "role id, colon, session name; its form is shown in one place only"}
	if c.RoleID != "" {
		id.Form = c.RoleID + ":*"
		id.Certainty, id.Reason = Certain, "role id, colon, session name"
	}
	facts = append(facts, id)
	if c.Account != "" {
		facts = append(facts, Fact{Key: "aws:ResourceAccount", Values: []string{c.Account}, Certainty: Certain, Reason: "the owner of the resource"})
	}
	if c.Region != "" {
		facts = append(facts, Fact{Key: "aws:RequestedRegion", Values: []string{c.Region}, Certainty: Certain, Reason: "the Region of the resource"})
	}
	return append(append(facts, orgFacts(c.OrgID)...), tagFacts(c.RoleTags)...)
}
