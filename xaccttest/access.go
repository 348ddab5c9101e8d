package xaccttest

import (
	"maps"
	"strconv"
	"time"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// access is one request of an identity, to be judged.
type access struct {
	action, resource string
	account          string              // that owns the resource
	region           string              // that the request goes to
	policy           policy.Document     // of the resource
	context          map[string][]string // beyond what every request carries
}

// allowed judges what i, in a session of that name, asks for.
func (c *Cloud) allowed(i *identity, session string, now time.Time, a access) bool {
	if c.isAdministrator(i) && a.policy.IsZero() && a.account == i.account {
		return true
	}
	context := map[string][]string{
		"aws:PrincipalArn":          {i.arn},
		"aws:userid":                {i.userID(session)},
		"aws:SecureTransport":       {"true"},
		"aws:ViaAWSService":         {"false"},
		"aws:PrincipalIsAWSService": {"false"},
		"aws:RequestedRegion":       {a.region},
		"aws:SourceIp":              {"203.0.113.10"},
		"aws:CurrentTime":           {now.UTC().Format(time.RFC3339)},
		"aws:EpochTime":             {strconv.FormatInt(now.Unix(), 10)},
		"s3:TlsVersion":             {"1.3"},
	}
	if i.kind == "user" {
		context["aws:username"] = []string{i.name}
	}
	for k, v := range i.tags {
		context["aws:PrincipalTag/"+k] = []string{v}
	}
	maps.Copy(context, a.context)
	policies := authz.Policies{Identity: c.documents(i), Resource: a.policy}
	if i.boundary != "" {
		policies.Boundary, _ = c.managedPolicy(i.account, i.boundary)
	}
	d := authz.Decide(authz.Request{
		Principal: i.callerARN(session), Action: a.action, Resource: a.resource, ResourceAccount: a.account,
		Context: context, Complete: true,
	}, policies)
	return d.Effect == authz.Allowed
}

// caller is who calls, as access decisions see it now.
func (rq *request) caller() (*identity, error) {
	if rq.who == nil {
		e := rq.cloud.at(rq.account, rq.key)
		if rq.who = e.read(byAccess); rq.who == nil {
			return nil, &fault{status: 403, code: "InvalidClientTokenId", message: "The security token included in the request is invalid."}
		}
	}
	return rq.who, nil
}

// may judges the caller's request for something in its own account that has no policy.
func (rq *request) may(action, resource string, context map[string][]string) (bool, error) {
	who, err := rq.caller()
	if err != nil {
		return false, err
	}
	return rq.cloud.allowed(who, sessionName, rq.now, access{
		action: action, resource: resource, account: rq.account, region: rq.region, context: context,
	}), nil
}

// tagContext is what the condition keys say about tags in a request.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
func tagContext(tags map[string]string, into map[string][]string) map[string][]string {
	if into == nil {
		into = map[string][]string{}
	}
	for _, k := range sortedKeys(tags) {
		into["aws:RequestTag/"+k] = []string{tags[k]}
		into["aws:TagKeys"] = append(into["aws:TagKeys"], k)
	}
	return into
}

// resourceTagContext is what the condition keys say about the tags of a resource.
func resourceTagContext(tags map[string]string, into map[string][]string) map[string][]string {
	if into == nil {
		into = map[string][]string{}
	}
	for k, v := range tags {
		into["aws:ResourceTag/"+k] = []string{v}
	}
	return into
}
