package policy

import "github.com/xacct/xacct/internal/problem"

// Problem is one violation of one rule: which element, which value, what must hold and what to do.
type Problem = problem.Problem

// Validate reports all problems that the service will or may have with the document as a policy of the kind.
func (d Document) Validate(kind Kind) error {
	var list problem.List
	return list.Err()
}
