package authz_test

import "github.com/xacct/xacct/policy/authz"

// The cases are mistakes of other evaluators and scripts, each with the documentation that it contradicts.
var mistakeRules = []rule{
	{"B1", userGuide + "reference_policies_elements_version.html", "Version decides about variables; raising it changes a document"},
	{"B2", variablePage, "StringNotEquals holds for a variable without value"},
	{"B3", operatorPage, "dates may be seconds since 1970"},
	{"B4", operatorPage, "0.0.0.0/0 takes in every IPv4 address"},
	{"B5", variablePage, "${$} is a dollar sign under StringEquals too"},
	{"B6", notPrincipalPage, "NotPrincipal does not exempt by the account alone"},
	{"B7", userGuide + "reference_policies_grammar.html", "2008-10-17, single statements, IfExists, ARN operators and service principals are policies too"},
	{"B8", userGuide + "reference_policies_elements_condition.html", "a Deny under a condition is not a Deny"},
	{"B9", syncGuide + "cross-service-confused-deputy-prevention.html", "a trust in one Region does not serve a role that is used in two"},
	{"B10", userGuide + "reference_identifiers.html", "ARNs of other partitions are other ARNs"},
	{"B11", logicPage, "a role needs identity and bucket policy together"},
	{"B12", syncGuide + "tutorial_s3-s3-cross-account-transfer.html", "an action that one of the two sides lacks is denied"},
}

