package enginetest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/task"
)

// The functions of docs/calls.md.
const (
	newPlanName     = "xacct.NewPlan"
	applyName       = "Plan.Apply, set-up"
	destroyPlanName = "xacct.NewDestroyPlan"
	destroyName     = "Plan.Apply, tear-down"
	planStartName   = "Plan.Start"
	attachName      = "Plan.Attach"
	startName       = "task.Start"
	watchName       = "Execution.Watch and Execution.Wait"
	cancelName      = "Execution.Cancel"
	readReportName  = "task.ReadReport"
	retryName       = "task.Retry"
	verifyName      = "xacct.VerifyOwnership"
	receiptName     = "Plan.Receipt"
	residueName     = "Plan.Residue"
	bulkName        = "xacct.NewPlan with BulkIAM"
	driftName       = "xacct.NewPlan with Drift"
	runnerName      = "fleet.Runner.Run"
)

// callingFunction is a function of the page: what it makes calls for, and what its caller has to know about its end.
type callingFunction struct {
	name       string
	readOnly   bool
	does       string      // one sentence or two
	permission string      // the phases of OperatorPolicy that it needs
	isNil      string      // when the error is nil
	errors     []typedCase // in the order in which they can occur
	others     string      // errors without a type
	afterwards string
}

// typedCase is an error that its caller can get with errors.As, as a nil pointer of its type.
type typedCase struct {
	err  error
	when string
}

// unusable are the errors of everything that reads all accounts of the transfers first.
var unusable = []typedCase{
	{(*xacct.Problem)(nil), "a transfer is invalid; several are joined, and `xacct.Problems` lists them"},
	{(*xacct.ClientError)(nil), "a client that the transfers need was not given"},
	{(*xacct.IdentityError)(nil), "a client belongs to another account than the one it was given for, or STS did not answer"},
	{(*xacct.ConfigError)(nil), "credentials have expired, are missing or are refused, or a client has no Region"},
}

var applyErrors = append([]typedCase{
	{(*xacct.SchemaError)(nil), "the plan's JSON is of a newer version; nothing was read or written"},
}, append(unusable[:len(unusable):len(unusable)], []typedCase{
	{(*xacct.MismatchError)(nil), "the plan was edited: its changes are not those of its transfers"},
	{(*xacct.StaleError)(nil), "a resource of ours was changed after the plan was made; that resource was not written. Where a role was deleted while a policy that names it was written, those statements were taken out again"},
	{(*xacct.CallerError)(nil), "of a set-up: the caller may not make a location or task that it would have to make now, or that of another account may not write a policy there; nothing was written"},
	{(*xacct.BlockedError)(nil), "findings block a transfer, in the plan or by now"},
	{(*xacct.AmbiguousError)(nil), "several locations or tasks are tagged as one of ours; inside of the BlockedError if that was so before the first write"},
	{(*xacct.OwnerError)(nil), "a role or statement has our name and is not ours; likewise"},
	{(*xacct.WrongOwnerError)(nil), "inside of the BlockedError: a bucket is not proved to be the account's"},
	{(*xacct.LostUpdateError)(nil), "another writer removed what was written into a policy"},
	{(*xacct.DeadPrincipalError)(nil), "a policy was stored with the unique id of a deleted role in place of the role that was sent"},
	{(*xacct.CallError)(nil), "a call failed, or was refused until the `Budget` was used up"},
	{(*xacct.PartialError)(nil), "beside the others, where changes were made before one failed: it says which stand, and how to take them away"},
}...)...)

