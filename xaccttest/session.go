package xaccttest

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// session is what sts:AssumeRole began: a role's session with a name, tags and policies of its own.
type session struct {
	name, roleID string
	account, key string // of the role
	arn          string // of the role
	policy       policy.Document
	tags         map[string]string
	expires      time.Time
}

// sessionName is the name of the caller's session.
func (c client) sessionName() string {
	if c.session != nil {
		return c.session.name
	}
	return defaultSession
}

// SessionClients returns the clients of a session that sts:AssumeRole began, and the ARN of its role, by the access key id of its credentials. ok is
// false if there is no such session. One that has ended is refused as AWS refuses it.
func (c *Cloud) SessionClients(accessKeyID string) (clients xacct.AccountClients, roleARN string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sessions[accessKeyID]
	if s == nil {
		return xacct.AccountClients{}, "", false
	}
	return c.clients(client{cloud: c, account: s.account, key: s.key, arn: s.arn, session: s}), s.arn, true
}

// inSession is the role as the session calls: with its tags over the role's, and its policies. The error says that the session has ended.
func (rq *request) inSession(role *identity) (*identity, error) {
	s := rq.session
	switch {
	case s == nil:
		return role, nil
	case role.id != s.roleID:
		return nil, &fault.Error{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
	case !rq.now.Before(s.expires):
		return nil, &fault.Error{Status: 403, Code: "ExpiredToken", Message: "The security token included in the request is expired"}
	}
	return role.with(func(i *identity) {
		for k, v := range s.tags {
			i.tags[k] = v
		}
		i.session = s.policy
	}), nil
}

var sessionNames = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// AssumeRole begins a session, if the caller's policies and the role's trust policy allow it.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (c *stsClient) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, _ ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	return do(ctx, c.client, "AssumeRole", in, func(rq *request, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
		if !sessionNames.MatchString(*in.RoleSessionName) {
			return nil, validationError("roleSessionName", *in.RoleSessionName, sessionNames.String())
		}
		if in.SourceIdentity != nil || in.SerialNumber != nil || in.TokenCode != nil || in.TransitiveTagKeys != nil || in.ProvidedContexts != nil {
			return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: "Source identities, second factors, transitive tags and contexts are not played by this in-memory AWS"}
		}
		role, err := rq.assumedRole(in)
		if err != nil {
			return nil, err
		}
		seconds, err := rq.duration(role, in.DurationSeconds)
		if err != nil {
			return nil, err
		}
		document, err := rq.sessionPolicy(role, in)
		if err != nil {
			return nil, err
		}
		s := &session{name: *in.RoleSessionName, roleID: role.id, account: role.account, key: role.key(), arn: role.arn, policy: document,
			tags: stsTags(in), expires: rq.now.Add(time.Duration(seconds) * time.Second).Truncate(time.Second)}
		return &sts.AssumeRoleOutput{
			Credentials:     rq.cloud.begin(s, rq.now),
			AssumedRoleUser: &ststypes.AssumedRoleUser{Arn: aws.String(role.callerARN(s.name)), AssumedRoleId: aws.String(role.userID(s.name))},
		}, nil
	})
}

// begin keeps the session under new credentials, and forgets those that have ended long ago.
func (c *Cloud) begin(s *session, now time.Time) *ststypes.Credentials {
	for id, old := range c.sessions {
		if now.Sub(old.expires) > time.Hour {
			delete(c.sessions, id)
		}
	}
	n := c.serial.Next("session", s.arn, s.name)
	id := "ASIA" + ids.Unique("", "session", s.arn, s.name, n)[:16]
	c.sessions[id] = s
	return &ststypes.Credentials{AccessKeyId: &id, SecretAccessKey: aws.String(ids.Digest(40, "secret", id)), SessionToken: aws.String(ids.Digest(64, "token", id)), Expiration: &s.expires}
}

// assumedRole is the role of the request, if the caller may assume it. Which of the two sides refused, and whether the role exists, is not told.
func (rq *request) assumedRole(in *sts.AssumeRoleInput) (*identity, error) {
	who, err := rq.caller()
	if err != nil {
		return nil, err
	}
	refused := func(action string) error {
		return &fault.Error{Status: 403, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", who.callerARN(rq.sessionName()), action, *in.RoleArn)}
	}
	if a, ok := region.ParseARN(*in.RoleArn); !ok || a.Service != "iam" {
		return nil, &fault.Error{Status: 400, Code: "ValidationError", Message: *in.RoleArn + " is invalid"}
	}
	role := rq.cloud.entitySeen(*in.RoleArn, eventual.ByAccess)
	if role == nil || role.kind != "role" {
		return nil, refused("sts:AssumeRole")
	}
	conditions := tagContext(stsTags(in), nil)
	conditions["sts:RoleSessionName"] = []string{*in.RoleSessionName}
	if in.ExternalId != nil {
		conditions["sts:ExternalId"] = []string{*in.ExternalId}
	}
	actions := []string{"sts:AssumeRole"}
	if len(in.Tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	for _, action := range actions {
		a := access{action: action, resource: role.arn, account: role.account, region: "us-east-1", policy: role.trust, context: conditions}
		if !rq.cloud.allowed(who, rq.sessionName(), rq.now, a) || !rq.cloud.trusts(who, rq.sessionName(), rq.now, a) {
			return nil, refused(action)
		}
	}
	return role, nil
}

// trusts reports whether the trust policy itself allows the request: the caller's own policies do not suffice, in the role's account neither. It is
// evaluated for a caller who may do everything, as if from another account, where both sides have to allow.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
func (c *Cloud) trusts(who *identity, session string, now time.Time, a access) bool {
	conditions := c.conditions(who, session, now, a)
	delete(conditions, "aws:ResourceAccount")
	return authz.Decide(authz.Request{
		Principal: who.callerARN(session), Action: a.action, Resource: a.resource, ResourceAccount: "000000000000", Context: conditions, Complete: true,
	}, authz.Policies{Identity: []policy.Document{administratorAccess}, Resource: a.policy}).Effect == authz.Allowed
}

// duration is how long the session lasts: an hour by default, as long as the role allows at most, and an hour if a session begins it.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
func (rq *request) duration(role *identity, wanted *int32) (int32, error) {
	most := int32(3600)
	if role.maxSession != 0 {
		most = role.maxSession
	}
	if rq.who.kind == "role" {
		most = min(most, 3600)
	}
	switch {
	case wanted == nil:
		return min(most, 3600), nil
	case *wanted < 900:
		return 0, &fault.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900", *wanted)}
	case *wanted > most:
		return 0, &fault.Error{Status: 400, Code: "ValidationError", Message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."}
	}
	return *wanted, nil
}

// sessionPolicy is the policy of the request and the managed ones that it names, in one.
func (rq *request) sessionPolicy(role *identity, in *sts.AssumeRoleInput) (policy.Document, error) {
	var all []policy.Fragment
	if in.Policy != nil {
		d, err := checkDocument(*in.Policy, policy.Identity)
		if err != nil {
			return d, err
		}
		all = append(all, d)
	}
	for _, p := range in.PolicyArns {
		d, ok := rq.cloud.managedPolicy(role.account, aws.ToString(p.Arn))
		if !ok {
			return d, malformed("The policy %s does not exist", aws.ToString(p.Arn))
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return policy.Document{}, nil
	}
	return policy.New(all...), nil
}

func stsTags(in *sts.AssumeRoleInput) map[string]string {
	out := map[string]string{}
	for _, t := range in.Tags {
		out[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out
}
