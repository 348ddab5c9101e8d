// Package task describes DataSync tasks between S3 locations, and runs them.
//
//	execution, err := task.Start(ctx, client, taskARN)
//	if err != nil {
//		return err
//	}
//	outcome, err := execution.Wait(ctx) // err is nil only if everything arrived; else an *IncompleteError
//
// [Start] runs a task. [Attach] returns a handle on a run that was started earlier, also by another process. [Execution.Watch] and
// [Execution.Wait] follow a run to its end. DataSync reports SUCCESS even if a run left objects behind: here that is [WithExceptions], and
// [Outcome.Exceptions] explains it.
//
// # Describing a task
//
// [Spec] is the desired task. [Spec.Validate] reports all its problems before any call, and [Spec.Warnings] settings that DataSync accepts
// and that cost, lose traces or do nothing. [Spec.CreateInput] and the other methods make the requests. [Observe] and [List] read.
//
// A new task is ENHANCED, logs errors, and deletes nothing at the destination. POSIX and SMB options are not offered, because DataSync
// refuses them between buckets. [Object], [Folder], [StartingWith] and [EndingWith] turn keys into filter patterns. 50 * [MiBPerSecond] is
// a bandwidth.
//
// # Reports and retries
//
// [ReadReport] reads what DataSync's report says of each object. A run that never overwrites skips what exists: WatchOptions.AcceptExisting lets Wait
// return nil if the report shows that nothing else was skipped. [Retry] starts a run of only the objects that an earlier run left behind.
//
// # Limits
//
// DataSync does not document everything that this package relies on; docs/limits.md lists all of it. These matter most:
//
//   - A cancelled run ends as ERROR (observed). That its error code or detail then mentions cancelling is assumed.
//   - Objects that a run skipped are assumed not to have arrived, and a SUCCESS with an error detail to have exceptions.
//   - Lists of skipped and deleted objects in a report are assumed to look like those of transferred ones.
//   - A rate in a schedule is assumed to count from when it was set.
//
// A rule that is only assumed makes a warning, never an error.
package task
