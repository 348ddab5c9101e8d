package xacct

import "github.com/xacct/xacct/policy/authz"

// dataSyncToS3 is DataSync's request on a bucket: an ordinary call of the role's session, over TLS, through no VPC endpoint.
func dataSyncToS3(role, action, resource, owner, reg string) authz.Request {
	return authz.Request{Principal: role, Action: action, Resource: resource, ResourceAccount: owner,
		Context: map[string][]string{"aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"}, "aws:PrincipalIsAWSService": {"false"}, "aws:RequestedRegion": {reg}},
		Absent:  []string{"aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:SourceArn", "aws:SourceAccount", "aws:CalledVia", "aws:PrincipalServiceName"}}
}

// dataSyncAssumesRole is the service's request to assume a role for a location.
func dataSyncAssumesRole(role, account, partition, reg string) authz.Request {
	return authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, ResourceAccount: account,
		Context: map[string][]string{"aws:SourceAccount": {account},
			"aws:SourceArn": {"arn:" + partition + ":datasync:" + reg + ":" + account + ":location/loc-0123456789abcdef0"}}}
}

// operatorToS3 is a call of whoever creates a location.
func operatorToS3(principal, action, resource, owner, reg string) authz.Request {
	return authz.Request{Principal: principal, Action: action, Resource: resource, ResourceAccount: owner,
		Context: map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {reg}}}
}
