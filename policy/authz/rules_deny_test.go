package authz_test

import (
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/policy/authz"
)

// The cases are Deny patterns of real bucket policies and their effect on DataSync's role. The requests come from DataSyncCall.
var denyRules = []rule{
	{"D1", s3Guide + "example-bucket-policies.html", "TLS only: DataSync is allowed"},
	{"D2", s3Guide + "amazon-s3-policy-keys.html", "minimum TLS version: DataSync is allowed"},
	{"D3", s3Guide + "example-bucket-policies-vpc-endpoint.html", "one VPC endpoint only: blocks, the key is absent"},
	{"D4", syncGuide + "create-s3-location.html", "one VPC only, with IfExists: blocks all the same"},
	{"D5", syncGuide + "create-s3-location.html", "the same, with the role exempt: lets in"},
	{"D6", syncGuide + "create-s3-location.html", "the same, with a tag exempt: allows roles of that tag"},
	{"D7", userGuide + "reference_policies_condition-keys.html", "address list: the addresses of DataSync are not known"},
	{"D8", userGuide + "reference_policies_condition-keys.html", "address list unless via a service: a service role is not via a service"},
	{"D9", userGuide + "reference_policies_condition-keys.html", "address list or VPC endpoint: blocks unless the address is listed"},
	{"D10", userGuide + "reference_policies_condition-keys.html", "organisation only: blocks unless the role's account is in it"},
	{"D11", "https://github.com/aws-samples/data-perimeter-policy-examples", "data perimeter: its exemption of services does not help a service role"},
	{"D12", userGuide + "reference_policies_condition-keys.html", "same account only: blocks"},
	{"D13", syncGuide + "create-s3-location.html", "list of role ids: blocks unless the role's is on it"},
	{"D14", userGuide + "reference_policies_condition-keys.html", "list of role ARNs: blocks unless the role's is on it"},
	{"D15", notPrincipalPage, "NotPrincipal: blocks in practice"},
	{"D16", s3Guide + "UsingServerSideEncryption.html", "encryption header required: blocks uploads without it"},
	{"D17", s3Guide + "UsingServerSideEncryption.html", "only another encryption refused: lets in"},
	{"D18", s3Guide + "object-ownership-migrating-acls-prerequisites.html", "ACL required: blocks uploads without it"},
	{"D19", s3Guide + "example-bucket-policies.html", "delete protection: only deletes fail"},
	{"D20", userGuide + "reference_policies_elements_notresource.html", "prefix guard: blocks outside the prefix"},
	{"D21", s3Guide + "example-bucket-policies.html", "MFA delete: deletes are blocked"},
	{"D22", userGuide + "reference_policies_condition-keys.html", "Region lock: depends on the bucket's Region"},
	{"D23", userGuide + "reference_policies_condition-keys.html", "policies made by services only: the operator cannot change the policy"},
	{"D24", "https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html", "Region-deny SCP: the role needs the bucket's Region"},
	{"D25", "https://github.com/aws-samples/data-perimeter-policy-examples", "RCP against confused deputies: depends on aws:SourceOrgID"},
}

// move is a request of DataSync's role on the object or on the bucket.
func move(action string, change ...func(*authz.DataSyncCall)) authz.Request {
	c := authz.DataSyncCall{RoleARN: role, Account: remote, Region: "eu-west-1"}
	option.Apply(&c, change)
	if action == "s3:ListBucket" {
		return c.S3(action, bucket)
	}
	return c.S3(action, object)
}

func org(id string) func(*authz.DataSyncCall) { return func(c *authz.DataSyncCall) { c.OrgID = id } }
func roleID(id string) func(*authz.DataSyncCall) {
	return func(c *authz.DataSyncCall) { c.RoleID = id }
}
func region(name string) func(*authz.DataSyncCall) {
	return func(c *authz.DataSyncCall) { c.Region = name }
}
func tags(pairs ...string) func(*authz.DataSyncCall) {
	return func(c *authz.DataSyncCall) {
		c.RoleTags = map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			c.RoleTags[pairs[i]] = pairs[i+1]
		}
	}
}

