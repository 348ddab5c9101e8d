package survey

import (
	"context"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// readRole reads the role. Of its managed policies a tear-down needs no documents, and a comparison nothing.
func (s *Reader) readRole(ctx context.Context, arn string, spec iamrole.Spec, parts ...string) {
	switch {
	case len(parts) > 0:
	case s.drift:
		parts = []string{iamrole.PartRole, iamrole.PartNamed}
	case s.tearDown:
		parts = []string{iamrole.PartRole, iamrole.PartPolicies, iamrole.PartAttached}
	}
	a, _ := region.ParseARN(arn)
	api, err := s.clients.IAM(a.Account)
	call := plan.CallError{Account: a.Account, Operation: "iam:GetRole", Subject: spec.Name}
	readInto(s, s.Roles, arn, api, err, call, func(api iamrole.API) (iamrole.State, error) {
		return s.observeRole(ctx, a.Account, api, spec, parts)
	})
}

// partsOf is what of a role that the transfers make or name is read: of an operator's, where nothing is to be decided, the unique ID alone, by which
// policies may name it.
func (s *Reader) partsOf(operators map[string]bool, arn string) []string {
	if s.setUp && !s.drift || !operators[arn] {
		return nil
	}
	return []string{iamrole.PartRole}
}

// operators are the ARNs of the operators that the transfers need for nothing else.
func (s *Reader) operators(w desired.Set) map[string]bool {
	out := map[string]bool{}
	for _, t := range w.Tasks {
		for _, arn := range t.Transfer.Operators {
			out[arn] = true
		}
	}
	for _, r := range w.Roles {
		delete(out, r.Arn)
	}
	for _, t := range w.Tasks {
		delete(out, t.Transfer.Source.RoleARN)
		delete(out, t.Transfer.Destination.RoleARN)
		for _, arn := range t.Transfer.GivenDataRoles() {
			delete(out, arn)
		}
	}
	return out
}

// readPrincipals reads, for a comparison, the unique IDs of operators and given roles if a policy shows one that is no role's of ours: S3 shows a principal
// sometimes so, and it is no difference.
func (s *Reader) readPrincipals(ctx context.Context, w desired.Set) {
	if !s.drift {
		return
	}
	ids, shown := s.RoleIDs(), false
	for _, b := range s.Buckets {
		shown = shown || len(unresolved(b.Policy, ids)) > 0
	}
	for _, k := range s.Keys {
		shown = shown || len(unresolved(k.Policy, ids)) > 0
	}
	if !shown {
		return
	}
	for arn, spec := range s.RolesToRead(w, false) {
		if _, read := s.Roles[arn]; !read && s.Failures[arn] == nil {
			s.named.Go(func() { s.readRole(ctx, arn, spec, iamrole.PartRole) })
		}
	}
	s.named.Wait()
}

// readFormerRoles reads the former roles that were not read yet.
func (s *Reader) readFormerRoles(ctx context.Context, w desired.Set) {
	reading := map[string]*transfer.Transfer{}
	for _, t := range w.Tasks {
		for arn := range s.FormerRoles(t.Transfer) {
			if _, read := s.Roles[arn]; !read && s.Failures[arn] == nil {
				reading[arn] = t.Transfer
			}
		}
	}
	var parts []string
	if s.drift { // whether it can go depends on all that it has
		parts = []string{iamrole.PartRole, iamrole.PartPolicies, iamrole.PartAttached}
	}
	var wg workers
	for arn, t := range reading {
		name, _ := transfer.RoleNameOf(arn)
		expected := map[string]policy.Document{t.End(plan.SourceSide).PolicyName: {}, t.End(plan.DestinationSide).PolicyName: {}}
		wg.Go(func() { s.readRole(ctx, arn, iamrole.Spec{Name: name, Policies: expected}, parts...) })
	}
	wg.Wait()
}