var callingFunctions = []callingFunction{
	{
		name: newPlanName, readOnly: true, permission: "`PlanPhase`",
		does: "Reads what the transfers use and what they used before, and compares it with what they want. Where a location or task is to be made by a caller " +
			"that `Operators` does not name, the caller's own role is read too; a caller that may not read it is a warning. " +
			"Where a set-up has to write a policy or Object Ownership in another account, the role of the caller there is read, if it may read it and there is a client of IAM. " +
			"A bucket of manifests or reports that is no end is read with HeadBucket and GetBucketPolicy. Where a bucket's account has no client, each account with clients is asked with one HeadBucket whether the bucket is its own, " +
			"and a caller that `Operators` names asks with one more whether it may list the bucket. " +
			"With `PlanOptions.LookAtKeys` it lists up to that many keys below the prefix of each source, 1,000 a call.",
		isNil:      "every account for which clients were given was proved to be that account. It is nil too if findings block every transfer: look at `Plan.Findings`.",
		errors:     unusable,
		others:     "no transfer was given, none of their accounts has clients, or an option names something that there is not. If the context ends, the error is its cause.",
		afterwards: "Nothing was written. A read that failed is a finding of the transfers that it concerns, and no error.",
	},
	{
		name: bulkName, readOnly: true, permission: "`PlanPhase` and `BulkIAMPhase`",
		does: "Reads as NewPlan does, but the roles of an account with GetAccountAuthorizationDetails, which lists all roles and managed policies of the account, a page a call. " +
			"Where that is refused, the roles are read one by one, with a warning.",
		isNil:      "as of NewPlan.",
		errors:     unusable,
		others:     "as of NewPlan.",
		afterwards: "Nothing was written.",
	},
	{
		name: driftName, readOnly: true, permission: "`PlanPhase`",
		does:       "Reads what NewPlan compares, and nothing that it checks.",
		isNil:      "as of NewPlan. Nothing differs if `Plan.Empty` is true and no finding has the code `unread`.",
		errors:     unusable,
		others:     "as of NewPlan.",
		afterwards: "Nothing was written. Such a plan is not applied, reviewed, handed over or run: that is a `*xacct.DriftError`.",
	},
	{
		name: applyName, permission: "`ApplyPhase`; to replace a task also `DestroyPhase`",
		does: "Reads again as NewPlan does, and then makes the changes of the plan that are not on hold.",
		isNil: "no change failed and no transfer of the plan is blocked. A change that waits for the operator of another account is no failure: " +
			"its Status is `Waiting`, and its Err is a `*xacct.WaitingError`, which is not part of the error.",
		errors: append(applyErrors[:len(applyErrors):len(applyErrors)],
			typedCase{(*xacct.AccessTestError)(nil), "DataSync refused to make a location or task for want of access"}),
		others: "none of the transfers' accounts has clients, or the context ended.",
		afterwards: "The Result is nil only if no change was begun, and then nothing was written. Otherwise it says of every change how it ended. What was made " +
			"stays, also after an error: nothing is rolled back, and the next plan and apply go on from it.",
	},
	{
		name: destroyPlanName, readOnly: true, permission: "`PlanPhase`",
		does:       "Reads what there is of the transfers, and plans the removal of what is ours.",
		isNil:      "as of NewPlan.",
		errors:     unusable,
		others:     "as of NewPlan.",
		afterwards: "Nothing was written.",
	},
	{
		name: destroyName, permission: "`DestroyPhase`",
		does: "Reads again, and removes what is ours: the task, the locations, the statements, and the roles last. With `PlanOptions.CancelRuns` it cancels " +
			"runs before that, and with `PlanOptions.Ownership` it puts Object Ownership back.",
		isNil:      "no removal failed, and no transfer of the plan is blocked. What waits for another account is no failure.",
		errors:     applyErrors,
		others:     "as of a set-up.",
		afterwards: "What was not removed stays as it was, and the next destroy plan has it again. A role stays as long as a policy may name it. Objects stay.",
	},
	{
		name: planStartName, permission: "`RunPhase`, in the accounts of the task and of the destination; without the Result of Apply, `PlanPhase` in the task account too",
		does: "Looks the transfer's task up by its tags if the Result does not have it, proves whose the client of the task account is, reads the Object Ownership of " +
			"the destination's bucket, and starts a run as `task.Start` does. The bucket of an account without a client is not read if `OwnershipConfirmed` names who looked.",
		isNil: "as of `task.Start`. The objects will belong to the owner of the destination's bucket, or somebody has confirmed it.",
		errors: []typedCase{
			{(*xacct.Problem)(nil), "an option is invalid, does not fit the task, or deletes though `NoDelete` is set"},
			{(*xacct.ClientError)(nil), "a client of the task account was not given"},
			{(*xacct.IdentityError)(nil), "the client of the task account belongs to another account, or STS did not answer"},
			{(*xacct.ConfigError)(nil), "the credentials have expired, are missing or are refused, or the client has no Region"},
			{(*xacct.AmbiguousError)(nil), "several tasks are tagged as the transfer's"},
			{(*xacct.NoTaskError)(nil), "no task is tagged as the transfer's"},
			{(*xacct.OwnershipError)(nil), "inside of the StartError: the objects would not belong to the destination's owner, or nobody could look and nobody has confirmed"},
			{(*xacct.BlockedError)(nil), "inside of the StartError: the `Until` of the transfer has come"},
			{(*xacct.AccessTestError)(nil), "DataSync refused for want of access: with the end and what the plan had found, as `Plan.Explain`"},
			{(*task.RunningError)(nil), "as of `task.Start`"},
			{(*task.StartError)(nil), "as of `task.Start`"},
			{(*task.LostStartError)(nil), "as of `task.Start`"},
		},
		others:     "the plan has no such transfer, or is one to tear down.",
		afterwards: "as of `task.Start`.",
	},
	{
		name: attachName, readOnly: true, permission: "`RunPhase` and `PlanPhase`, in the task account",
		does:  "Looks the transfer's task up by its tags, proves whose the client of the task account is, and asks for the run under way, or the latest.",
		isNil: "the task has a run that DataSync knows.",
		errors: []typedCase{
			{(*xacct.ClientError)(nil), "as of Start"},
			{(*xacct.IdentityError)(nil), "as of Start"},
			{(*xacct.ConfigError)(nil), "as of Start"},
			{(*xacct.AmbiguousError)(nil), "as of Start"},
			{(*xacct.NoTaskError)(nil), "as of Start"},
			{(*task.NoRunError)(nil), "the task has no run: it never ran, or not in the last 30 days"},
		},
		others:     "as of Start.",
		afterwards: "Nothing was written, and the run goes on.",
	},
	{
		name: startName, permission: "`RunPhase`",
		does: "Starts a run. It lists the task's runs first if there is a `Token` or an `IfRunning`, and reads the task if options of the run replace some of " +
			"the task's. The calls of `Before` come on top.",
		isNil: "DataSync has accepted the run, a run has the `Token` already, or `AttachToIt` found a run that has not ended.",
		errors: []typedCase{
			{(*task.Problem)(nil), "an option is invalid, or does not fit the task"},
			{(*task.RunningError)(nil), "another run has not ended, and `IfRunning` is `Refuse`"},
			{(*task.StartError)(nil), "DataSync refused, `Before` returned an error, or a read before the start failed; no run was started"},
			{(*task.ConfigError)(nil), "the credentials have expired, are missing or are refused, or the client has no Region, inside of the StartError or LostStartError"},
			{(*task.LostStartError)(nil), "the answer got lost: whether a run was started is not known. Start again with its `Token`"},
		},
		afterwards: "After any error but the last, no run was started. A run that was started goes on without its caller.",
	},
	{
		name: watchName, readOnly: true, permission: "`RunPhase`",
		does: "Asks for the state of the run until it has ended. With `CancelOnDone` it cancels the run if the context ends first. With " +
			"`AcceptExisting` Wait also reads the report of a run that skipped objects, as ReadReport does, with the client `Objects`.",
		isNil: "Watch: no error was yielded, and the last Progress has the Outcome. Wait: the verdict is `Complete`; with `AcceptExisting` also that the run, which " +
			"never overwrites, only skipped what its report names as existing.",
		errors: []typedCase{
			{(*task.Problem)(nil), "the ARN is not that of an execution, or an option is invalid"},
			{(*task.ConfigError)(nil), "the credentials have expired, are missing or are refused, or the client has no Region"},
			{(*task.IncompleteError)(nil), "of Wait alone: the run ended with another verdict; the Outcome is returned too"},
			{(*task.ExecutionError)(nil), "inside of the IncompleteError, if DataSync gave an error for the run"},
			{(*task.ExistingError)(nil), "of Wait with `AcceptExisting`, around the IncompleteError: the report does not show that what was skipped exists"},
		},
		others:     "the context ended, DataSync refuses the call, or too many calls in a row failed. The error of the SDK or context is wrapped.",
		afterwards: "Only the IncompleteError says how the run ended. After another error the run goes on: `task.Attach` gives a new handle on it.",
	},
	{
		name: cancelName, permission: "`RunPhase`",
		does:  "Asks DataSync to stop the run, and looks at the run if DataSync refuses.",
		isNil: "DataSync has accepted, or the run has ended or is being cancelled.",
		errors: []typedCase{
			{(*task.Problem)(nil), "the ARN is not that of an execution"},
			{(*task.ConfigError)(nil), "the credentials have expired, are missing or are refused, or the client has no Region"},
		},
		others:     "the error of the SDK is wrapped.",
		afterwards: "The run ends a while later: wait for it. Objects that were transferred stay.",
	},
	{
		name: readReportName, readOnly: true, permission: "`RunPhase`",
		does:       "Lists the parts of the run's report and reads them, with the client that it is given: that of the account whose bucket has the report.",
		isNil:      "every part was read. A report that is not there has no entries and no error: see `Outcome.Report`.",
		errors:     []typedCase{{(*task.Problem)(nil), "the ARN is not that of an execution"}},
		others:     "a part could not be read or is no report. It comes last; the entries before it were read.",
		afterwards: "Nothing was written.",
	},
	{
		name: retryName, permission: "`RunPhase`",
		does:  "Reads the run and its report, writes the manifest of what was left behind, and starts the task with it, as Start does.",
		isNil: "a run of what was left behind was started, but for the objects that `Execution.NotRetriable` lists, or nothing was left behind: then the Execution is nil too.",
		errors: []typedCase{
			{(*task.Problem)(nil), "an input or an option of the start is invalid"},
			{(*task.RetryError)(nil), "the report does not show what was left behind, or DataSync skips the keys of all of it; nothing was written or started"},
			{(*task.RunningError)(nil), "as of Start; the manifest was written"},
			{(*task.StartError)(nil), "as of Start; the manifest was written"},
			{(*task.LostStartError)(nil), "as of Start; the manifest was written"},
		},
		others:     "the run or its report could not be read, or the manifest could not be written; no run was started.",
		afterwards: "The manifest stays where it was written, and the next Retry writes it anew.",
	},
	{
		name: verifyName, readOnly: true, permission: "`PlanPhase`",
		does:       "Reads the Object Ownership of the destination's bucket. For a bucket of the task account it makes no call.",
		isNil:      "the objects that a run writes will belong to the bucket's owner.",
		errors:     []typedCase{{(*xacct.OwnershipError)(nil), "they will not, or it could not be found out: then it wraps why"}},
		afterwards: "Nothing was written. As the `Before` of Start it keeps the run from being started, and its error is inside of the StartError.",
	},
	{
		name: receiptName, readOnly: true, permission: "`PlanPhase`",
		does:       "Reads the policies in force, as NewPlan does.",
		isNil:      "there is a receipt. What could not be read stands in its `NotRead`.",
		errors:     unusable,
		others:     "the plan has no such transfer, the Outcome is nil, or the run is one of another task.",
		afterwards: "Nothing was written: store the receipt yourself.",
	},
	{
		name: runnerName, permission: "`RunPhase`, in the accounts of the tasks, of the destinations and of the buckets for reports and retries; for receipts `PlanPhase` in all accounts",
		does: "Starts the tasks of the plan as Plan.Start does, each with a token of its own, asks for the states of their runs until they have ended, retries what was left behind as `task.Retry` does, " +
			"and writes a receipt of each as Plan.Receipts does.",
		isNil: "the loop yields no error unless the context ends. `Runner.Err` is nil after it if everything arrived; it says nothing of receipts.",
		errors: []typedCase{
			{(*fleet.InterruptedError)(nil), "the context ended before the runs did, which go on: a new Runner with the same RunID watches them"},
			{(*fleet.IncompleteError)(nil), "of Err: not every transfer is complete; it holds the errors of the rows, also those of Plan.Start and `task.Retry`"},
			{(*fleet.GateError)(nil), "of a row: not begun, because a canary is not complete"},
			{(*fleet.StuckError)(nil), "of a row: not begun, because too many runs are unknown"},
			{(*xacct.BlockedError)(nil), "of a row: the plan blocks the transfer, and it has no task"},
			{(*xacct.WaitingError)(nil), "of a row: the transfer waits for another account, and it has no task"},
			{(*task.IncompleteError)(nil), "of a row: its run was not complete; inside of the AccessTestError, if it was for want of access"},
		},
		others:     "Run is under way already.",
		afterwards: "A run that was started goes on without its caller. Nothing is cancelled. The manifests of retries stay where they were written.",
	},
	{
		name: residueName, readOnly: true, permission: "`PlanPhase`, and its permissions to read roles also for `AWSServiceRoleForDataSync`, the service-linked role in the task account",
		does:  "Reads as NewDestroyPlan does, and looks for what runs and AWS have left.",
		isNil: "the accounts could be read. An item with `Unknown` could not be looked at, and its `Err` says why; whose it is may be unknown too.",
		errors: append(unusable[:len(unusable):len(unusable)], []typedCase{
			{(*xacct.AmbiguousError)(nil), "several locations or tasks are tagged as one of ours; the list is complete"},
			{(*xacct.WrongOwnerError)(nil), "a bucket is not proved to be the account's; the list is complete"},
		}...),
		others:     "as of NewPlan.",
		afterwards: "Nothing was written.",
	},
}

