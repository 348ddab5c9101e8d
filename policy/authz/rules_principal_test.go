package authz_test

import "github.com/xacct/xacct/policy/authz"

const principalPage = userGuide + "reference_policies_elements_principal.html"
const notPrincipalPage = userGuide + "reference_policies_elements_notprincipal.html"

var principalRules = []rule{
	{"P1", principalPage, "account id and ARN of the account's root are the same, and stand for the account"},
	{"P2", principalPage, `"*" and {"AWS": "*"} are the same`},
	{"P3", principalPage, "no wildcard inside a principal's ARN"},
	{"P4", principalPage, "a role stands for all its sessions"},
	{"P5a", "https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html", "roles of IAM Identity Center lie at /aws-reserved/sso.amazonaws.com/, in most Regions with the Region"},
	{"P5", userGuide + "reference_identifiers.html", "a role with a path is named with its path; its sessions have none"},
	{"P6", principalPage, "a session is named exactly"},
	{"P7", principalPage, "services, federated users and canonical users are named by their own types"},
	{"P8", principalPage, "several principals are alternatives"},
	{"P9", principalPage, "a unique id is one entity; a new role of the same name is another"},
	{"P10", principalPage, "aws:PrincipalArn is compared as text: it outlives the role"},
	{"P11", principalPage, "names in a principal's ARN are case-sensitive"},
	{"P12", s3Guide + "s3-bucket-user-policy-specifying-principal-intro.html", "odd ARNs and canonical users are principals like others"},
	{"P13", principalPage, "resource policies need a principal, identity policies have none"},
	{"P14", principalPage, "groups are no principals"},
	{"N1", notPrincipalPage, "Deny with NotPrincipal denies all but those named"},
	{"N2", notPrincipalPage, "of a session, role, session and account have to be listed"},
	{"N3", notPrincipalPage, "of a user, user and account have to be listed"},
	{"N5", userGuide + "access_policies_boundaries.html", "Deny with NotPrincipal denies whoever has a permissions boundary"},
	{"N4", notPrincipalPage, "Allow with NotPrincipal grants everybody else, also without credentials"},
}

// by names what a resource policy of the object's bucket says about principals; everything else allows.
func by(effect, principal string) authz.Policies {
	p := authz.Policies{Identity: docs(allowAll), Resource: doc(`{'Sid':'It','Effect':'` + effect + `',` + principal + `,'Action':'s3:*','Resource':'*'}`)}
	if effect == "Deny" {
		p.Resource = doc(anyone, `{'Sid':'It','Effect':'Deny',`+principal+`,'Action':'s3:*','Resource':'*'}`)
	}
	return p
}

// get reads the object of the remote account, as who, with all keys known.
func get(who string, context ...string) authz.Request {
	return authz.Request{Principal: who, Action: "s3:GetObject", Resource: object, ResourceAccount: remote, Context: ctx(context...), Complete: true}
}

// guess is get with unknown keys.
func guess(who string, context ...string) authz.Request {
	r := get(who, context...)
	r.Complete = false
	return r
}

const pathSession = "arn:aws:sts::111122223333:assumed-role/mover/s"
const (
	ssoSession = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me"
	ssoRole    = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
)

const pathRole = "arn:aws:iam::111122223333:role/service-role/mover"

