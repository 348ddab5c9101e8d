package authz

import "github.com/xacct/xacct/internal/region"

// AssumeRoleCall describes the call by which DataSync assumes a role. A zero field means that the value is not known, unless it says
// otherwise.
type AssumeRoleCall struct {
	RoleARN string
	Service string   // service principal of the caller; "" is datasync.amazonaws.com
	Account string   // 12-digit id of the account that owns the location and the task
	Regions []string // Regions of the location and the task; if there is exactly one, aws:SourceArn has it
	OrgID   string   // organisation of Account
}

// Request returns the sts:AssumeRole request of DataSync, with the certain and assumed facts of [AssumeRoleCall.Facts]. Decide it with the
// role's trust policy as [Policies.Resource].
func (c AssumeRoleCall) Request() Request {
	r := Request{Service: c.Service, Action: "sts:AssumeRole", Resource: c.RoleARN}
	if r.Service == "" {
		r.Service = "datasync.amazonaws.com"
	}
	return r.With(c.Facts(), Assumed)
}

// Facts lists what is known of the condition keys of the request.
//
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func (c AssumeRoleCall) Facts() []Fact {
	service, partition, in := c.Service, "*", "*"
	if service == "" {
		service = "datasync.amazonaws.com"
	}
	if a, ok := region.ParseARN(c.RoleARN); ok {
		partition = a.Partition
	}
	if len(c.Regions) == 1 {
		in = c.Regions[0]
	}
	facts := append(make([]Fact, 0, 13), []Fact{
		{Key: "aws:PrincipalIsAWSService", Values: []string{"true"}, Certainty: Certain, Reason: "the caller is a service principal"},
		{Key: "aws:PrincipalServiceName", Values: []string{service}, Certainty: Certain, Reason: "the caller"},
		{Key: "aws:PrincipalServiceNamesList", Reason: "the names of the caller"},
		{Key: "aws:PrincipalOrgID", Certainty: Assumed, Reason: "a service principal belongs to no customer's organisation"},
		{Key: "aws:SecureTransport", Values: []string{"true"}, Certainty: Assumed, Reason: "AWS's own clients use TLS"},
		{Key: "aws:SourceVpc", Certainty: Assumed, Reason: "the request comes from DataSync"},
		{Key: "aws:SourceVpce", Certainty: Assumed, Reason: "the request comes from DataSync"},
		{Key: "aws:SourceIp", Reason: "the request comes from DataSync"},
		{Key: "sts:ExternalId", Certainty: Assumed, Reason: "DataSync has no setting for one"},
		{Key: "sts:RoleSessionName", Form: "AwsSync-loc-*", Certainty: Assumed, Reason: "shown in one place only"},
	}...)
	if c.Account != "" {
		facts = append(facts,
			Fact{Key: "aws:SourceAccount", Values: []string{c.Account}, Certainty: Certain, Reason: "the account of the location"},
			Fact{Key: "aws:SourceArn", Form: "arn:" + partition + ":datasync:" + in + ":" + c.Account + ":*", Certainty: Certain, Reason: "a location or task of that account; which one, and of which Region, is not documented"})
	}
	if c.OrgID == "" {
		return append(facts, Fact{Key: "aws:SourceOrgID", Reason: "not documented whether DataSync sends it"})
	}
	return append(facts, Fact{Key: "aws:SourceOrgID", Reason: "if DataSync sends it, it is " + c.OrgID})
}
