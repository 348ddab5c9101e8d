// Package verdict turns requests and the policies that apply to them into findings.
//
// A [Case] is about one principal and one resource. [Case.Decide] evaluates a request of the principal with package authz, and [Case.Conclude]
// returns the findings: what is allowed, denied or undetermined, by which statement, what that statement means, what would settle an open
// question, and which new statements would help. [Pattern] has the words for the kinds of Deny that are known. The package reads nothing: which
// requests a transfer makes is the matter of package check.
package verdict
