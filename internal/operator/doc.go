// Package operator tells what an operator must be allowed: the principal that plans, applies, runs or destroys transfers in one account.
//
// The table of needs lists each call with its phases and with the scope of resources that it is made on; [Scopes] names the resources of each
// scope in one account. [Policy] and [Policies] make identity policies from the two, and package check decides from them whether an
// operator may make its calls in the task account.
package operator
