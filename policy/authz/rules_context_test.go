package authz_test

import "github.com/xacct/xacct/policy/authz"

const keyPage = userGuide + "reference_policies_condition-keys.html"

// What DataSync's requests carry.
var contextRules = []rule{
	{"K1", syncGuide + "task-reports.html", "DataSync calls S3 with a session of the location's role"},
	{"K2", keyPage, "aws:PrincipalArn is the role, not the session"},
	{"K3", syncGuide + "create-s3-location.html", "aws:userid is role id, colon, session name"},
	{"K4", keyPage, "aws:PrincipalAccount is the task account, aws:ResourceAccount the bucket's"},
	{"K5", keyPage, "aws:PrincipalOrgID is there only in an organisation"},
	{"K6", keyPage, "aws:PrincipalTag is the tags of the role"},
	{"K7", variablePage, "aws:PrincipalType is AssumedRole"},
	{"K8", syncGuide + "create-s3-location.html", "no VPC, no VPC endpoint"},
	{"K9", keyPage, "aws:SourceIp is some address of AWS"},
	{"K10", syncGuide + "infrastructure-security.html", "aws:SecureTransport is true (assumed)"},
	{"K11", keyPage, "aws:ViaAWSService is false, aws:CalledVia absent"},
	{"K12", keyPage, "aws:PrincipalIsAWSService is false, aws:PrincipalServiceName absent"},
	{"K13", syncGuide + "cross-service-confused-deputy-prevention.html", "aws:SourceArn and aws:SourceAccount come with sts:AssumeRole, not with S3 requests"},
	{"K14", keyPage, "no multi-factor authentication (assumed)"},
	{"K15", s3Guide + "amazon-s3-policy-keys.html", "no encryption header, no ACL (assumed)"},
	{"K16", "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html", "requests to KMS come through S3 of the bucket's Region"},
	{"K18", s3Guide + "amazon-s3-policy-keys.html", "DataSync names the bucket, not an access point"},
	{"K19", s3Guide + "amazon-s3-policy-keys.html", "the operator's requests to S3 are signed, with TLS 1.2 or 1.3, and on the owner's bucket"},
	{"K20", userGuide + "id_session-tags.html", "a session has tags beside the role's"},
	{"K21", keyPage, "aws:username is there for users, and not for roles"},
	{"K22", keyPage, "aws:PrincipalOrgPaths begins with the organisation"},
	{"K23", keyPage, "DataSync's session is none of an instance or a function (assumed)"},
	{"K17", keyPage, "the operator's own requests are no service's; from where is not known"},
}

// sync is the trust policy that DataSync's guide shows.
func confused(region string) authz.Policies {
	return trust(`'Principal':{'Service':'datasync.amazonaws.com'},'Condition':{'StringEquals':{'aws:SourceAccount':'` + task + `'},'StringLike':{'aws:SourceArn':'arn:aws:datasync:` + region + `:` + task + `:*'}}`)
}

func decryptFor(service string) authz.Policies {
	return authz.Policies{Identity: docs(allowAll), Resource: doc(`{'Sid':'It','Effect':'Allow','Principal':{'AWS':'` + role + `'},'Action':'kms:Decrypt','Resource':'*','Condition':{'StringEquals':{'kms:ViaService':'` + service + `','kms:CallerAccount':'` + task + `'}}}`)}
}

var throughS3 = authz.DataSyncCall{RoleARN: role, Account: remote, Region: "eu-west-1"}.KMS("kms:Decrypt", key)

// both is both sides allowing, the bucket's under a condition.
func both(condition string) authz.Policies {
	return authz.Policies{Identity: docs(allowAll), Resource: doc(`{'Sid':'It','Effect':'Allow','Principal':{'AWS':'` + task + `'},'Action':'*','Resource':'*','Condition':{` + condition + `}}`)}
}

// list is a request of the operator on the bucket; pairs are tags.
func list(who string, pairs ...string) authz.Request {
	c := authz.OperatorCall{PrincipalARN: who, Account: remote}
	for i := 0; i < len(pairs); i += 2 {
		c.Tags = map[string]string{pairs[i]: pairs[i+1]}
	}
	return c.Request("s3:ListBucket", bucket)
}

