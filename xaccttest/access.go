package xaccttest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// access is one request of an identity that has to be decided.
type access struct {
	action, resource string
	account          string              // the account that owns the resource
	region           string              // the Region that the request goes to
	policy           policy.Document     // the policy of the resource
	restricted       bool                // Block Public Access refuses other accounts
	context          map[string][]string // condition keys besides those that every request carries
}

// allowed reports whether the policies allow the request of i, in a session of that name.
func (c *Cloud) allowed(i *identity, session string, now time.Time, a access) bool {
	return c.decide(i, session, now, a).Effect == authz.Allowed
}

// decide evaluates the request of i. An undetermined answer does not allow it.
func (c *Cloud) decide(i *identity, session string, now time.Time, a access) authz.Decision {
	scps, rcps := c.scps(i.account), c.rcps(a.account)
	if c.isAdministrator(i) && a.policy.IsZero() && a.account == i.account && len(scps)+len(rcps) == 0 {
		return authz.Decision{Effect: authz.Allowed}
	}
	if a.restricted && a.account != i.account {
		return authz.Decision{Effect: authz.ImplicitlyDenied}
	}
	policies := authz.Policies{Identity: c.documents(i), Session: i.session, Resource: a.policy, SCPs: scps, RCPs: rcps}
	if i.boundary != "" {
		policies.Boundary, _ = c.managedPolicy(i.account, i.boundary)
	}
	return authz.Decide(authz.Request{
		Principal: i.callerARN(session), Action: a.action, Resource: a.resource, ResourceAccount: a.account,
		Context: c.conditions(i, session, now, a), Complete: true,
	}, policies)
}

// conditions are the condition keys of the request of i.
func (c *Cloud) conditions(i *identity, session string, now time.Time, a access) map[string][]string {
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
	c.organise(i.account, a.account, context)
	maps.Copy(context, a.context)
	if strings.HasPrefix(session, "AwsSync-") {
		maps.Copy(context, c.undocumented.Data)
	}
	return context
}

// caller is the identity that calls, as access decisions see it now.
func (rq *request) caller() (*identity, error) {
	if rq.who == nil {
		e := rq.cloud.at(rq.account, rq.key)
		who := e.Read(eventual.ByAccess)
		if who == nil {
			return nil, &fault.Error{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
		}
		var err error
		if who, err = rq.inSession(who); err != nil {
			return nil, err
		}
		rq.who = who
	}
	return rq.who, nil
}

// refusal decides the caller's request on a resource of its own account that has no policy. It returns the sentence with which AWS refuses
// the request, "" if it is allowed.
func (rq *request) refusal(action, resource string, context map[string][]string) (string, error) {
	who, err := rq.caller()
	if err != nil {
		return "", err
	}
	return rq.refusalBy(rq.cloud.decide(who, rq.sessionName(), rq.now, access{
		action: action, resource: resource, account: rq.account, region: rq.region, context: context,
	}), action, resource), nil
}

// refusalBy is the sentence with which AWS reports the decision d, "" if d allows.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (rq *request) refusalBy(d authz.Decision, action, resource string) string {
	kind := "identity-based policy"
	if lacks := func(m authz.Match) bool { return m.Layer == authz.Identity }; len(d.Deciding) > 0 && !slices.ContainsFunc(d.Deciding, lacks) {
		kind = layerWords[d.Deciding[0].Layer]
	}
	why := fmt.Sprintf("because no %s allows the %s action", kind, action)
	switch d.Effect {
	case authz.Allowed:
		return ""
	case authz.ExplicitlyDenied:
		why = fmt.Sprintf("with an explicit deny in a %s", kind)
	}
	return rq.refusedAs(action, resource, why)
}

func (rq *request) refusedAs(action, resource, why string) string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %q %s", rq.who.callerARN(rq.sessionName()), action, resource, why)
}

var layerWords = map[authz.Layer]string{
	authz.SCP: "service control policy", authz.RCP: "resource control policy", authz.Resource: "resource-based policy",
	authz.Identity: "identity-based policy", authz.Boundary: "permissions boundary", authz.Session: "session policy",
}

// tagContext adds the condition keys about the tags in a request to into, and returns it.
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

// resourceTagContext adds the condition keys about the tags of a resource to into, and returns it.
func resourceTagContext(tags map[string]string, into map[string][]string) map[string][]string {
	if into == nil {
		into = map[string][]string{}
	}
	for k, v := range tags {
		into["aws:ResourceTag/"+k] = []string{v}
	}
	return into
}
