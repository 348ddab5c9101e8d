package iamrole

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/pages"
	"github.com/xacct/xacct/policy"
)

// Observe reads the role with all its inline policies and the documents of its managed policies. It takes one round of concurrent calls, a
// second one if the role has inline policies that spec does not name, and two more for managed policies other than AdministratorAccess. If spec names more
// than ten inline policies, they are read once the role is known to exist.
//
// parts are what is read beside the role itself, by their names: [PartPolicies] or, of inline policies, [PartNamed] alone; [PartAttached]; and [PartManaged],
// the documents of managed policies. None are all. What was not asked for is zero in the State, and not in State.Unread.
//
// Observe fails only if ctx is done, api is nil, the name in spec is not valid, or there is no part of that name. Parts that AWS refuses to return are
// listed in State.Unread.
func Observe(ctx context.Context, api API, spec Spec, parts ...string) (State, error) {
	if err := errors.Join(absent.Check("api", api, "iam.NewFromConfig"), spec.checkNames(), checkParts(parts)); err != nil {
		return State{}, err
	}
	var (
		r             = reader{api: api, role: spec.Name, asked: parts, policies: map[string]policy.Document{}, managed: map[string]policy.Document{}, unread: map[string]error{}}
		wg            sync.WaitGroup
		role          *iamtypes.Role
		names         []string
		attached      []string
		exists, known bool
	)
	there := make(chan struct{})
	wg.Go(func() {
		role, exists, known = r.readRole(ctx)
		close(there)
		var boundaries []string // the observed and the desired permissions boundary
		if exists && role.PermissionsBoundary != nil {
			boundaries = append(boundaries, aws.ToString(role.PermissionsBoundary.PermissionsBoundaryArn))
		}
		if known && spec.PermissionsBoundary != "" && !slices.Contains(boundaries, spec.PermissionsBoundary) {
			boundaries = append(boundaries, spec.PermissionsBoundary)
		}
		r.readManaged(ctx, boundaries...)
	})
	var expected []string
	if r.asks(PartPolicies) {
		wg.Go(func() { names = r.listPolicies(ctx) })
	}
	if r.asks(PartPolicies) || r.asks(PartNamed) {
		expected = slices.Sorted(maps.Keys(spec.Policies))
	}
	if r.asks(PartAttached) {
		wg.Go(func() {
			attached = r.listAttached(ctx)
			r.readManaged(ctx, attached...)
		})
	}
	if len(expected) > atOnce { // a role that is not there has none of them
		if <-there; known && !exists {
			expected = nil
		}
	}
	r.readPolicies(ctx, expected)
	wg.Wait()
	if known && !exists && ctx.Err() == nil {
		return r.absent(), nil
	}
	r.readPolicies(ctx, slices.DeleteFunc(names, func(n string) bool { return slices.Contains(expected, n) }))
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading role %s: %w", spec.Name, context.Cause(ctx))
	}
	state := r.state(role)
	state.Exists, state.Attached = exists, attached
	if len(r.policies) > 0 {
		state.Policies = r.policies
	}
	if len(r.managed) > 0 {
		state.Managed = r.managed
	}
	return state, nil
}

// checkParts reports a part that there is not.
func checkParts(parts []string) error {
	all := []string{PartRole, PartPolicies, PartNamed, PartAttached, PartManaged}
	for _, p := range parts {
		if !slices.Contains(all, p) {
			return fmt.Errorf("iamrole: %q is none of the parts that can be asked for: %s", p, strings.Join(all, ", "))
		}
	}
	return nil
}

// absent returns the state of a role that does not exist: what was read of the desired permissions boundary, or why that could not be read.
func (r *reader) absent() State {
	var s State
	if len(r.managed) > 0 {
		s.Managed = r.managed
	}
	for part, err := range r.unread {
		if strings.HasPrefix(part, PartManaged+"/") {
			s.Unread = map[string]error{part: err} // there is only one
		}
	}
	return s
}

// reader collects the results of concurrent calls.
type reader struct {
	api   API
	role  string
	asked []string // none are all

	mu       sync.Mutex
	policies map[string]policy.Document
	managed  map[string]policy.Document
	unread   map[string]error
}

func (r *reader) asks(part string) bool { return len(r.asked) == 0 || slices.Contains(r.asked, part) }

func (r *reader) failed(part string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread[part] = err
}

// readRole reads the role. exists is meaningful only if known.
func (r *reader) readRole(ctx context.Context) (role *iamtypes.Role, exists, known bool) {
	out, err := r.api.GetRole(ctx, &iam.GetRoleInput{RoleName: &r.role})
	switch {
	case awserr.NotFound(err):
		return nil, false, true
	case err == nil && out.Role == nil:
		err = errors.New("the answer holds no role")
	}
	if err != nil {
		r.failed(PartRole, err)
		return nil, false, false
	}
	return out.Role, true, true
}

func (r *reader) listPolicies(ctx context.Context) []string {
	names, err := pages.All(ctx, func(ctx context.Context, marker *string) ([]string, *string, error) {
		out, err := r.api.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &r.role, Marker: marker})
		if err != nil {
			return nil, nil, err
		}
		return out.PolicyNames, out.Marker, nil
	})
	if err != nil && !awserr.NotFound(err) {
		r.failed(PartPolicies, err)
	}
	return names
}

func (r *reader) listAttached(ctx context.Context) []string {
	list, err := pages.All(ctx, func(ctx context.Context, marker *string) ([]iamtypes.AttachedPolicy, *string, error) {
		out, err := r.api.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &r.role, Marker: marker})
		if err != nil {
			return nil, nil, err
		}
		return out.AttachedPolicies, out.Marker, nil
	})
	if err != nil && !awserr.NotFound(err) {
		r.failed(PartAttached, err)
	}
	var arns []string
	for _, p := range list {
		arns = append(arns, aws.ToString(p.PolicyArn))
	}
	slices.Sort(arns)
	return arns
}

// atOnce bounds the number of concurrent reads of inline policies, of which a role can have more than a hundred.
const atOnce = 10

// readPolicies reads the inline policies with these names. It leaves out those that do not exist.
func (r *reader) readPolicies(ctx context.Context, names []string) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			r.readPolicy(ctx, name)
		})
	}
	wg.Wait()
}

func (r *reader) readPolicy(ctx context.Context, name string) {
	out, err := r.api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &r.role, PolicyName: &name})
	if awserr.NotFound(err) {
		return
	}
	var document policy.Document
	if err == nil {
		document, err = policy.ParseEncoded(aws.ToString(out.PolicyDocument))
	}
	if err != nil {
		r.failed(PartPolicies+"/"+name, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.policies[name] = document
}

// state returns the state without the policies; role may be nil.
func (r *reader) state(role *iamtypes.Role) State {
	var s State
	if role != nil {
		s = State{
			ARN: aws.ToString(role.Arn), ID: aws.ToString(role.RoleId), Path: aws.ToString(role.Path),
			Description: aws.ToString(role.Description), CreateDate: aws.ToTime(role.CreateDate),
		}
		if b := role.PermissionsBoundary; b != nil {
			s.PermissionsBoundary = aws.ToString(b.PermissionsBoundaryArn)
		}
		for _, t := range role.Tags {
			if s.Tags == nil {
				s.Tags = map[string]string{}
			}
			s.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		trust, err := policy.ParseEncoded(aws.ToString(role.AssumeRolePolicyDocument))
		if err != nil {
			r.failed(PartTrust, err)
		}
		s.Trust = trust
	}
	if len(r.unread) > 0 {
		s.Unread = r.unread
	}
	return s
}
