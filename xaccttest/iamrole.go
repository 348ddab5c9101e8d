package xaccttest

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// need is IAM's error for a request that the caller's policies do not allow; nil if they do.
func (rq *request) need(action, resource string, context map[string][]string) error {
	text, err := rq.refusal(action, resource, context)
	if err == nil && text != "" {
		err = &fault.Error{Status: 403, Code: "AccessDenied", Message: text}
	}
	return err
}

// roleARN is the ARN by which a call on the role is decided. A role that does not exist has one too.
func (rq *request) roleARN(name string) string {
	a := rq.cloud.accounts[rq.account]
	if e := a.identities[identityKey("role", name)]; e != nil && e.Latest() != nil {
		return e.Latest().arn
	}
	return region.Role(a.partition, a.id, "/", name)
}

// readRole is the role as read calls see it.
func (rq *request) readRole(action, name string) (*identity, error) {
	if err := rq.need(action, rq.roleARN(name), nil); err != nil {
		return nil, err
	}
	if e := rq.cloud.at(rq.account, identityKey("role", name)); e != nil {
		if r := e.Read(eventual.ByAPI); r != nil {
			return r, nil
		}
	}
	return nil, noSuchRole(name)
}

// role is the role as write calls see it, after all changes.
func (rq *request) role(action, name string, context map[string][]string) (*identity, *eventual.Value[*identity], error) {
	e := rq.cloud.at(rq.account, identityKey("role", name))
	var r *identity
	if e != nil {
		r = e.Latest()
	}
	if r != nil {
		context = resourceTagContext(r.tags, context)
	}
	if err := rq.need(action, rq.roleARN(name), context); err != nil {
		return nil, nil, err
	}
	switch {
	case r == nil:
		return nil, nil, noSuchRole(name)
	case r.serviceLinked:
		return nil, nil, &fault.Error{Status: 400, Code: "UnmodifiableEntity", Message: fmt.Sprintf("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.name)}
	}
	return r, e, nil
}

// changeRole replaces the role by an edited copy, unless the edit fails.
func (rq *request) changeRole(action, name string, context map[string][]string, edit func(*identity) error) error {
	r, e, err := rq.role(action, name, context)
	if err != nil {
		return err
	}
	next := r.with(func(i *identity) { err = edit(i) })
	if err == nil {
		e.Set(next, rq.cloud.opts.Propagation)
	}
	return err
}

// sdk is the role as IAM's API shows it.
func (i *identity) sdk() *iamtypes.Role {
	r := &iamtypes.Role{
		Arn: aws.String(i.arn), RoleId: aws.String(i.id), RoleName: aws.String(i.name), Path: aws.String(i.path),
		CreateDate: aws.Time(i.created), AssumeRolePolicyDocument: encoded(i.trust), MaxSessionDuration: aws.Int32(3600),
	}
	if i.maxSession != 0 {
		r.MaxSessionDuration = aws.Int32(i.maxSession)
	}
	if i.description != "" {
		r.Description = aws.String(i.description)
	}
	if i.boundary != "" {
		r.PermissionsBoundary = &iamtypes.AttachedPermissionsBoundary{
			PermissionsBoundaryArn: aws.String(i.boundary), PermissionsBoundaryType: iamtypes.PermissionsBoundaryAttachmentTypePolicy,
		}
	}
	for _, k := range sortedKeys(i.tags) {
		r.Tags = append(r.Tags, iamtypes.Tag{Key: aws.String(k), Value: aws.String(i.tags[k])})
	}
	return r
}
