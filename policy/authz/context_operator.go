package authz

import (
	"slices"
	"strings"
)

// OperatorCall describes the calls of a person or program that sets up and runs transfers. A zero field means that the value is not
// known.
type OperatorCall struct {
	PrincipalARN string            // ARN of a role, a session or a user
	PrincipalID  string            // unique id of the role or user, AROA… or AIDA…
	Tags         map[string]string // nil is not known; otherwise all tags of the user or session. Tags of a role are not those of its sessions.
	OrgID        string            // organisation of the principal's account
	Account      string            // 12-digit id of the account that owns the resource
	Region       string            // Region of the resource
	Forwarded    bool              // DataSync makes the call with the operator's credentials, as when a location is created
}

// Request returns a request of the operator, with the certain and assumed facts of [OperatorCall.Facts].
func (c OperatorCall) Request(action, resource string) Request {
	facts := c.Facts()
	if service, _, _ := strings.Cut(action, ":"); !strings.EqualFold(service, "s3") {
		facts = slices.DeleteFunc(facts, func(f Fact) bool { return strings.HasPrefix(f.Key, "s3:") })
	}
	return Request{Principal: c.PrincipalARN, Action: action, Resource: resource, ResourceAccount: c.Account}.With(facts, Assumed)
}

// Facts lists what is known of the condition keys of the operator's requests. Request adds the keys of S3 for actions of S3 only.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html (a tag of the session hides that of the role)
func (c OperatorCall) Facts() []Fact {
	facts := append(make([]Fact, 0, roomForFacts/2+len(c.Tags)), []Fact{
		{Key: "aws:PrincipalIsAWSService", Values: []string{"false"}, Certainty: Certain, Reason: "the caller is a principal of IAM"},
		{Key: "aws:PrincipalServiceName", Certainty: Certain, Reason: "the caller is a principal of IAM"},
		{Key: "aws:PrincipalServiceNamesList", Certainty: Certain, Reason: "the caller is a principal of IAM"},
		{Key: "aws:SourceArn", Certainty: Certain, Reason: "sent by service principals"},
		{Key: "aws:SourceAccount", Certainty: Certain, Reason: "sent by service principals"},
		{Key: "aws:SourceIp", Reason: "depends on where the operator works"},
		{Key: "aws:SourceVpc", Reason: "depends on where the operator works"},
		{Key: "aws:SourceVpce", Reason: "depends on where the operator works"},
		{Key: "aws:VpcSourceIp", Reason: "depends on where the operator works"},
		{Key: "aws:MultiFactorAuthPresent", Reason: "depends on how the operator signed in"},
		{Key: "aws:MultiFactorAuthAge", Reason: "depends on how the operator signed in"},
		{Key: "aws:SecureTransport", Values: []string{"true"}, Certainty: Assumed, Reason: "the clients of the SDK use TLS"},
		{Key: "aws:ResourceOrgID", Reason: "depends on the organisation of the resource's account"},
		{Key: "aws:CurrentTime", Reason: "depends on when the request is made"},
	}...)
	if c.Forwarded {
		facts = append(facts,
			Fact{Key: "aws:ViaAWSService", Among: []string{"true", "false"}, Certainty: Assumed, Reason: "whether DataSync calls in a forward access session is not documented"},
			Fact{Key: "aws:CalledVia", Reason: "whether DataSync calls in a forward access session is not documented"})
	} else {
		facts = append(facts,
			Fact{Key: "aws:ViaAWSService", Values: []string{"false"}, Certainty: Certain, Reason: "the operator calls"},
			Fact{Key: "aws:CalledVia", Certainty: Certain, Reason: "the operator calls"})
	}
	r := Request{Principal: c.PrincipalARN}
	w := newWho(&r)
	switch {
	case w.kind == user:
		name := c.PrincipalARN[strings.LastIndexByte(c.PrincipalARN, '/')+1:]
		facts = append(facts, Fact{Key: "aws:username", Values: []string{name}, Certainty: Certain, Reason: "the name of the user"})
	case w.kind != unreadable:
		facts = append(facts, Fact{Key: "aws:username", Certainty: Certain, Reason: "the requests of users have it, those of roles have not"})
	}
	switch {
	case c.PrincipalID == "":
		facts = append(facts, Fact{Key: "aws:userid", Reason: "the unique id of the principal"})
	case w.kind == anySession:
		facts = append(facts, Fact{Key: "aws:userid", Form: c.PrincipalID + ":*", Certainty: Certain, Reason: "role id, colon, session name"})
	case w.kind == roleSession:
		facts = append(facts, Fact{Key: "aws:userid", Values: []string{c.PrincipalID + ":" + w.session}, Certainty: Certain, Reason: "role id, colon, session name"})
	default:
		facts = append(facts, Fact{Key: "aws:userid", Values: []string{c.PrincipalID}, Certainty: Certain, Reason: "the unique id of the principal"})
	}
	if c.Account != "" {
		facts = append(facts, Fact{Key: "aws:ResourceAccount", Values: []string{c.Account}, Certainty: Certain, Reason: "the owner of the resource"})
	}
	if c.Region != "" {
		facts = append(facts, Fact{Key: "aws:RequestedRegion", Values: []string{c.Region}, Certainty: Certain, Reason: "the Region of the resource"})
	}
	tags := c.Tags
	if w.kind == anySession {
		tags = nil // a caller that assumes the role may add session tags, which replace the role's
	}
	return append(append(append(facts, s3Facts(c.Account)...), orgFacts(c.OrgID)...), tagFacts(tags)...)
}
