package survey

import (
	"context"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (s *Reader) readRole(ctx context.Context, arn string, spec iamrole.Spec) {
	a, _ := region.ParseARN(arn)
	api, err := s.clients.IAM(a.Account)
	call := plan.CallError{Account: a.Account, Operation: "iam:GetRole", Subject: spec.Name}
	readInto(s, s.Roles, arn, api, err, call, func(api iamrole.API) (iamrole.State, error) { return iamrole.Observe(ctx, api, spec) })
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
	var wg sync.WaitGroup
	for arn, t := range reading {
		name, _ := transfer.RoleNameOf(arn)
		expected := map[string]policy.Document{t.End(plan.SourceSide).PolicyName: {}, t.End(plan.DestinationSide).PolicyName: {}}
		wg.Go(func() { s.readRole(ctx, arn, iamrole.Spec{Name: name, Policies: expected}) })
	}
	wg.Wait()
}
