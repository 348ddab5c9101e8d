package authz

import "github.com/xacct/xacct/internal/region"

// AssumeRoleCall describes how DataSync assumes a role. The zero value of a field is not known.
type AssumeRoleCall struct {
	RoleARN string
	Service string   // "" is datasync.amazonaws.com
	Account string   // of the location and task
	Regions []string // with exactly one, it is the Region of aws:SourceArn
	OrgID   string   // of that account
}

// Request is sts:AssumeRole by DataSync, to be judged by the trust policy of the role: see [AssumeRoleCall.Facts].
func (c AssumeRoleCall) Request() Request {
	r := Request{Service: c.Service, Action: "sts:AssumeRole", Resource: c.RoleARN}
	if r.Service == "" {
		r.Service = "datasync.amazonaws.com"
	}
	return r.With(c.Facts(), Assumed)
}

// Facts lists what is known of the condition keys of that request.
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
	facts := []Fact{
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
	}
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
