package authz

import (
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// plainKeys are the condition keys, in lower case, whose values never hold a star or a question mark: ids of accounts, organisations, their units, VPCs, roles
// and users, names of services, Regions, sessions and users. An exact operator that compares them with such a sign, as if it took wildcards, never holds.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (characters of session names and source identities)
var plainKeys = map[string]bool{
	"aws:sourceaccount": true, "aws:principalaccount": true, "aws:resourceaccount": true, "kms:calleraccount": true, "s3:resourceaccount": true,
	"aws:principalorgid": true, "aws:resourceorgid": true, "aws:sourceorgid": true,
	"aws:principalorgpaths": true, "aws:resourceorgpaths": true, "aws:sourceorgpaths": true, "aws:vpceorgpaths": true,
	keyUserID: true, "aws:username": true, "aws:sourceidentity": true, "sts:rolesessionname": true,
	"aws:sourcevpc": true, "aws:sourcevpcarn": true, "aws:sourcevpce": true, "aws:vpceaccount": true, "aws:vpceorgid": true,
	"aws:principalservicename": true, "aws:principalservicenameslist": true, "aws:calledvia": true, "aws:calledviafirst": true, "aws:calledvialast": true,
	"aws:requestedregion": true, "kms:viaservice": true, "aws:principaltype": true,
}

// possible reports whether the key can have the value. The ARNs of DataSync's locations and tasks hold neither sign; those of objects can. An
// aws:PrincipalArn can hold one within the path only.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (characters of names and paths),
// https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html (ARNs)
func (j *judge) possible(key, value string) bool {
	at := strings.IndexAny(value, "*?")
	if at < 0 {
		return true
	}
	switch {
	case plainKeys[key]:
		return false
	case key == "aws:sourcearn":
		a, _ := region.ParseARN(value)
		form, _ := j.facts.form(key)
		return a.Service != "datasync" && !strings.Contains(form, ":datasync:")
	case key == keyPrincipalARN:
		first, last := strings.IndexByte(value, '/'), strings.LastIndexByte(value, '/')
		return first >= 0 && first < at && strings.LastIndexAny(value, "*?") < last
	}
	return true
}
