package plan

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// DeadPrincipalError says that a policy was stored with the unique ID of a deleted role in place of the role that was sent. The service still resolved
// the ARN to the deleted role that had the same name. It refuses every later policy that holds such a statement.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type DeadPrincipalError struct {
	Account, Region string
	Kind            Kind     // BucketPolicy or KeyPolicy
	Name            string   // of the bucket or key
	Statements      []string // the Sids of the statements that stand there with another principal
	Roles           []string // ARNs of the roles that were sent
	IDs             []string // the unique IDs that stand in their place
}

// Error is one line: the policy, the statements, and what stands in place of which role.
func (e *DeadPrincipalError) Error() string {
	return text.Printable(fmt.Sprintf("%s: %s of %s: written, but in %s %s stands in place of %s: the unique id of a deleted role of that name", where(e.Account, e.Region),
		e.Kind, e.Name, strings.Join(e.Statements, ", "), strings.Join(e.IDs, ", "), strings.Join(e.Roles, ", ")))
}

// Hint is to plan and apply again once the service knows the new role.
func (e *DeadPrincipalError) Hint() string {
	return "plan and apply again in a few minutes, which writes these statements anew: until then the policy allows nothing to the role, and its owner cannot write it with these statements in it"
}
