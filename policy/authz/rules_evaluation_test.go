package authz_test

import (
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

const (
	logicPage    = userGuide + "reference_policies_evaluation-logic.html"
	denyPage     = userGuide + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
	crossPage    = userGuide + "reference_policies_evaluation-logic-cross-account.html"
	boundaryPage = userGuide + "access_policies_boundaries.html"
	scpPage      = orgGuide + "orgs_manage_policies_scps.html"
	rcpPage      = orgGuide + "orgs_manage_policies_rcps.html"
)

var evaluationRules = []rule{
	{"E1", logicPage, "what nothing allows is denied"},
	{"E2", denyPage, "a Deny wins, in whatever policy and order"},
	{"E3", logicPage, "within an account identity policy or bucket policy is enough"},
	{"E4", logicPage, "a trust policy has to allow by itself"},
	{"E5", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html", "a key policy has to allow; allowing the account leaves it to the identity policies"},
	{"E6", crossPage, "across accounts both sides have to allow"},
	{"E7", crossPage, "a bucket policy alone never allows a foreign role, not even with a star"},
	{"E8", crossPage, "where the bucket policy names the account, the role's identity policy decides"},
	{"E9", boundaryPage, "a boundary limits identity policies"},
	{"E10", denyPage, "within an account a boundary's silence does not limit what names the user or session, but what names the role"},
	{"E11", denyPage, "a session policy limits like a boundary"},
	{"E12", scpPage, "an SCP of each level has to allow"},
	{"E13", scpPage, "SCPs limit the root user, not service-linked roles"},
	{"E14", rcpPage, "what an RCP denies is denied to every caller, also from outside"},
	{"E15", rcpPage, "an RCP allows nothing and need not allow"},
	{"E16", rcpPage, "RCPs cover the resources of some services"},
	{"E17", denyPage, "a Deny that may apply is not ignored"},
	{"E18", denyPage, "the root user of an account needs no policy"},
	{"E21", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html", "no bucket policy keeps the root user of the bucket's account from it"},
	{"E19", denyPage, "what could not be read may allow and deny"},
	{"E20", userGuide + "reference_policies_grammar.html", "what is not grammar allows nothing, and denies"},
}

func here(who string) authz.Request {
	return authz.Request{Principal: who, Action: "s3:GetObject", Resource: object, ResourceAccount: task, Complete: true}
}

func decrypt(who, account string) authz.Request {
	return authz.Request{Principal: who, Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-1:" + account + ":key/1234abcd-12ab-34cd-56ef-1234567890ab", Complete: true}
}

func assume(who, account string) authz.Request {
	return authz.Request{Principal: who, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + account + ":role/target", Complete: true}
}

const root = "arn:aws:iam::111122223333:root"

// rewrite changes the bucket's policy, with all keys known but for an account that is "".
func rewrite(who, account string) authz.Request {
	return authz.Request{Principal: who, Action: "s3:PutBucketPolicy", Resource: bucket, ResourceAccount: account, Complete: account != ""}
}

// allows is a resource policy that allows principal everything.
func allows(principal string) policy.Document {
	return doc(`{'Sid':'Grant','Effect':'Allow','Principal':{'AWS':'` + principal + `'},'Action':'*','Resource':'*'}`)
}

// nothing is a document that is there and says nothing about the requests here.
var nothing = doc(`{'Effect':'Allow','Action':'ec2:*','Resource':'*'}`)

var all = doc(`{'Sid':'All','Effect':'Allow','Action':'*','Resource':'*'}`)

func one(d policy.Document) []policy.Document { return []policy.Document{d} }

const denyIt = `{'Sid':'No','Effect':'Deny','Action':'s3:Get*','Resource':'*'}`
const denyAnyone = `{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:Get*','Resource':'*'}`

var evaluationRows = []row{
	{"E1", true, "no policies", here(role), authz.Policies{}, authz.ImplicitlyDenied, "", nil},
	{"E1", true, "policies about something else", here(role), authz.Policies{Identity: one(nothing), Resource: allows(alice)}, authz.ImplicitlyDenied, "", nil},
	{"E1", false, "one Allow", here(role), authz.Policies{Identity: []policy.Document{nothing, all}}, authz.Allowed, "All", nil},

	{"E2", true, "before the Allow", here(role), may(denyIt, allowAll), authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "after the Allow", here(role), may(allowAll, denyIt), authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "in the bucket policy", here(role), authz.Policies{Identity: one(all), Resource: doc(denyAnyone)}, authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "in the boundary", here(role), authz.Policies{Identity: one(all), Boundary: doc(allowAll, denyIt)}, authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "in the boundary, although the bucket policy names the session", here(session), authz.Policies{Resource: allows(session), Boundary: doc(denyIt)}, authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "in the session policy", here(role), authz.Policies{Identity: one(all), Session: doc(allowAll, denyIt)}, authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "in an SCP", here(role), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{{all, doc(denyIt)}}}, authz.ExplicitlyDenied, "No", nil},
	{"E2", true, "without any Allow", here(role), authz.Policies{Resource: doc(denyAnyone)}, authz.ExplicitlyDenied, "No", nil},
	{"E2", false, "about another action", here(role), may(allowAll, `{'Effect':'Deny','Action':'s3:Put*','Resource':'*'}`), authz.Allowed, "", nil},

	{"E3", true, "identity policy", here(role), authz.Policies{Identity: one(all), Resource: allows(alice)}, authz.Allowed, "All", nil},
	{"E3", true, "bucket policy that names the role", here(role), authz.Policies{Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"E3", true, "bucket policy for everybody", here(role), authz.Policies{Resource: allows("*")}, authz.Allowed, "Grant", nil},
	{"E3", false, "bucket policy that names the account leaves it to the identity policies", here(role), authz.Policies{Resource: allows(task)}, authz.ImplicitlyDenied, "", nil},

	{"E4", true, "identity policy alone", assume(role, task), authz.Policies{Identity: one(all)}, authz.ImplicitlyDenied, "", nil},
	{"E4", true, "identity policy, and a trust policy that names somebody else", assume(role, task), authz.Policies{Identity: one(all), Resource: allows(alice)}, authz.ImplicitlyDenied, "", nil},
	{"E4", true, "trust in the account, no identity policy", assume(role, task), authz.Policies{Resource: allows(task)}, authz.ImplicitlyDenied, "", nil},
	{"E4", false, "trust in the role, same account", assume(role, task), authz.Policies{Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"E4", false, "trust in the account, and identity policy", assume(role, task), authz.Policies{Identity: one(all), Resource: allows(task)}, authz.Allowed, "Grant", nil},
	{"E4", false, "a service needs nothing else", service(), trust(`'Principal':{'Service':'datasync.amazonaws.com'}`), authz.Allowed, "It", nil},

	{"E5", true, "identity policy alone", decrypt(role, task), authz.Policies{Identity: one(all)}, authz.ImplicitlyDenied, "", nil},
	{"E5", true, "key policy for the account, no identity policy", decrypt(role, task), authz.Policies{Resource: allows("arn:aws:iam::111122223333:root")}, authz.ImplicitlyDenied, "", nil},
	{"E5", true, "key policy for the account, and identity policy", decrypt(role, task), authz.Policies{Identity: one(all), Resource: allows("arn:aws:iam::111122223333:root")}, authz.Allowed, "Grant", nil},
	{"E5", false, "key policy for the role, same account", decrypt(role, task), authz.Policies{Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"E5", false, "key policy for the role, another account", decrypt(role, remote), authz.Policies{Resource: allows(role)}, authz.ImplicitlyDenied, "", nil},
	{"E5", false, "an action without a key", authz.Request{Principal: role, Action: "kms:ListKeys", Resource: "*", Complete: true}, authz.Policies{Identity: one(all)}, authz.Allowed, "All", nil},

	{"E6", true, "identity policy alone", get(role), authz.Policies{Identity: one(all)}, authz.ImplicitlyDenied, "", nil},
	{"E6", true, "bucket policy alone", get(role), authz.Policies{Resource: allows(role)}, authz.ImplicitlyDenied, "", nil},
	{"E6", true, "assuming a role of another account", assume(role, remote), authz.Policies{Resource: allows(role)}, authz.ImplicitlyDenied, "", nil},
	{"E6", true, "an action without resource policies", authz.Request{Principal: role, Action: "datasync:DescribeTask", Resource: "arn:aws:datasync:eu-west-1:444455556666:task/task-0", Complete: true}, authz.Policies{Identity: one(all)}, authz.ImplicitlyDenied, "", nil},
	{"E6", false, "both", get(role), authz.Policies{Identity: one(all), Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"E6", false, "one account", here(role), authz.Policies{Identity: one(all)}, authz.Allowed, "All", nil},

	{"E7", true, "star", get(role), authz.Policies{Resource: doc(anyone)}, authz.ImplicitlyDenied, "", nil},
	{"E7", true, "session", get(session), authz.Policies{Resource: allows(session)}, authz.ImplicitlyDenied, "", nil},
	{"E7", false, "star, without credentials", get(""), authz.Policies{Resource: doc(anyone)}, authz.Allowed, "Anyone", nil},

	{"E8", true, "identity policy allows", get(role), authz.Policies{Identity: one(all), Resource: allows(task)}, authz.Allowed, "Grant", nil},
	{"E8", false, "identity policy does not", get(role), authz.Policies{Identity: one(nothing), Resource: allows(task)}, authz.ImplicitlyDenied, "", nil},

	{"E9", true, "boundary leaves it out", here(role), authz.Policies{Identity: one(all), Boundary: nothing}, authz.ImplicitlyDenied, "", nil},
	{"E9", true, "across accounts too", get(role), authz.Policies{Identity: one(all), Boundary: nothing, Resource: allows(session)}, authz.ImplicitlyDenied, "", nil},
	{"E9", true, "a boundary alone allows nothing", here(role), authz.Policies{Boundary: all}, authz.ImplicitlyDenied, "", nil},
	{"E9", false, "both allow", here(role), authz.Policies{Identity: one(all), Boundary: all}, authz.Allowed, "All", nil},

	{"E10", true, "names the session", here(session), authz.Policies{Boundary: nothing, Resource: allows(session)}, authz.Allowed, "Grant", nil},
	{"E10", true, "names the user", here(alice), authz.Policies{Boundary: nothing, Resource: allows(alice)}, authz.Allowed, "Grant", nil},
	{"E10", true, "names the role", here(session), authz.Policies{Boundary: nothing, Resource: allows(role)}, authz.ImplicitlyDenied, "", nil},
	{"E10", true, "everybody, if their aws:PrincipalArn is the role's", here(session), authz.Policies{Boundary: nothing, Resource: doc(`{'Sid':'Grant','Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'ArnEquals':{'aws:PrincipalArn':'` + role + `'}}}`)}, authz.Allowed, "Grant", nil},
	{"E10", false, "names the role, boundary allows", here(session), authz.Policies{Boundary: all, Resource: allows(role)}, authz.Allowed, "Grant", nil},
	{"E10", false, "names the session, another account", get(session), authz.Policies{Identity: one(all), Boundary: nothing, Resource: allows(session)}, authz.ImplicitlyDenied, "", nil},

	{"E11", true, "leaves it out", here(role), authz.Policies{Identity: one(all), Session: nothing}, authz.ImplicitlyDenied, "", nil},
	{"E11", true, "leaves it out, bucket policy names the role", here(role), authz.Policies{Session: nothing, Resource: allows(role)}, authz.ImplicitlyDenied, "", nil},
	{"E11", true, "leaves it out, bucket policy names the session", here(session), authz.Policies{Session: nothing, Resource: allows(session)}, authz.Allowed, "Grant", nil},
	{"E11", false, "allows", here(role), authz.Policies{Identity: one(all), Session: all}, authz.Allowed, "All", nil},

	{"E12", true, "one level leaves it out", here(role), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{{all}, {nothing}, {all}}}, authz.ImplicitlyDenied, "", nil},
	{"E12", true, "it limits what the bucket policy allows, too", here(role), authz.Policies{Resource: allows(role), SCPs: [][]policy.Document{{nothing}}}, authz.ImplicitlyDenied, "", nil},
	{"E12", true, "an empty level", here(role), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{{all}, {}}}, authz.ImplicitlyDenied, "", nil},
	{"E12", true, "SCPs alone allow nothing", here(role), authz.Policies{SCPs: [][]policy.Document{{all}}}, authz.ImplicitlyDenied, "", nil},
	{"E12", false, "one of two at each level", here(role), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{{nothing, all}, {all}}}, authz.Allowed, "All", nil},
	{"E12", false, "the caller is of no organisation", here(role), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{}}, authz.Allowed, "All", nil},

	{"E13", true, "root user", here("arn:aws:iam::111122223333:root"), authz.Policies{SCPs: [][]policy.Document{{nothing}}}, authz.ImplicitlyDenied, "", nil},
	{"E13", false, "service-linked role", here("arn:aws:iam::111122223333:role/aws-service-role/datasync.amazonaws.com/AWSServiceRoleForDataSync"), authz.Policies{Identity: one(all), SCPs: [][]policy.Document{{doc(denyIt)}}}, authz.Allowed, "All", nil},

	{"E14", true, "a caller from outside", get(role), authz.Policies{Identity: one(all), Resource: allows(role), RCPs: [][]policy.Document{{doc(denyAnyone)}}}, authz.ExplicitlyDenied, "No", nil},
	{"E14", true, "a service", service(), authz.Policies{Resource: doc(`{'Sid':'It','Effect':'Allow','Action':'sts:AssumeRole','Principal':{'Service':'datasync.amazonaws.com'}}`), RCPs: [][]policy.Document{{doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'sts:*','Resource':'*'}`)}}}, authz.ExplicitlyDenied, "No", nil},
	{"E14", false, "service-linked role", here("arn:aws:iam::111122223333:role/aws-service-role/datasync.amazonaws.com/AWSServiceRoleForDataSync"), authz.Policies{Identity: one(all), RCPs: [][]policy.Document{{doc(denyAnyone)}}}, authz.Allowed, "All", nil},
	{"E14", false, "another action", authz.Request{Principal: role, Action: "s3:PutObject", Resource: object, ResourceAccount: task, Complete: true}, authz.Policies{Identity: one(all), RCPs: [][]policy.Document{{doc(denyAnyone)}}}, authz.Allowed, "All", nil},

	{"E15", true, "an RCP that allows does not replace the bucket policy", get(role), authz.Policies{Identity: one(all), RCPs: [][]policy.Document{{doc(anyone)}}}, authz.ImplicitlyDenied, "", nil},
	{"E15", false, "a level that says nothing limits nothing", get(role), authz.Policies{Identity: one(all), Resource: allows(role), RCPs: [][]policy.Document{{}, {nothing}}}, authz.Allowed, "Grant", nil},

	{"E16", true, "DataSync is none of them", authz.Request{Principal: alice, Action: "datasync:CreateTask", Resource: "*", Complete: true}, authz.Policies{Identity: one(all), RCPs: [][]policy.Document{{doc(`{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}`)}}}, authz.Allowed, "All", nil},
	{"E16", false, "KMS is", decrypt(role, task), authz.Policies{Resource: allows(role), RCPs: [][]policy.Document{{doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}`)}}}, authz.ExplicitlyDenied, "No", nil},

	{"E17", true, "unknown key", guess(role), authz.Policies{Identity: one(all), Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','Principal':'*','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}`)}, authz.Undetermined, "No", []string{"aws:SourceIp"}},
	{"E17", false, "nothing allows anyway", guess(role), authz.Policies{Resource: doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}`)}, authz.ImplicitlyDenied, "", nil},
	{"E17", false, "another Deny applies for sure", guess(role), authz.Policies{Identity: one(all), Resource: doc(anyone, denyAnyone, `{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}`)}, authz.ExplicitlyDenied, "No", nil},
	{"E17", false, "the condition settles itself", guess(role), authz.Policies{Identity: one(all), Resource: doc(anyone, `{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:SourceVpc':'vpc-1','aws:PrincipalAccount':'999999999999'}}}`)}, authz.Allowed, "Anyone", nil},

	{"E18", true, "no policy", here("arn:aws:iam::111122223333:root"), authz.Policies{}, authz.Allowed, "", nil},
	{"E18", false, "a Deny in the bucket policy", here("arn:aws:iam::111122223333:root"), authz.Policies{Resource: doc(denyAnyone)}, authz.ExplicitlyDenied, "No", nil},
	{"E18", false, "another account", get("arn:aws:iam::111122223333:root"), authz.Policies{}, authz.ImplicitlyDenied, "", nil},

	{"E21", true, "a Deny of everything", rewrite(root, task), authz.Policies{Resource: doc(denyAnyone, `{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}, authz.Allowed, "", nil},
	{"E21", true, "a bucket policy that could not be read", rewrite(root, task), authz.Policies{Unread: authz.Resource}, authz.Allowed, "", nil},
	{"E21", true, "the bucket's account is not known", rewrite(root, ""), authz.Policies{Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}, authz.Undetermined, "No", []string{"aws:ResourceAccount"}},
	{"E21", true, "the account is not known, nor is the bucket policy", rewrite(root, ""), authz.Policies{Unread: authz.Resource}, authz.Undetermined, "", []string{"aws:ResourceAccount"}},
	{"E21", false, "an RCP does", rewrite(root, task), authz.Policies{RCPs: [][]policy.Document{{doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}}}, authz.ExplicitlyDenied, "No", nil},
	{"E21", false, "an SCP does", rewrite(root, task), authz.Policies{SCPs: [][]policy.Document{{nothing}}}, authz.ImplicitlyDenied, "", nil},
	{"E21", false, "another account", rewrite(root, remote), authz.Policies{Resource: doc(anyone, `{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}, authz.ExplicitlyDenied, "No", nil},
	{"E21", false, "a user", rewrite(alice, task), authz.Policies{Identity: one(all), Resource: doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}, authz.ExplicitlyDenied, "No", nil},

	{"E19", true, "bucket policy", get(role), authz.Policies{Identity: one(all), Unread: authz.Resource}, authz.Undetermined, "", nil},
	{"E19", true, "identity policies, of which one allows", here(role), authz.Policies{Identity: one(all), Unread: authz.Identity}, authz.Undetermined, "", nil},
	{"E19", true, "boundary", here(role), authz.Policies{Identity: one(all), Unread: authz.Boundary}, authz.Undetermined, "", nil},
	{"E19", true, "SCPs", here(role), authz.Policies{Identity: one(all), Unread: authz.SCP}, authz.Undetermined, "", nil},
	{"E19", true, "RCPs", get(role), authz.Policies{Identity: one(all), Resource: doc(anyone), Unread: authz.RCP}, authz.Undetermined, "", nil},
	{"E19", false, "a Deny was read", here(role), authz.Policies{Identity: docs(denyIt), Unread: authz.Identity | authz.Resource | authz.SCP}, authz.ExplicitlyDenied, "No", nil},
	{"E19", false, "the bucket policy was read and does not allow", get(role), authz.Policies{Resource: allows(alice), Unread: authz.Identity}, authz.ImplicitlyDenied, "", nil},
	{"E19", false, "SCPs do not concern a service", service(), func() authz.Policies {
		p := trust(`'Principal':{'Service':'datasync.amazonaws.com'}`)
		p.Unread = authz.SCP | authz.Identity
		return p
	}(), authz.Allowed, "It", nil},

	{"E20", true, "an Allow with an operator that does not exist", here(role), may(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringMatches':{'aws:x':'y'}}}`), authz.ImplicitlyDenied, "", nil},
	{"E20", true, "a Deny with an operator that does not exist", here(role), may(allowAll, `{'Sid':'No','Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringMatches':{'aws:x':'y'}}}`), authz.ExplicitlyDenied, "No", nil},
	{"E20", true, "an identity policy's Allow without Resource", here(role), may(`{'Effect':'Allow','Action':'*'}`), authz.ImplicitlyDenied, "", nil},
	{"E20", true, "an identity policy's Deny without Resource", here(role), may(allowAll, `{'Sid':'No','Effect':'Deny','Action':'*'}`), authz.ExplicitlyDenied, "No", nil},
	{"E20", false, "another condition of that Deny does not hold", here(role), may(allowAll, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringMatches':{'aws:x':'y'},'StringEquals':{'aws:PrincipalAccount':'999999999999'}}}`), authz.Allowed, "", nil},
}
