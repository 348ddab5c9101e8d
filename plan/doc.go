// Package plan has the types of plans and of their results: changes, findings, facts, results, events and errors. They are data; the functions
// that make and apply plans are in package xacct, which has an alias for every type and constant here.
//
//	for _, f := range p.Findings { // p is a *xacct.Plan
//		if f.Severity == plan.Blocking {
//			fmt.Println(f.Transfer, f.Code, f.Detail, f.Remedy)
//		}
//	}
//
// A plan has [Change] values, what would be done to which resource, and [Finding] values, what is known about each transfer: docs/findings.md shows
// what those of each code say. Applying a plan sends an [Event] for each step and returns a [Result]. Errors are typed, so that errors.As finds them
// under the names of either package, and each has a Hint, the next action; [Hints] collects the hints of an error and all that it wraps.
package plan