// guard returns policies in which both sides allow, and a Deny for everybody completed by rest.
func guard(rest string) authz.Policies {
	return authz.Policies{Identity: docs(allowAll), Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','Principal':'*',`+rest+`}`)}
}

// when is guard for all actions under a condition.
func when(condition string) authz.Policies {
	return guard(`'Action':'s3:*','Resource':'*','Condition':{` + condition + `}`)
}

var denyRows = []row{
	{"D1", true, "as documented", move("s3:PutObject"), when(`'Bool':{'aws:SecureTransport':'false'}`), authz.Allowed, "", nil},
	{"D1", false, "a caller without TLS", get(role, "aws:SecureTransport", "false"), when(`'Bool':{'aws:SecureTransport':'false'}`), authz.ExplicitlyDenied, "No", nil},

	{"D2", true, "1.2", move("s3:GetObject"), when(`'NumericLessThan':{'s3:TlsVersion':1.2}`), authz.Allowed, "", nil},
	{"D2", true, "1.3", move("s3:GetObject"), when(`'NumericLessThan':{'s3:TlsVersion':1.3}`), authz.Undetermined, "No", []string{"s3:TlsVersion"}},
	{"D2", false, "more than there is", move("s3:GetObject"), when(`'NumericLessThan':{'s3:TlsVersion':1.4}`), authz.ExplicitlyDenied, "No", nil},

	{"D3", true, "as documented", move("s3:GetObject"), when(`'StringNotEquals':{'aws:SourceVpce':'vpce-1a2b3c4d'}`), authz.ExplicitlyDenied, "No", nil},
	{"D3", false, "through the endpoint", get(role, "aws:SourceVpce", "vpce-1a2b3c4d"), when(`'StringNotEquals':{'aws:SourceVpce':'vpce-1a2b3c4d'}`), authz.Allowed, "", nil},

	{"D4", true, "as documented", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1'}`), authz.ExplicitlyDenied, "No", nil},
	{"D4", false, "in the VPC", get(role, "aws:SourceVpc", "vpc-1"), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1'}`), authz.Allowed, "", nil},

	{"D5", true, "the role", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1'},'ArnNotLikeIfExists':{'aws:PrincipalArn':['` + role + `']}`), authz.Allowed, "", nil},
	{"D5", false, "the session, which is not what is compared", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1'},'ArnNotLikeIfExists':{'aws:PrincipalArn':['arn:aws:sts::111122223333:assumed-role/mover/*']}`), authz.ExplicitlyDenied, "No", nil},

	{"D6", true, "the role has the tag", move("s3:GetObject", tags("exempt", "true")), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1','aws:PrincipalTag/exempt':'true'}`), authz.Allowed, "", nil},
	{"D6", false, "the role has other tags", move("s3:GetObject", tags("team", "video")), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1','aws:PrincipalTag/exempt':'true'}`), authz.ExplicitlyDenied, "No", nil},
	{"D6", false, "the role's tags are not known", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1','aws:PrincipalTag/exempt':'true'}`), authz.Undetermined, "No", []string{"aws:PrincipalTag/exempt"}},

	{"D7", true, "as documented", move("s3:GetObject"), when(`'NotIpAddress':{'aws:SourceIp':['203.0.113.0/24','2001:db8::/32']}`), authz.Undetermined, "No", []string{"aws:SourceIp"}},
	{"D7", false, "every address is listed, but for the other kind", get(role, "aws:SourceIp", "198.51.100.7"), when(`'NotIpAddress':{'aws:SourceIp':'0.0.0.0/0'}`), authz.Allowed, "", nil},
	{"D7", false, "an address that is not listed", get(role, "aws:SourceIp", "198.51.100.7"), when(`'NotIpAddress':{'aws:SourceIp':['203.0.113.0/24','2001:db8::/32']}`), authz.ExplicitlyDenied, "No", nil},

	{"D8", true, "looks like an exemption", move("s3:GetObject"), when(`'NotIpAddress':{'aws:SourceIp':'203.0.113.0/24'},'Bool':{'aws:ViaAWSService':'false'}`), authz.Undetermined, "No", []string{"aws:SourceIp"}},
	{"D8", false, "via a service", get(role, "aws:ViaAWSService", "true", "aws:SourceIp", "198.51.100.7"), when(`'NotIpAddress':{'aws:SourceIp':'203.0.113.0/24'},'Bool':{'aws:ViaAWSService':'false'}`), authz.Allowed, "", nil},

	{"D9", true, "as documented", move("s3:GetObject"), when(`'NotIpAddressIfExists':{'aws:SourceIp':'203.0.113.0/24'},'StringNotEqualsIfExists':{'aws:SourceVpce':'vpce-1'}`), authz.Undetermined, "No", []string{"aws:SourceIp"}},
	{"D9", false, "through the endpoint", get(role, "aws:SourceVpce", "vpce-1"), when(`'NotIpAddressIfExists':{'aws:SourceIp':'203.0.113.0/24'},'StringNotEqualsIfExists':{'aws:SourceVpce':'vpce-1'}`), authz.Allowed, "", nil},

	{"D10", true, "not known", move("s3:GetObject"), when(`'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3'}`), authz.Undetermined, "No", []string{"aws:PrincipalOrgID"}},
	{"D10", true, "another organisation", move("s3:GetObject", org("o-other")), when(`'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3'}`), authz.ExplicitlyDenied, "No", nil},
	{"D10", true, "no organisation", get(role), when(`'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3'}`), authz.ExplicitlyDenied, "No", nil},
	{"D10", false, "in it", move("s3:GetObject", org("o-a1b2c3")), when(`'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3'}`), authz.Allowed, "", nil},

	{"D11", true, "another organisation", move("s3:GetObject", org("o-other")), when(`'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3'},'BoolIfExists':{'aws:PrincipalIsAWSService':'false'}`), authz.ExplicitlyDenied, "No", nil},
	{"D11", true, "not known", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3'},'BoolIfExists':{'aws:PrincipalIsAWSService':'false'}`), authz.Undetermined, "No", []string{"aws:PrincipalOrgID"}},
	{"D11", false, "the role has the exempting tag", move("s3:GetObject", org("o-other"), tags("dp:exclude:identity", "true")), when(`'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3','aws:PrincipalTag/dp:exclude:identity':'true'},'BoolIfExists':{'aws:PrincipalIsAWSService':'false'}`), authz.Allowed, "", nil},
	{"D11", false, "a service itself", authz.Request{Service: "logging.s3.amazonaws.com", Action: "s3:PutObject", Resource: object, ResourceAccount: remote, Context: ctx("aws:PrincipalIsAWSService", "true"), Complete: true}, when(`'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3'},'BoolIfExists':{'aws:PrincipalIsAWSService':'false'}`), authz.Allowed, "", nil},

	{"D12", true, "aws:PrincipalAccount", move("s3:GetObject"), when(`'StringNotEquals':{'aws:PrincipalAccount':'` + remote + `'}`), authz.ExplicitlyDenied, "No", nil},
	{"D12", true, "aws:SourceAccount, which is absent", move("s3:GetObject"), when(`'StringNotEquals':{'aws:SourceAccount':'` + task + `'}`), authz.ExplicitlyDenied, "No", nil},
	{"D12", false, "both accounts are listed", move("s3:GetObject"), when(`'StringNotEquals':{'aws:PrincipalAccount':['` + remote + `','` + task + `']}`), authz.Allowed, "", nil},

	{"D13", true, "others listed", move("s3:GetObject", roleID("AROAMOVER")), when(`'StringNotLike':{'aws:userid':['AROAOTHER:*','444455556666']}`), authz.ExplicitlyDenied, "No", nil},
	{"D13", true, "the id without the session", move("s3:GetObject", roleID("AROAMOVER")), when(`'StringNotLike':{'aws:userid':'AROAMOVER'}`), authz.ExplicitlyDenied, "No", nil},
	{"D13", true, "the id is not known", move("s3:GetObject"), when(`'StringNotLike':{'aws:userid':'AROAOTHER:*'}`), authz.Undetermined, "No", []string{"aws:userid"}},
	{"D13", false, "listed", move("s3:GetObject", roleID("AROAMOVER")), when(`'StringNotLike':{'aws:userid':['AROAOTHER:*','AROAMOVER:*']}`), authz.Allowed, "", nil},

	{"D14", true, "StringNotLike", move("s3:GetObject"), when(`'StringNotLike':{'aws:PrincipalArn':'arn:aws:iam::*:role/other*'}`), authz.ExplicitlyDenied, "No", nil},
	{"D14", true, "ArnNotEquals", move("s3:GetObject"), when(`'ArnNotEquals':{'aws:PrincipalArn':'arn:aws:iam::444455556666:role/mover'}`), authz.ExplicitlyDenied, "No", nil},
	{"D14", false, "listed", move("s3:GetObject"), when(`'ArnNotEquals':{'aws:PrincipalArn':['arn:aws:iam::444455556666:role/x','` + role + `']}`), authz.Allowed, "", nil},

	{"D15", true, "role listed", move("s3:GetObject"), authz.Policies{Identity: docs(allowAll), Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','NotPrincipal':{'AWS':['`+role+`']},'Action':'*','Resource':'*'}`)}, authz.ExplicitlyDenied, "No", nil},
	{"D15", true, "role and account listed", move("s3:GetObject"), authz.Policies{Identity: docs(allowAll), Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','NotPrincipal':{'AWS':['`+role+`','`+task+`']},'Action':'*','Resource':'*'}`)}, authz.ExplicitlyDenied, "No", nil},
	{"D15", false, "session, role and account listed", get(session), authz.Policies{Identity: docs(allowAll), Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','NotPrincipal':{'AWS':['`+session+`','`+role+`','`+task+`']},'Action':'*','Resource':'*'}`)}, authz.Allowed, "", nil},

	{"D16", true, "StringNotEquals", move("s3:PutObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'StringNotEquals':{'s3:x-amz-server-side-encryption':'aws:kms'}}`), authz.ExplicitlyDenied, "No", nil},
	{"D16", true, "Null", move("s3:PutObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'Null':{'s3:x-amz-server-side-encryption':true}}`), authz.ExplicitlyDenied, "No", nil},
	{"D16", false, "other actions", move("s3:GetObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'Null':{'s3:x-amz-server-side-encryption':true}}`), authz.Allowed, "", nil},

	{"D17", true, "no header", move("s3:PutObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'StringNotEqualsIfExists':{'s3:x-amz-server-side-encryption':'aws:kms'},'Null':{'s3:x-amz-server-side-encryption':'false'}}`), authz.Allowed, "", nil},
	{"D17", false, "another one", authz.Request{Principal: role, Action: "s3:PutObject", Resource: object, ResourceAccount: remote, Context: ctx("s3:x-amz-server-side-encryption", "AES256"), Complete: true}, guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'StringNotEqualsIfExists':{'s3:x-amz-server-side-encryption':'aws:kms'},'Null':{'s3:x-amz-server-side-encryption':'false'}}`), authz.ExplicitlyDenied, "No", nil},

	{"D18", true, "no ACL", move("s3:PutObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'StringNotEquals':{'s3:x-amz-acl':'bucket-owner-full-control'}}`), authz.ExplicitlyDenied, "No", nil},
	{"D18", false, "reading", move("s3:GetObject"), guard(`'Action':'s3:PutObject','Resource':'*','Condition':{'StringNotEquals':{'s3:x-amz-acl':'bucket-owner-full-control'}}`), authz.Allowed, "", nil},

	{"D19", true, "deleting", move("s3:DeleteObject"), guard(`'Action':'s3:DeleteObject*','Resource':'*'`), authz.ExplicitlyDenied, "No", nil},
	{"D19", false, "writing", move("s3:PutObject"), guard(`'Action':'s3:DeleteObject*','Resource':'*'`), authz.Allowed, "", nil},

	{"D20", true, "outside", move("s3:PutObject"), guard(`'Action':'s3:PutObject','NotResource':'arn:aws:s3:::media/2025/*'`), authz.ExplicitlyDenied, "No", nil},
	{"D20", false, "inside", move("s3:PutObject"), guard(`'Action':'s3:PutObject','NotResource':'arn:aws:s3:::media/2026/*'`), authz.Allowed, "", nil},

	{"D21", true, "deleting", move("s3:DeleteObject"), guard(`'Action':'s3:DeleteObject','Resource':'*','Condition':{'Null':{'aws:MultiFactorAuthAge':true}}`), authz.ExplicitlyDenied, "No", nil},
	{"D21", false, "writing", move("s3:PutObject"), guard(`'Action':'s3:DeleteObject','Resource':'*','Condition':{'Null':{'aws:MultiFactorAuthAge':true}}`), authz.Allowed, "", nil},

	{"D22", true, "another Region", move("s3:GetObject", region("us-east-2")), when(`'StringNotEquals':{'aws:RequestedRegion':['eu-west-1','eu-central-1']}`), authz.ExplicitlyDenied, "No", nil},
	{"D22", true, "the Region is not known", move("s3:GetObject", region("")), when(`'StringNotEquals':{'aws:RequestedRegion':'eu-west-1'}`), authz.Undetermined, "No", []string{"aws:RequestedRegion"}},
	{"D22", false, "this Region", move("s3:GetObject"), when(`'StringNotEquals':{'aws:RequestedRegion':['eu-west-1','eu-central-1']}`), authz.Allowed, "", nil},

	{"D23", true, "the operator", authz.OperatorCall{PrincipalARN: alice, Account: task}.Request("s3:PutBucketPolicy", bucket), guard(`'Action':'s3:PutBucketPolicy','Resource':'*','Condition':{'Bool':{'aws:PrincipalIsAWSService':'false'}}`), authz.ExplicitlyDenied, "No", nil},
	{"D23", false, "DataSync does not need to", move("s3:PutObject"), guard(`'Action':'s3:PutBucketPolicy','Resource':'*','Condition':{'Bool':{'aws:PrincipalIsAWSService':'false'}}`), authz.Allowed, "", nil},

	{"D24", true, "the other bucket's Region", move("s3:GetObject", region("us-east-2")), regionSCP, authz.ExplicitlyDenied, "No", nil},
	{"D24", false, "a Region that is allowed", move("s3:GetObject"), regionSCP, authz.Allowed, "", nil},

	{"D25", true, "not documented whether DataSync sends it", authz.AssumeRoleCall{RoleARN: role, Account: task}.Request(), deputyRCP, authz.Undetermined, "No", []string{"aws:SourceOrgID"}},
	{"D25", false, "it does", authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, Context: ctx("aws:SourceOrgID", "o-a1b2c3", "aws:SourceAccount", task, "aws:PrincipalIsAWSService", "true"), Complete: true}, deputyRCP, authz.Allowed, "", nil},
	{"D25", false, "no source account, no question", authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, Context: ctx("aws:PrincipalIsAWSService", "true"), Complete: true}, deputyRCP, authz.Allowed, "", nil},
}

var regionSCP = func() authz.Policies {
	p := guard(`'Action':'ec2:*','Resource':'*'`)
	p.SCPs = append(p.SCPs, docs(allowAll, `{'Sid':'No','Effect':'Deny','NotAction':['iam:*','sts:*'],'Resource':'*','Condition':{'StringNotEquals':{'aws:RequestedRegion':['eu-west-1']}}}`))
	return p
}()

var deputyRCP = func() authz.Policies {
	p := trust(`'Principal':{'Service':'datasync.amazonaws.com'}`)
	p.RCPs = append(p.RCPs, docs(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':['s3:*','kms:*','sts:*'],'Resource':'*','Condition':{'StringNotEqualsIfExists':{'aws:SourceOrgID':'o-a1b2c3'},'Null':{'aws:SourceAccount':'false'},'Bool':{'aws:PrincipalIsAWSService':'true'}}}`))
	return p
}()
