package apply

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// goneLooks is how often a role is looked for before it counts as deleted. IAM may show a role for a moment after it was deleted, and may not show it
// for a moment after it was made: the last look counts. They take seven seconds.
const goneLooks = 8

// goneRoles returns which of the roles were deleted. A role that was made again under its name has another unique ID, which is remembered. A role that
// cannot be read counts as there.
func (r *run) goneRoles(ctx context.Context, arns []string) []string {
	gone := make([]bool, len(arns))
	var wg sync.WaitGroup
	for i, arn := range arns {
		wg.Go(func() {
			id, known := r.lookForRole(ctx, arn)
			gone[i] = known && id == ""
			r.know(id, arn)
		})
	}
	wg.Wait()
	var out []string
	for i, arn := range arns {
		if gone[i] {
			out = append(out, arn)
		}
	}
	return out
}

// lookForRole returns the unique ID of the role, "" if it does not exist.
func (r *run) lookForRole(ctx context.Context, arn string) (id string, known bool) {
	a, _ := region.ParseARN(arn)
	name, ok := transfer.RoleNameOf(arn)
	if !ok || !r.current.CanRead(a.Account) {
		return "", false
	}
	api, err := r.clients.IAM(a.Account)
	if err != nil {
		return "", false
	}
	for attempt := 1; attempt <= goneLooks; attempt++ {
		out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		switch {
		case awserr.NotFound(err):
			id, known = "", true
		case err != nil || out.Role == nil || aws.ToString(out.Role.Arn) != arn:
			id, known = "", false
		default:
			id, known = aws.ToString(out.Role.RoleId), true
		}
		if attempt < goneLooks && patience.Sleep(ctx, min(patience.Delay(attempt), patience.LookDelay)) != nil {
			return "", false
		}
	}
	return id, known
}

// without returns the statements that name none of the roles.
func without(statements policy.Statements, roles []string) policy.Statements {
	return slices.DeleteFunc(slices.Clone(statements), func(st policy.Statement) bool {
		principals, _ := st.Principals()
		return slices.ContainsFunc(principals, func(p policy.Principal) bool { return slices.Contains(roles, p.Value()) })
	})
}

// goneEnded is policyEnded for a write during which roles were deleted that its statements name.
func (s step) goneEnded(t target, out guard.Outcome, err error) (plan.Status, error) {
	stale := &plan.StaleError{Change: s.ch.ID, Detail: strings.Join(out.Gone, " and ") + " was deleted meanwhile: the statements that name it were taken out again"}
	if err != nil {
		stale.Detail = strings.Join(out.Gone, " and ") + " was deleted meanwhile, and the statements that name it could not be taken out again"
		out.Gone = nil
		_, err = s.policyEnded(t, out, err)
	}
	return plan.Failed, errors.Join(stale, err)
}
