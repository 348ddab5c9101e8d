// Package histories has a random model of what happens to two transfers over time: several processes plan, apply and destroy them at once, in several
// versions, crash, lose answers, and others write the same policies. Whatever happened, two undisturbed rounds of plan and apply end it.
package histories
