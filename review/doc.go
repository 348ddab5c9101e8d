// Package review makes of a plan what people read who are to approve it: Markdown for a pull request, or a page.
//
//	err := review.HTML(file, plan)          // everything of the plan
//	err = review.HTML(file, plan.For(id))   // the part of one account's operator
//
// Both say what changes in which account; statement by statement who gains what; who has to do what, in which order; what the policies allow, with the
// statement that decided; what is not known; and what no apply will do. A picture shows the accounts, and the grants as arrows.
//
// A plan file may have been edited on its way. The review is therefore derived from the transfers, as [xacct.Plan.Apply] derives what it writes, and a
// plan whose texts say otherwise is a *[xacct.MismatchError]. What cannot be derived is named as the plan's word: what was found in AWS, and the verdicts.
// The review shows the digest of the plan, by which its applier knows that it is the one that was approved.
//
// What others wrote, such as Sids and names, stands in Markdown only in code spans and fences that it cannot end, in HTML as escaped text, and in Mermaid in
// quoted labels. Characters that are not printed as themselves are shown as escapes.
package review