var principalRows = []row{
	{"P1", true, "account id", get(role), by("Allow", `'Principal':{'AWS':'111122223333'}`), authz.Allowed, "It", nil},
	{"P1", true, "root ARN", get(session), by("Allow", `'Principal':{'AWS':'arn:aws:iam::111122223333:root'}`), authz.Allowed, "It", nil},
	{"P1", true, "a Deny of the account is a Deny of all in it", get(alice), by("Deny", `'Principal':{'AWS':'111122223333'}`), authz.ExplicitlyDenied, "It", nil},
	{"P1", false, "another account", get(role), by("Allow", `'Principal':{'AWS':'999999999999'}`), authz.ImplicitlyDenied, "", nil},
	{"P1", false, "a Deny of another account", get(role), by("Deny", `'Principal':{'AWS':'arn:aws:iam::999999999999:root'}`), authz.Allowed, "", nil},

	{"P2", true, "star", get(role), by("Allow", `'Principal':'*'`), authz.Allowed, "It", nil},
	{"P2", true, "AWS star", get(role), by("Allow", `'Principal':{'AWS':'*'}`), authz.Allowed, "It", nil},
	{"P2", true, "AWS star without credentials", get(""), by("Allow", `'Principal':{'AWS':['*']}`), authz.Allowed, "It", nil},
	{"P2", false, "an account is not everybody", get(""), by("Allow", `'Principal':{'AWS':'111122223333'}`), authz.ImplicitlyDenied, "", nil},

	{"P3", true, "star in the name", get(role), by("Allow", `'Principal':{'AWS':'arn:aws:iam::111122223333:role/*'}`), authz.ImplicitlyDenied, "", nil},
	{"P3", true, "star in the session", get(session), by("Allow", `'Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/mover/*'}`), authz.ImplicitlyDenied, "", nil},
	{"P3", false, "the star alone", get(role), by("Allow", `'Principal':'*'`), authz.Allowed, "It", nil},

	{"P4", true, "session of the role", get(session), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.Allowed, "It", nil},
	{"P4", true, "any session of the role", get(role), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.Allowed, "It", nil},
	{"P4", true, "Deny of the role", guess(session), by("Deny", `'Principal':{'AWS':'`+role+`'}`), authz.ExplicitlyDenied, "It", nil},
	{"P4", false, "session of another role", get("arn:aws:sts::111122223333:assumed-role/other/s"), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P4", false, "role of that name in another account", get("arn:aws:iam::999999999999:role/mover"), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},

	{"P5", true, "role with path", get(pathRole), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.Allowed, "It", nil},
	{"P5", true, "session, the role's ARN is given", get(pathSession, "aws:PrincipalArn", pathRole), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.Allowed, "It", nil},
	{"P5", true, "session, whose role may have the path", guess(pathSession), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.Undetermined, "It", []string{"aws:PrincipalArn"}},
	{"P5a", true, "a Deny unless it is the role without its path", guess(ssoSession), when(`'ArnNotLike':{'aws:PrincipalArn':'arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_*'}`), authz.ExplicitlyDenied, "No", nil},
	{"P5a", true, "a Deny unless it is a role of the path", guess(ssoSession), when(`'ArnNotLike':{'aws:PrincipalArn':'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*'}`), authz.Allowed, "", nil},
	{"P5a", true, "a Deny unless it is the role of one Region", guess(ssoSession), when(`'ArnNotLike':{'aws:PrincipalArn':'` + ssoRole + `'}`), authz.Undetermined, "No", []string{"aws:PrincipalArn"}},
	{"P5a", true, "the role's ARN is given", guess(ssoSession, "aws:PrincipalArn", ssoRole), when(`'ArnNotLike':{'aws:PrincipalArn':'` + ssoRole + `'}`), authz.Allowed, "", nil},
	{"P5a", true, "as principal", guess(ssoSession), by("Allow", `'Principal':{'AWS':'`+ssoRole+`'}`), authz.Undetermined, "It", []string{"aws:PrincipalArn"}},
	{"P5a", false, "another role as principal", guess(ssoSession), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P5a", false, "a role of one's own", guess(session), when(`'ArnNotLike':{'aws:PrincipalArn':'` + role + `'}`), authz.Allowed, "", nil},
	{"P5", false, "the path is missing", get(pathRole), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P5", false, "a path too many", get(role), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P5", false, "no policy speaks of a path", guess(session), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.Allowed, "It", nil},

	{"P6", true, "the session", get(session), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.Allowed, "It", nil},
	{"P6", true, "a role whose session is not known", guess(role), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.Undetermined, "It", []string{"aws:userid"}},
	{"P6", true, "a role whose session follows from the user id", guess(role, "aws:userid", "AROAEXAMPLE:AwsSync-loc-0"), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.Allowed, "It", nil},
	{"P6", false, "another session", get("arn:aws:sts::111122223333:assumed-role/mover/other"), by("Allow", `'Principal':{'AWS':'`+session+`'}`), authz.ImplicitlyDenied, "", nil},

	{"P7", true, "service", service(), trust(`'Principal':{'Service':'datasync.amazonaws.com'}`), authz.Allowed, "It", nil},
	{"P7", true, "one service of several", service(), trust(`'Principal':{'Service':['ec2.amazonaws.com','datasync.amazonaws.com']}`), authz.Allowed, "It", nil},
	{"P7", false, "another service", service(), trust(`'Principal':{'Service':'ec2.amazonaws.com'}`), authz.ImplicitlyDenied, "", nil},
	{"P7", false, "a service's name as AWS principal", service(), trust(`'Principal':{'AWS':'datasync.amazonaws.com'}`), authz.ImplicitlyDenied, "", nil},
	{"P7", false, "a federated provider is no role", get(role), by("Allow", `'Principal':{'Federated':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P7", false, "a service is no role", get(role), by("Allow", `'Principal':{'Service':'datasync.amazonaws.com'}`), authz.ImplicitlyDenied, "", nil},

	{"P8", true, "second of two", get(role), by("Allow", `'Principal':{'AWS':['`+alice+`','`+role+`']}`), authz.Allowed, "It", nil},
	{"P8", true, "second type", get(role), by("Allow", `'Principal':{'Service':'ec2.amazonaws.com','AWS':'`+role+`'}`), authz.Allowed, "It", nil},
	{"P8", false, "none of two", get(role), by("Allow", `'Principal':{'AWS':['`+alice+`','999999999999']}`), authz.ImplicitlyDenied, "", nil},

	{"P9", true, "the role's id", get(role, "aws:userid", "AROAEXAMPLE:s"), by("Allow", `'Principal':{'AWS':'AROAEXAMPLE'}`), authz.Allowed, "It", nil},
	{"P9", true, "the user's id", get(alice, "aws:userid", "AIDAEXAMPLE"), by("Allow", `'Principal':{'AWS':'AIDAEXAMPLE'}`), authz.Allowed, "It", nil},
	{"P9", true, "an id that may be the role's", guess(role), by("Allow", `'Principal':{'AWS':'AROAEXAMPLE'}`), authz.Undetermined, "It", []string{"aws:userid"}},
	{"P9", false, "id of the role's predecessor", get(role, "aws:userid", "AROANEW:s"), by("Allow", `'Principal':{'AWS':'AROAEXAMPLE'}`), authz.ImplicitlyDenied, "", nil},
	{"P9", false, "a user's id is no role's", guess(role), by("Allow", `'Principal':{'AWS':'AIDAEXAMPLE'}`), authz.ImplicitlyDenied, "", nil},

	{"P10", true, "account, and the role by its ARN", get(role, "aws:userid", "AROANEW:s"), by("Allow", `'Condition':{'ArnEquals':{'aws:PrincipalArn':'`+role+`'}},'Principal':{'AWS':'111122223333'}`), authz.Allowed, "It", nil},
	{"P10", false, "another role of the account", get("arn:aws:iam::111122223333:role/other"), by("Allow", `'Condition':{'ArnEquals':{'aws:PrincipalArn':'`+role+`'}},'Principal':{'AWS':'111122223333'}`), authz.ImplicitlyDenied, "", nil},

	{"P11", true, "a role of another spelling", get("arn:aws:iam::111122223333:role/Mover"), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P11", true, "a user of another spelling", get("arn:aws:iam::111122223333:user/Alice"), by("Allow", `'Principal':{'AWS':'`+alice+`'}`), authz.ImplicitlyDenied, "", nil},
	{"P11", false, "the user", get(alice), by("Allow", `'Principal':{'AWS':'`+alice+`'}`), authz.Allowed, "It", nil},

	{"P12", true, "an origin access identity is not the role", get(role), by("Allow", `'Principal':{'AWS':'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1'}`), authz.ImplicitlyDenied, "", nil},
	{"P12", true, "a canonical user may be the role's account", guess(role), by("Allow", `'Principal':{'CanonicalUser':'79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'}`), authz.Undetermined, "It", []string{"CanonicalUser"}},
	{"P12", true, "a canonical user is the role's account", guess(role, "CanonicalUser", "79a5"), by("Allow", `'Principal':{'CanonicalUser':'79a5'}`), authz.Allowed, "It", nil},
	{"P12", false, "beside an odd ARN the role is named", get(role), by("Allow", `'Principal':{'AWS':['arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1','`+role+`']}`), authz.Allowed, "It", nil},

	{"P13", true, "an Allow without principal in a bucket policy gives nothing", get(role), authz.Policies{Identity: docs(allowAll), Resource: doc(allowAll)}, authz.ImplicitlyDenied, "", nil},
	{"P13", true, "an Allow with principal in an identity policy gives nothing", get(role), authz.Policies{Identity: docs(anyone), Resource: doc(anyone)}, authz.ImplicitlyDenied, "", nil},
	{"P13", false, "each where it belongs", get(role), authz.Policies{Identity: docs(allowAll), Resource: doc(anyone)}, authz.Allowed, "Anyone", nil},

	{"P14", true, "an Allow for a group", get(alice), by("Allow", `'Principal':{'AWS':'arn:aws:iam::111122223333:group/movers'}`), authz.ImplicitlyDenied, "", nil},
	{"P14", true, "a Deny for a group", get(alice), by("Deny", `'Principal':{'AWS':'arn:aws:iam::111122223333:group/movers'}`), authz.Allowed, "", nil},
	{"P14", false, "the user of a group", get(alice), by("Allow", `'Principal':{'AWS':['arn:aws:iam::111122223333:group/movers','`+alice+`']}`), authz.Allowed, "It", nil},

	{"N1", true, "somebody else", get(role), by("Deny", `'NotPrincipal':{'AWS':['999999999999','arn:aws:iam::999999999999:role/mover']}`), authz.ExplicitlyDenied, "It", nil},
	{"N1", true, "without credentials", get(""), by("Deny", `'NotPrincipal':{'AWS':'111122223333'}`), authz.ExplicitlyDenied, "It", nil},
	{"N1", true, "another service", service(), trust(`'Principal':'*'},{'Sid':'Not','Effect':'Deny','Action':'sts:AssumeRole','NotPrincipal':{'Service':'ec2.amazonaws.com'}`), authz.ExplicitlyDenied, "Not", nil},
	{"N1", false, "all of the session's names", get(session), by("Deny", `'NotPrincipal':{'AWS':['`+session+`','`+role+`','111122223333']}`), authz.Allowed, "", nil},
	{"N1", false, "the service", service(), trust(`'Principal':'*'},{'Effect':'Deny','Action':'sts:AssumeRole','NotPrincipal':{'Service':'datasync.amazonaws.com'}`), authz.Allowed, "It", nil},

	{"N2", true, "role alone", guess(session), by("Deny", `'NotPrincipal':{'AWS':'`+role+`'}`), authz.ExplicitlyDenied, "It", nil},
	{"N2", true, "account alone", guess(session), by("Deny", `'NotPrincipal':{'AWS':'111122223333'}`), authz.ExplicitlyDenied, "It", nil},
	{"N2", true, "role and account", guess(session), by("Deny", `'NotPrincipal':{'AWS':['`+role+`','arn:aws:iam::111122223333:root']}`), authz.ExplicitlyDenied, "It", nil},
	{"N2", true, "a session that may be this one", guess(role), by("Deny", `'NotPrincipal':{'AWS':['`+session+`','`+role+`','111122223333']}`), authz.Undetermined, "It", []string{"aws:userid"}},
	{"N2", false, "all three", guess(session), by("Deny", `'NotPrincipal':{'AWS':['`+session+`','`+role+`','arn:aws:iam::111122223333:root']}`), authz.Allowed, "", nil},

	{"N3", true, "user alone", get(alice), by("Deny", `'NotPrincipal':{'AWS':'`+alice+`'}`), authz.ExplicitlyDenied, "It", nil},
	{"N3", true, "account alone", get(alice), by("Deny", `'NotPrincipal':{'AWS':'111122223333'}`), authz.ExplicitlyDenied, "It", nil},
	{"N3", false, "both", get(alice), by("Deny", `'NotPrincipal':{'AWS':['`+alice+`','111122223333']}`), authz.Allowed, "", nil},

	{"N5", true, "all names listed", get(session), bounded(by("Deny", `'NotPrincipal':{'AWS':['`+session+`','`+role+`','111122223333']}`), authz.Policies{Boundary: all}), authz.ExplicitlyDenied, "It", nil},
	{"N5", true, "a boundary that could not be read", get(alice), bounded(by("Deny", `'NotPrincipal':{'AWS':['`+alice+`','111122223333']}`), authz.Policies{Unread: authz.Boundary}), authz.ExplicitlyDenied, "It", nil},
	{"N5", false, "Allow with NotPrincipal", get(role), bounded(by("Allow", `'NotPrincipal':{'AWS':'`+alice+`'}`), authz.Policies{Boundary: all}), authz.Allowed, "It", nil},

	{"N4", true, "somebody else", get(role), by("Allow", `'NotPrincipal':{'AWS':'`+alice+`'}`), authz.Allowed, "It", nil},
	{"N4", true, "without credentials", get(""), by("Allow", `'NotPrincipal':{'AWS':'`+alice+`'}`), authz.Allowed, "It", nil},
	{"N4", false, "the one named", get(alice), by("Allow", `'NotPrincipal':{'AWS':'`+alice+`'}`), authz.ImplicitlyDenied, "", nil},
	{"N4", false, "the account named", get(role), by("Allow", `'NotPrincipal':{'AWS':'111122223333'}`), authz.ImplicitlyDenied, "", nil},
}

// service is DataSync assuming the role, with all keys known.
func service(context ...string) authz.Request {
	return authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, Context: ctx(context...), Complete: true}
}

// trust is a trust policy of one statement with the rest given.
func trust(rest string) authz.Policies {
	return authz.Policies{Resource: doc(`{'Sid':'It','Effect':'Allow','Action':'sts:AssumeRole',` + rest + `}`)}
}

// bounded is p with the boundary of b.
func bounded(p, b authz.Policies) authz.Policies {
	p.Boundary, p.Unread = b.Boundary, b.Unread
	return p
}
