package authz_test

import (
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

const (
	actionPage   = userGuide + "reference_policies_elements_action.html"
	resourcePage = userGuide + "reference_policies_elements_resource.html"
	variablePage = userGuide + "reference_policies_variables.html"
)

var matchingRules = []rule{
	{"M1", resourcePage, "* matches any run of characters, slashes too"},
	{"M2", resourcePage, "? matches exactly one character"},
	{"M3", actionPage, "actions are compared without regard to case"},
	{"M4", actionPage, "wildcards in actions take in all actions of that beginning"},
	{"M5", "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html", "bucket actions are about the bucket, object actions about objects"},
	{"M6", userGuide + "reference_policies_elements_notresource.html", "NotResource matches everything not listed"},
	{"M7", userGuide + "reference_policies_elements_notaction.html", "NotAction matches everything not listed"},
	{"M8", userGuide + "reference_policies_elements_notresource.html", "an entry with a variable that has no value matches nothing"},
	{"M9", resourcePage, "ARNs are case-sensitive"},
	{"M10", resourcePage, "a * inside a segment stays in it; one that ends a segment may go on"},
	{"M11", s3Guide + "bucket-owner-condition.html", "an S3 ARN does not tell the owner"},
	{"M12", resourcePage, "no wildcard in the service of a resource"},
	{"M13", variablePage, "no variable before the fifth colon of a resource"},
	{"V1", variablePage, "a variable stands for the value of its key"},
	{"V2", variablePage, "a default stands in for a missing value"},
	{"V3", variablePage, "${*}, ${?} and ${$} are the characters themselves"},
	{"V4", userGuide + "reference_policies_elements_version.html", "without Version 2012-10-17 a variable is plain text"},
	{"V5", userGuide + "reference_policies_condition-single-vs-multi-valued-context-keys.html", "a key with several values is no variable"},
	{"V6", variablePage, "case of the key does not matter"},
}

// may is one identity policy of the resource's own account, so that it alone decides.
func may(statements ...string) authz.Policies { return authz.Policies{Identity: docs(statements...)} }

// old is may in a document without Version.
func old(statement string) authz.Policies {
	return authz.Policies{Identity: []policy.Document{parse(`{"Statement":` + statement + `}`)}}
}

// own is a request of alice in her own account with all keys known.
func own(action, resource string, context ...string) authz.Request {
	return authz.Request{Principal: alice, Action: action, Resource: resource, ResourceAccount: task, Context: ctx(context...), Complete: true}
}

// open is own with unknown keys.
func open(action, resource string, context ...string) authz.Request {
	r := own(action, resource, context...)
	r.Complete = false
	return r
}

func on(resource string) authz.Policies {
	return may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'` + resource + `'}`)
}

func act(action string) authz.Policies {
	return may(`{'Sid':'It','Effect':'Allow','Action':'` + action + `','Resource':'*'}`)
}

const home = "arn:aws:s3:::media/home/alice/a"

var matchingRows = []row{
	{"M1", true, "over slashes", own("s3:GetObject", object), on("arn:aws:s3:::media/*.mov"), authz.Allowed, "It", nil},
	{"M1", true, "nothing at all", own("s3:GetObject", object), on("arn:aws:s3:::media/2026/a.mov*"), authz.Allowed, "It", nil},
	{"M1", true, "in the middle, twice", own("s3:GetObject", object), on("arn:aws:s3:::m*a/*/*"), authz.Allowed, "It", nil},
	{"M1", false, "what follows has to match", own("s3:GetObject", object), on("arn:aws:s3:::media/*.mp4"), authz.ImplicitlyDenied, "", nil},
	{"M1", false, "the bucket is no object", own("s3:ListBucket", bucket), on("arn:aws:s3:::media/*"), authz.ImplicitlyDenied, "", nil},

	{"M2", true, "one character", own("s3:GetObject", object), on("arn:aws:s3:::media/202?/a.mov"), authz.Allowed, "It", nil},
	{"M2", true, "one character beyond ASCII", own("s3:GetObject", "arn:aws:s3:::media/ä"), on("arn:aws:s3:::media/?"), authz.Allowed, "It", nil},
	{"M2", false, "not none", own("s3:GetObject", object), on("arn:aws:s3:::media/2026?/a.mov"), authz.ImplicitlyDenied, "", nil},
	{"M2", false, "not two", own("s3:GetObject", object), on("arn:aws:s3:::media/20?/a.mov"), authz.ImplicitlyDenied, "", nil},

	{"M3", true, "lower case", own("s3:GetObject", object), act("s3:getobject"), authz.Allowed, "It", nil},
	{"M3", true, "upper case, with a wildcard", own("s3:GetObject", object), act("S3:GET*"), authz.Allowed, "It", nil},
	{"M3", false, "another action", own("s3:GetObject", object), act("s3:getobjects"), authz.ImplicitlyDenied, "", nil},

	{"M4", true, "tagging", own("s3:PutObjectTagging", object), act("s3:PutObject*"), authz.Allowed, "It", nil},
	{"M4", true, "everything", own("s3:PutObjectTagging", object), act("*"), authz.Allowed, "It", nil},
	{"M4", true, "inside", own("s3:GetObjectTagging", object), act("s3:*Tagging"), authz.Allowed, "It", nil},
	{"M4", true, "one character", own("s3:GetObject", object), act("s3:?etObject"), authz.Allowed, "It", nil},
	{"M4", false, "without wildcard", own("s3:PutObjectTagging", object), act("s3:PutObject"), authz.ImplicitlyDenied, "", nil},
	{"M4", false, "another service", own("s3:GetObject", object), act("sts:*"), authz.ImplicitlyDenied, "", nil},

	{"M5", true, "object action on the bucket's ARN", own("s3:GetObject", object), on(bucket), authz.ImplicitlyDenied, "", nil},
	{"M5", true, "both listed", own("s3:GetObject", object), may(`{'Sid':'It','Effect':'Allow','Action':'s3:*','Resource':['` + bucket + `','` + bucket + `/*']}`), authz.Allowed, "It", nil},
	{"M5", false, "bucket action on the bucket's ARN", own("s3:ListBucket", bucket), on(bucket), authz.Allowed, "It", nil},

	{"M6", true, "not listed", own("s3:GetObject", object), may(`{'Sid':'It','Effect':'Allow','Action':'*','NotResource':'arn:aws:s3:::media/2025/*'}`), authz.Allowed, "It", nil},
	{"M6", true, "a Deny outside the prefix", own("s3:GetObject", object), may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','NotResource':'arn:aws:s3:::media/2025/*'}`), authz.ExplicitlyDenied, "It", nil},
	{"M6", false, "listed", own("s3:GetObject", object), may(`{'Effect':'Allow','Action':'*','NotResource':['arn:aws:s3:::x','arn:aws:s3:::media/2026/*']}`), authz.ImplicitlyDenied, "", nil},

	{"M7", true, "not listed", own("s3:GetObject", object), may(`{'Sid':'It','Effect':'Allow','NotAction':'iam:*','Resource':'*'}`), authz.Allowed, "It", nil},
	{"M7", true, "a Deny of all but some", own("s3:GetObject", object), may(allowAll, `{'Sid':'It','Effect':'Deny','NotAction':['s3:List*','iam:*'],'Resource':'*'}`), authz.ExplicitlyDenied, "It", nil},
	{"M7", false, "listed", own("s3:GetObject", object), may(`{'Effect':'Allow','NotAction':['iam:*','S3:get*'],'Resource':'*'}`), authz.ImplicitlyDenied, "", nil},

	{"M8", true, "Resource", own("s3:GetObject", home), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.ImplicitlyDenied, "", nil},
	{"M8", true, "NotResource", own("s3:GetObject", home), may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','NotResource':'arn:aws:s3:::media/home/${aws:username}/*'}`), authz.ExplicitlyDenied, "It", nil},
	{"M8", true, "unknown", open("s3:GetObject", home), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.Undetermined, "It", []string{"aws:username"}},
	{"M8", false, "unknown, but of no consequence", open("s3:GetObject", object), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.ImplicitlyDenied, "", nil},
	{"M8", false, "another entry", own("s3:GetObject", home), may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':['arn:aws:s3:::media/${aws:username}','` + home + `']}`), authz.Allowed, "It", nil},

	{"M9", true, "key", own("s3:GetObject", object), on("arn:aws:s3:::media/2026/A.mov"), authz.ImplicitlyDenied, "", nil},
	{"M9", false, "as it is", own("s3:GetObject", object), on(object), authz.Allowed, "It", nil},

	{"M10", true, "inside a segment", own("iam:GetRole", role), on("arn:aws:i*m:111122223333:role/mover"), authz.ImplicitlyDenied, "", nil},
	{"M10", true, "at the end of a segment", own("iam:GetRole", role), on("arn:aws:iam:*"), authz.Allowed, "It", nil},
	{"M10", true, "a segment", own("iam:GetRole", role), on("arn:aws:iam::*:role/mover"), authz.Allowed, "It", nil},
	{"M10", false, "inside a segment, and it stays there", own("iam:GetRole", role), on("arn:aws:iam::1111*3333:role/mover"), authz.Allowed, "It", nil},

	{"M11", true, "unknown owner, one side allows", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object}, may(allowAll), authz.Undetermined, "", []string{"aws:ResourceAccount"}},
	{"M11", true, "unknown owner, the condition on it", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object},
		authz.Policies{Identity: docs(`{'Sid':'It','Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'aws:ResourceAccount':'` + remote + `'}}}`), Resource: doc(anyone)}, authz.Undetermined, "It", []string{"aws:ResourceAccount"}},
	{"M11", true, "unknown owner, both sides allow", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object}, authz.Policies{Identity: docs(allowAll), Resource: doc(anyone)}, authz.Allowed, "Anyone", nil},
	{"M11", true, "unknown owner, neither allows", authz.Request{Principal: role, Action: "s3:GetObject", Resource: object}, authz.Policies{}, authz.ImplicitlyDenied, "", nil},
	{"M11", false, "an ARN with an account", authz.Request{Principal: role, Action: "iam:GetRole", Resource: role}, may(allowAll), authz.Allowed, "", nil},

	{"M12", true, "inside its name", own("s3:GetObject", object), on("arn:aws:s*:::media/*"), authz.ImplicitlyDenied, "", nil},
	{"M12", true, "all of it", own("s3:GetObject", object), on("arn:aws:*:::media/*"), authz.ImplicitlyDenied, "", nil},
	{"M12", true, "beside a resource that fits", own("s3:GetObject", object), may(`{'Effect':'Allow','Action':'*','Resource':['*','arn:aws:s?:::x']}`), authz.ImplicitlyDenied, "", nil},
	{"M12", true, "a Deny is read as it stands", own("s3:GetObject", object), may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','Resource':'arn:aws:s*:::media/*'}`), authz.ExplicitlyDenied, "It", nil},
	{"M12", true, "it exempts from no Deny", own("s3:GetObject", object), may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','NotResource':'arn:aws:s*:::media/*'}`), authz.ExplicitlyDenied, "It", nil},
	{"M12", false, "in the partition", own("s3:GetObject", object), on("arn:*:s3:::media/*"), authz.Allowed, "It", nil},

	{"M13", true, "in the account", own("iam:GetRole", role, "aws:PrincipalAccount", task), on("arn:aws:iam::${aws:PrincipalAccount}:role/mover"), authz.ImplicitlyDenied, "", nil},
	{"M13", true, "all of it", own("iam:GetRole", role, "x:arn", role), on("${x:arn}"), authz.ImplicitlyDenied, "", nil},
	{"M13", true, "it exempts from no Deny", own("iam:GetRole", role, "aws:PrincipalAccount", task), may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','NotResource':'arn:aws:iam::${aws:PrincipalAccount}:role/mover'}`), authz.ExplicitlyDenied, "It", nil},
	{"M13", false, "behind it", own("iam:GetRole", role, "x:name", "mover"), on("arn:aws:iam::111122223333:role/${x:name}"), authz.Allowed, "It", nil},
	{"M13", false, "in a document that has no variables it is text", own("x:y", "arn:aws:x:::${a}"), old(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'arn:aws:x:*:${a}'}`), authz.Allowed, "It", nil},

	{"V1", true, "in a resource", own("s3:GetObject", home, "aws:username", "alice"), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.Allowed, "It", nil},
	{"V1", true, "in a condition", own("s3:ListBucket", bucket, "aws:username", "alice", "s3:prefix", "home/alice/x"), may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringLike':{'s3:prefix':'home/${aws:username}/*'}}}`), authz.Allowed, "It", nil},
	{"V1", true, "a wildcard in a value is a character", own("s3:GetObject", home, "aws:username", "*"), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.ImplicitlyDenied, "", nil},
	{"V1", true, "unknown in a condition", open("s3:ListBucket", bucket, "s3:prefix", "home/alice/x"), may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringLike':{'s3:prefix':'home/${aws:username}/*'}}}`), authz.Undetermined, "It", []string{"aws:username"}},
	{"V1", false, "another value", own("s3:GetObject", home, "aws:username", "bob"), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.ImplicitlyDenied, "", nil},
	{"V1", false, "actions have no variables", own("s3:GetObject", object, "aws:username", "GetObject"), act("s3:${aws:username}"), authz.ImplicitlyDenied, "", nil},

	{"V2", true, "missing", own("s3:GetObject", home), on("arn:aws:s3:::media/home/${aws:username, \\u0027alice\\u0027}/*"), authz.Allowed, "It", nil},
	{"V2", true, "unknown, and it matters", open("s3:GetObject", home), on("arn:aws:s3:::media/home/${aws:username, \\u0027alice\\u0027}/*"), authz.Undetermined, "It", []string{"aws:username"}},
	{"V2", false, "there", own("s3:GetObject", home, "aws:username", "bob"), on("arn:aws:s3:::media/home/${aws:username, \\u0027alice\\u0027}/*"), authz.ImplicitlyDenied, "", nil},

	{"V3", true, "star", own("s3:GetObject", "arn:aws:s3:::media/*"), on("arn:aws:s3:::media/${*}"), authz.Allowed, "It", nil},
	{"V3", true, "question mark", own("s3:GetObject", "arn:aws:s3:::media/a?"), on("arn:aws:s3:::media/a${?}"), authz.Allowed, "It", nil},
	{"V3", true, "dollar under StringEquals", own("s3:GetObject", object, "aws:username", "$"), may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:username':'${$}'}}}`), authz.Allowed, "It", nil},
	{"V3", false, "star for nothing else", own("s3:GetObject", object), on("arn:aws:s3:::media/${*}"), authz.ImplicitlyDenied, "", nil},

	{"V4", true, "no Version", own("s3:GetObject", home, "aws:username", "alice"), old(`{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::media/home/${aws:username}/*'}`), authz.ImplicitlyDenied, "", nil},
	{"V4", true, "the text itself", own("s3:GetObject", "arn:aws:s3:::media/home/${aws:username}/a"), old(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::media/home/${aws:username}/*'}`), authz.Allowed, "It", nil},
	{"V4", true, "in a condition", own("s3:GetObject", object, "aws:username", "${aws:userid}", "aws:userid", "x"), old(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:username':'${aws:userid}'}}}`), authz.Allowed, "It", nil},
	{"V4", false, "Version 2012-10-17", own("s3:GetObject", home, "aws:username", "alice"), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.Allowed, "It", nil},

	{"V5", true, "two values", own("s3:GetObject", home, "x:names", "alice", "x:names", "bob"), on("arn:aws:s3:::media/home/${x:names}/*"), authz.ImplicitlyDenied, "", nil},
	{"V5", false, "one value", own("s3:GetObject", home, "x:names", "alice"), on("arn:aws:s3:::media/home/${x:names}/*"), authz.Allowed, "It", nil},

	{"V6", true, "in the policy", own("s3:GetObject", home, "aws:username", "alice"), on("arn:aws:s3:::media/home/${AWS:UserName}/*"), authz.Allowed, "It", nil},
	{"V6", true, "tag names too", own("s3:GetObject", home, "aws:PrincipalTag/Home", "alice"), on("arn:aws:s3:::media/home/${aws:principaltag/HOME}/*"), authz.Allowed, "It", nil},
	{"V6", false, "case of the value does", own("s3:GetObject", home, "aws:username", "Alice"), on("arn:aws:s3:::media/home/${aws:username}/*"), authz.ImplicitlyDenied, "", nil},
}