var contextRows = []row{
	{"K1", true, "a session named after a location", move("s3:GetObject"), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.Undetermined, "It", []string{"aws:userid"}},
	{"K1", false, "a session of another name", move("s3:GetObject"), by("Allow", `'Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/mover/somebody'}`), authz.ImplicitlyDenied, "", nil},
	{"K2", true, "role", move("s3:GetObject"), both(`'ArnEquals':{'aws:PrincipalArn':'` + role + `'}`), authz.Allowed, "It", nil},
	{"K2", false, "session", move("s3:GetObject"), both(`'ArnLike':{'aws:PrincipalArn':'arn:aws:sts::111122223333:assumed-role/mover/*'}`), authz.ImplicitlyDenied, "", nil},
	{"K3", true, "the role's id", move("s3:GetObject", roleID("AROAMOVER")), both(`'StringLike':{'aws:userid':'AROAMOVER:*'}`), authz.Allowed, "It", nil},
	{"K3", true, "the role's id as principal", move("s3:GetObject", roleID("AROAMOVER")), by("Allow", `'Principal':{'AWS':'AROAMOVER'}`), authz.Allowed, "It", nil},
	{"K3", false, "another id as principal", move("s3:GetObject", roleID("AROAMOVER")), by("Allow", `'Principal':{'AWS':'AROADEAD'}`), authz.ImplicitlyDenied, "", nil},
	{"K4", true, "both", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalAccount':'` + task + `','aws:ResourceAccount':'` + remote + `','s3:ResourceAccount':'` + remote + `'}`), authz.Allowed, "It", nil},
	{"K4", false, "the other way round", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalAccount':'` + remote + `'}`), authz.ImplicitlyDenied, "", nil},
	{"K5", true, "not given", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalOrgID':'o-1'}`), authz.Undetermined, "It", []string{"aws:PrincipalOrgID"}},
	{"K5", false, "given", move("s3:GetObject", org("o-1")), both(`'StringEquals':{'aws:PrincipalOrgID':'o-1'}`), authz.Allowed, "It", nil},
	{"K6", true, "the tags are known", move("s3:GetObject", tags("team", "video")), both(`'StringEquals':{'aws:PrincipalTag/team':'video'},'Null':{'aws:PrincipalTag/other':'true'}`), authz.Allowed, "It", nil},
	{"K6", false, "the tags are not known", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalTag/team':'video'}`), authz.Undetermined, "It", []string{"aws:PrincipalTag/team"}},
	{"K7", true, "AssumedRole", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalType':'AssumedRole'}`), authz.Allowed, "It", nil},
	{"K7", false, "User", move("s3:GetObject"), both(`'StringEquals':{'aws:PrincipalType':'User'}`), authz.ImplicitlyDenied, "", nil},
	{"K8", true, "absent", move("s3:GetObject"), both(`'Null':{'aws:SourceVpc':true,'aws:SourceVpce':true,'aws:VpcSourceIp':true}`), authz.Allowed, "It", nil},
	{"K8", false, "an Allow for a VPC", move("s3:GetObject"), both(`'StringLike':{'aws:SourceVpc':'*'}`), authz.ImplicitlyDenied, "", nil},
	{"K8", true, "nothing of a VPC or its endpoint's owner", move("s3:GetObject"), both(`'Null':{'aws:SourceVpcArn':true,'aws:VpceAccount':true,'aws:VpceOrgID':true,'aws:VpceOrgPaths':true}`), authz.Allowed, "It", nil},
	{"K8", true, "a Deny unless an endpoint of the organisation is used, if one is", move("s3:GetObject"), when(`'StringNotEqualsIfExists':{'aws:VpceOrgID':'o-1'},'Null':{'aws:VpceOrgID':'false'}`), authz.Allowed, "", nil},
	{"K8", true, "a key used by S3 is not used through an endpoint", throughS3, both(`'Null':{'aws:SourceVpcArn':true,'aws:VpceAccount':true,'aws:VpceOrgID':true,'aws:VpceOrgPaths':true}`), authz.Allowed, "It", nil},
	{"K8", false, "an Allow for endpoints of an organisation", move("s3:GetObject"), both(`'StringEquals':{'aws:VpceOrgID':'o-1'}`), authz.ImplicitlyDenied, "", nil},
	{"K9", true, "an Allow for some addresses", move("s3:GetObject"), both(`'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}`), authz.Undetermined, "It", []string{"aws:SourceIp"}},
	{"K9", false, "that and something that does not hold", move("s3:GetObject"), both(`'IpAddress':{'aws:SourceIp':'203.0.113.0/24'},'StringEquals':{'aws:SourceVpc':'v'}`), authz.ImplicitlyDenied, "", nil},
	{"K10", true, "TLS", move("s3:GetObject"), both(`'Bool':{'aws:SecureTransport':'true'}`), authz.Allowed, "It", nil},
	{"K10", false, "without what is assumed", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object, ResourceAccount: remote}.With(authz.DataSyncCall{RoleARN: role}.Facts(), authz.Certain), both(`'Bool':{'aws:SecureTransport':'true'}`), authz.Undetermined, "It", []string{"aws:SecureTransport"}},
	{"K11", true, "false and absent", move("s3:GetObject"), both(`'Bool':{'aws:ViaAWSService':'false'},'Null':{'aws:CalledVia':true,'aws:CalledViaFirst':true,'aws:CalledViaLast':true}`), authz.Allowed, "It", nil},
	{"K11", false, "an Allow via a service", move("s3:GetObject"), both(`'ForAnyValue:StringEquals':{'aws:CalledVia':'datasync.amazonaws.com'}`), authz.ImplicitlyDenied, "", nil},
	{"K12", true, "false and absent", move("s3:GetObject"), both(`'Bool':{'aws:PrincipalIsAWSService':'false'},'Null':{'aws:PrincipalServiceName':true}`), authz.Allowed, "It", nil},
	{"K12", false, "an Allow for services", move("s3:GetObject"), both(`'Bool':{'aws:PrincipalIsAWSService':'true'}`), authz.ImplicitlyDenied, "", nil},
	{"K13", true, "an S3 request has none", move("s3:GetObject"), both(`'Null':{'aws:SourceArn':true,'aws:SourceAccount':true}`), authz.Allowed, "It", nil},
	{"K13", true, "assuming the role has both", authz.AssumeRoleCall{RoleARN: role, Account: task}.Request(), confused("*"), authz.Allowed, "It", nil},
	{"K13", true, "assuming for one Region", authz.AssumeRoleCall{RoleARN: role, Account: task, Regions: []string{"eu-west-1"}}.Request(), confused("eu-west-1"), authz.Allowed, "It", nil},
	{"K13", true, "assuming for Regions of which one is trusted", authz.AssumeRoleCall{RoleARN: role, Account: task, Regions: []string{"eu-west-1", "us-east-2"}}.Request(), confused("eu-west-1"), authz.Undetermined, "It", []string{"aws:SourceArn"}},
	{"K13", false, "assuming for another account", authz.AssumeRoleCall{RoleARN: role, Account: remote}.Request(), confused("*"), authz.ImplicitlyDenied, "", nil},
	{"K13", false, "assuming for another Region", authz.AssumeRoleCall{RoleARN: role, Account: task, Regions: []string{"us-east-2"}}.Request(), confused("eu-west-1"), authz.ImplicitlyDenied, "", nil},
	{"K14", true, "none, also if the key is there", move("s3:DeleteObject"), both(`'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'},'Null':{'aws:MultiFactorAuthAge':true}`), authz.Allowed, "It", nil},
	{"K14", true, "false or absent", move("s3:DeleteObject"), both(`'Bool':{'aws:MultiFactorAuthPresent':'false'}`), authz.Undetermined, "It", []string{"aws:MultiFactorAuthPresent"}},
	{"K14", false, "never true", move("s3:DeleteObject"), both(`'Bool':{'aws:MultiFactorAuthPresent':'true'}`), authz.ImplicitlyDenied, "", nil},
	{"K14", true, "an Allow with a device, if the key is there", move("s3:DeleteObject"), both(`'BoolIfExists':{'aws:MultiFactorAuthPresent':'true'}`), authz.Undetermined, "It", []string{"aws:MultiFactorAuthPresent"}},
	{"K15", true, "none", move("s3:PutObject"), both(`'Null':{'s3:x-amz-server-side-encryption':true,'s3:x-amz-acl':true}`), authz.Allowed, "It", nil},
	{"K15", false, "an Allow with header", move("s3:PutObject"), both(`'StringEquals':{'s3:x-amz-server-side-encryption':'aws:kms'}`), authz.ImplicitlyDenied, "", nil},
	{"K15", true, "no key of the customer's, no grants", move("s3:PutObject"), both(`'Null':{'s3:x-amz-server-side-encryption-customer-algorithm':true,'s3:x-amz-grant-read':true,'s3:x-amz-grant-full-control':true}`), authz.Allowed, "It", nil},
	{"K15", true, "a Deny of keys of the customer's", move("s3:PutObject"), when(`'Null':{'s3:x-amz-server-side-encryption-customer-algorithm':'false'}`), authz.Allowed, "", nil},
	{"K15", false, "a Deny without a grant", move("s3:PutObject"), when(`'StringNotEquals':{'s3:x-amz-grant-full-control':'id=1'}`), authz.ExplicitlyDenied, "No", nil},
	{"K16", true, "S3 of the Region", throughS3, decryptFor("s3.eu-west-1.amazonaws.com"), authz.Allowed, "It", nil},
	{"K16", true, "China, the same domain", authz.DataSyncCall{RoleARN: "arn:aws-cn:iam::111122223333:role/mover", Account: remote, Region: "cn-north-1"}.KMS("kms:Decrypt", "arn:aws-cn:kms:cn-north-1:444455556666:key/1"),
		authz.Policies{Identity: docs(allowAll), Resource: doc(`{'Sid':'It','Effect':'Allow','Principal':{'AWS':'arn:aws-cn:iam::111122223333:role/mover'},'Action':'kms:Decrypt','Resource':'*','Condition':{'StringEquals':{'kms:ViaService':'s3.cn-north-1.amazonaws.com'}}}`)}, authz.Allowed, "It", nil},
	{"K16", false, "S3 of another Region", throughS3, decryptFor("s3.us-east-2.amazonaws.com"), authz.ImplicitlyDenied, "", nil},
	{"K17", true, "from an address that is not known", authz.OperatorCall{PrincipalARN: alice, Account: remote}.Request("s3:ListBucket", bucket), both(`'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}`), authz.Undetermined, "It", []string{"aws:SourceIp"}},
	{"K17", true, "its id", authz.OperatorCall{PrincipalARN: session, PrincipalID: "AROAOPS", Account: remote}.Request("s3:ListBucket", bucket), both(`'StringEquals':{'aws:userid':'AROAOPS:AwsSync-loc-0'}`), authz.Allowed, "It", nil},
	{"K17", false, "not a service's", authz.OperatorCall{PrincipalARN: alice, Account: remote}.Request("s3:ListBucket", bucket), both(`'Bool':{'aws:PrincipalIsAWSService':'true'}`), authz.ImplicitlyDenied, "", nil},
	{"K17", true, "made by DataSync: true or false", authz.OperatorCall{PrincipalARN: alice, Account: remote, Forwarded: true}.Request("s3:ListBucket", bucket), both(`'Bool':{'aws:ViaAWSService':'true'}`), authz.Undetermined, "It", []string{"aws:ViaAWSService"}},
	{"K18", true, "absent", move("s3:GetObject"), both(`'Null':{'s3:DataAccessPointArn':true,'s3:DataAccessPointAccount':true,'s3:AccessPointNetworkOrigin':true}`), authz.Allowed, "It", nil},
	{"K18", false, "a Deny but through access points of an account", move("s3:GetObject"), when(`'StringNotEquals':{'s3:DataAccessPointAccount':'` + remote + `'}`), authz.ExplicitlyDenied, "No", nil},
	{"K19", true, "TLS 1.2", list(alice), when(`'NumericLessThan':{'s3:TlsVersion':1.2}`), authz.Allowed, "", nil},
	{"K19", true, "TLS 1.3", list(alice), when(`'NumericLessThan':{'s3:TlsVersion':1.3}`), authz.Undetermined, "No", []string{"s3:TlsVersion"}},
	{"K19", true, "signed with version 4, in a header, to the owner", list(alice), when(`'StringNotEquals':{'s3:signatureversion':'AWS4-HMAC-SHA256','s3:authType':'REST-HEADER','s3:ResourceAccount':'` + remote + `'}`), authz.Allowed, "", nil},
	{"K19", false, "another owner", list(alice), when(`'StringNotEquals':{'s3:ResourceAccount':'999999999999'}`), authz.ExplicitlyDenied, "No", nil},
	{"K19", false, "not a request to S3", authz.OperatorCall{PrincipalARN: alice, Account: task}.Request("iam:CreateRole", role), authz.Policies{Identity: docs(allowAll, `{'Sid':'No','Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringNotEquals':{'s3:ResourceAccount':'`+task+`'}}}`)}, authz.Undetermined, "No", []string{"s3:ResourceAccount"}},
	{"K20", true, "a role's tags may be replaced and added to", list(role, "team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/team':'video'}`), authz.Undetermined, "No", []string{"aws:PrincipalTag/team"}},
	{"K20", true, "a tag that the role has not", list(role, "team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/exempt':'true'}`), authz.Undetermined, "No", []string{"aws:PrincipalTag/exempt"}},
	{"K20", false, "a user's tags", list(alice, "team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/team':'video'}`), authz.Allowed, "", nil},
	{"K20", false, "the tags of one session", list(session, "team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/team':'video'}`), authz.Allowed, "", nil},
	{"K21", true, "a Deny of all but one user", move("s3:GetObject"), when(`'StringNotEquals':{'aws:username':'bob'}`), authz.ExplicitlyDenied, "No", nil},
	{"K21", true, "a user's name", list("arn:aws:iam::111122223333:user/team/alice"), when(`'StringNotEquals':{'aws:username':'alice'}`), authz.Allowed, "", nil},
	{"K21", false, "another user's name", list("arn:aws:iam::111122223333:user/team/alice"), when(`'StringNotEquals':{'aws:username':'team/alice'}`), authz.ExplicitlyDenied, "No", nil},
	{"K21", true, "the operator's role has none", list(role), both(`'Null':{'aws:username':'true'}`), authz.Allowed, "It", nil},
	{"K21", false, "an Allow for whoever has a name", move("s3:GetObject"), both(`'StringLike':{'aws:username':'*'}`), authz.ImplicitlyDenied, "", nil},
	{"K22", true, "every path of the organisation", move("s3:GetObject", org("o-1")), both(`'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-1/*'}`), authz.Allowed, "It", nil},
	{"K22", true, "a Deny of other organisations", move("s3:GetObject", org("o-1")), when(`'ForAllValues:StringNotLike':{'aws:PrincipalOrgPaths':'o-1/*'}`), authz.Allowed, "", nil},
	{"K22", true, "one unit of the organisation", move("s3:GetObject", org("o-1")), both(`'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-1/r-1/ou-1/*'}`), authz.Undetermined, "It", []string{"aws:PrincipalOrgPaths"}},
	{"K22", false, "paths of another organisation", move("s3:GetObject", org("o-1")), both(`'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-12/*'}`), authz.ImplicitlyDenied, "", nil},
	{"K23", true, "a Deny of instances outside their VPC", move("s3:GetObject"), when(`'StringNotEquals':{'aws:Ec2InstanceSourceVpc':'${aws:SourceVpc}'},'Null':{'ec2:SourceInstanceARN':'false'}`), authz.Allowed, "", nil},
	{"K23", true, "of a key too", throughS3, both(`'Null':{'ec2:SourceInstanceARN':'true','aws:Ec2InstanceSourcePrivateIPv4':'true','lambda:SourceFunctionArn':'true'}`), authz.Allowed, "It", nil},
	{"K23", false, "an Allow for instances", move("s3:GetObject"), both(`'ArnLike':{'ec2:SourceInstanceARN':'arn:aws:ec2:*:*:instance/*'}`), authz.ImplicitlyDenied, "", nil},
	{"K23", false, "an operator's session may be an instance's", list(role), both(`'ArnLike':{'ec2:SourceInstanceARN':'arn:aws:ec2:*:*:instance/*'}`), authz.Undetermined, "It", []string{"ec2:SourceInstanceARN"}},
}