var mistakeRows = []row{
	{"B1", true, "a document of 2008", own("s3:GetObject", home, "aws:username", "alice"), authz.Policies{Identity: one(parse(`{'Version':'2008-10-17','Statement':[{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::media/home/${aws:username}/*'}]}`))}, authz.ImplicitlyDenied, "", nil},
	{"B1", false, "the same of 2012", own("s3:GetObject", home, "aws:username", "alice"), authz.Policies{Identity: one(parse(`{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::media/home/${aws:username}/*'}]}`))}, authz.Allowed, "", nil},
	{"B2", true, "Deny unless the tags are equal", get(role, "aws:PrincipalTag/team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/team':'${s3:ExistingObjectTag/team}'}`), authz.ExplicitlyDenied, "No", nil},
	{"B2", false, "both have the tag", get(role, "aws:PrincipalTag/team", "video", "s3:ExistingObjectTag/team", "video"), when(`'StringNotEquals':{'aws:PrincipalTag/team':'${s3:ExistingObjectTag/team}'}`), authz.Allowed, "", nil},
	{"B3", true, "after", get(role, "aws:EpochTime", "1767312001"), when(`'DateGreaterThan':{'aws:EpochTime':'1767312000'}`), authz.ExplicitlyDenied, "No", nil},
	{"B3", false, "before", get(role, "aws:CurrentTime", "2026-01-01T00:00:00Z"), when(`'DateGreaterThan':{'aws:CurrentTime':'1767312000'}`), authz.Allowed, "", nil},
	{"B4", true, "any IPv4", get(role, "aws:SourceIp", "198.51.100.7"), when(`'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}`), authz.ExplicitlyDenied, "No", nil},
	{"B4", false, "IPv6", get(role, "aws:SourceIp", "2001:db8::7"), when(`'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}`), authz.Allowed, "", nil},
	{"B5", true, "dollar", of("$"), cond(`'StringEquals':{'x:k':'${$}'}`), authz.Allowed, "It", nil},
	{"B5", false, "not the spelling", of("${$}"), cond(`'StringEquals':{'x:k':'${$}'}`), authz.ImplicitlyDenied, "", nil},
	{"B6", true, "account", get(session), by("Deny", `'NotPrincipal':{'AWS':'`+task+`'}`), authz.ExplicitlyDenied, "It", nil},
	{"B6", false, "account, role and session", get(session), by("Deny", `'NotPrincipal':{'AWS':['`+task+`','`+role+`','`+session+`']}`), authz.Allowed, "", nil},
	{"B7", true, "one statement of 2008", get(role, "aws:SourceArn", "arn:aws:s3:::x"), authz.Policies{Identity: docs(allowAll), Resource: parse(`{'Version':'2008-10-17','Id':'x','Statement':{'Sid':'A b.','Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':'s3:GetObject','Resource':'arn:aws:s3:::media/*','Condition':{'ArnLikeIfExists':{'aws:SourceArn':'arn:aws:s3:*:*:x'}}}}`)}, authz.Allowed, "A b.", nil},
	{"B7", true, "a service", service(), authz.Policies{Resource: parse(`{'Statement':{'Effect':'Allow','Principal':{'Service':'datasync.amazonaws.com'},'Action':'sts:AssumeRole'}}`)}, authz.Allowed, "", nil},
	{"B7", false, "no statements", get(role), authz.Policies{Identity: docs(allowAll), Resource: parse(`{'Version':'2012-10-17','Statement':[]}`)}, authz.ImplicitlyDenied, "", nil},
	{"B8", true, "with its condition", get(role, "aws:SecureTransport", "true"), when(`'Bool':{'aws:SecureTransport':'false'}`), authz.Allowed, "", nil},
	{"B8", false, "the condition lost", get(role, "aws:SecureTransport", "true"), guard(`'Action':'s3:*','Resource':'*'`), authz.ExplicitlyDenied, "No", nil},
	{"B9", true, "the other Region", authz.AssumeRoleCall{RoleARN: role, Account: task, Regions: []string{"us-east-2"}}.Request(), confused("eu-west-1"), authz.ImplicitlyDenied, "", nil},
	{"B9", false, "every Region", authz.AssumeRoleCall{RoleARN: role, Account: task, Regions: []string{"us-east-2"}}.Request(), confused("*"), authz.Allowed, "It", nil},
	{"B10", true, "a bucket of China", own("s3:GetObject", "arn:aws-cn:s3:::media/a"), on("arn:aws:s3:::media/*"), authz.ImplicitlyDenied, "", nil},
	{"B10", true, "a role of China", get("arn:aws-cn:iam::111122223333:role/mover"), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},
	{"B10", true, "an account of China", get("arn:aws-cn:iam::111122223333:role/mover"), by("Allow", `'Principal':{'AWS':'arn:aws:iam::111122223333:root'}`), authz.ImplicitlyDenied, "", nil},
	{"B10", true, "a session of China", get("arn:aws-cn:sts::111122223333:assumed-role/mover/AwsSync-loc-0"), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.ImplicitlyDenied, "", nil},
	{"B10", false, "an account's id names no partition", get("arn:aws-cn:iam::111122223333:role/mover"), by("Allow", `'Principal':{'AWS':'111122223333'}`), authz.Allowed, "It", nil},
	{"B10", false, "its own", own("s3:GetObject", "arn:aws-cn:s3:::media/a"), on("arn:aws-cn:s3:::media/*"), authz.Allowed, "It", nil},
	{"B11", true, "both", get(role), authz.Policies{Identity: docs(allowAll), Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"B11", false, "bucket policy about another role", get(role), authz.Policies{Identity: docs(allowAll), Resource: allows(role + "2")}, authz.ImplicitlyDenied, "", nil},
	{"B12", true, "the role may, the bucket policy does not name it", authz.Request{Principal: role, Action: "s3:GetObjectVersion", Resource: object, ResourceAccount: remote, Complete: true},
		authz.Policies{Identity: docs(`{'Effect':'Allow','Action':['s3:GetObject','s3:GetObjectVersion'],'Resource':'*'}`), Resource: doc(`{'Effect':'Allow','Principal':{'AWS':'` + role + `'},'Action':['s3:GetObject'],'Resource':'*'}`)}, authz.ImplicitlyDenied, "", nil},
	{"B12", false, "both name it", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object, ResourceAccount: remote, Complete: true},
		authz.Policies{Identity: docs(`{'Effect':'Allow','Action':['s3:GetObject','s3:GetObjectVersion'],'Resource':'*'}`), Resource: doc(`{'Effect':'Allow','Principal':{'AWS':'` + role + `'},'Action':['s3:GetObject'],'Resource':'*'}`)}, authz.Allowed, "", nil},
}