const callsHead = `# Calls, errors and what stands afterwards

Which calls each function makes and in which account, the permissions that it needs, when its error is nil, which errors have a type for
` + "`errors.As`" + `, and what stands afterwards. "Nil" is when the error is nil. [Depth](depth.md) has the numbers of calls and round trips.

The calls are those of one life of a transfer that needs every service: a BASIC task of a third account between two buckets of one owner, whose keys belong
to another account. It has operators, a permissions boundary, a log group, a report, a place for retries and ` + "`DisableACLs`" + `; it is changed by somebody
else, edited, and removed while a run goes on. A simpler transfer makes fewer calls. In a push or pull the task account owns a bucket too, and
makes the bucket owner's calls there. Every call was made by an operator that has the policy named here and nothing else; such a policy may allow further
calls, which other situations need.

` + "`go test ./internal/enginetest -run TestCalls -update`" + ` writes this page.
`

// callsPage is the text of docs/calls.md.
func callsPage(c *calling) (string, error) {
	var b strings.Builder
	b.WriteString(callsHead)
	for _, f := range callingFunctions {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", f.name, f.does)
		c.made[f.name].table(&b)
		fmt.Fprintf(&b, "\n- Permissions: `OperatorPolicy` with %s.\n- Nil: %s\n", f.permission, f.isNil)
		for _, e := range f.errors {
			fmt.Fprintf(&b, "- `%s`: %s.\n", typeName(e.err), e.when)
		}
		if f.others != "" {
			fmt.Fprintf(&b, "- Errors without a type: %s\n", f.others)
		}
		fmt.Fprintf(&b, "- Afterwards: %s\n", f.afterwards)
	}
	b.WriteString("\n## Policies for planning\n\nWhat `OperatorPolicy(account, transfers, xacct.PlanPhase)` returns for this transfer. It allows no write.\n")
	for _, who := range callers {
		var text bytes.Buffer
		if err := json.Indent(&text, c.policies[who.account].Bytes(), "", "  "); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\nIn the account of the %s, %s:\n\n```json\n%s\n```\n", strings.TrimSuffix(who.name, " account"), who.account, text.String())
	}
	return strings.ReplaceAll(b.String(), "account of the task,", "task account,"), nil
}

// typeName is the name of an error's type as programs write it: package xacct has an alias of each in package plan.
func typeName(err error) string {
	name := reflect.TypeOf(err).String()
	for _, from := range []string{"*plan.", "*problem."} {
		name = strings.Replace(name, from, "*xacct.", 1)
	}
	return name
}
