// Package task describes DataSync tasks between S3 locations, and runs them.
//
// [Spec] says what a task should be; [Spec.Validate] says all that is wrong with it before any call, and [Spec.Warnings] what may be regretted;
// [Spec.CreateInput] and its siblings are the requests; [Observe] and [List] read. A new task is of the Enhanced mode, logs errors, deletes
// nothing at the destination. Options of POSIX and SMB are not offered: DataSync refuses them between buckets. [Object], [Folder],
// [StartingWith] and [EndingWith] make the patterns of filters from keys; 50 * [MiBPerSecond] is a bandwidth.
//
// [Start] runs a task, [Attach] finds a run again, also from another process. [Execution.Watch] and [Execution.Wait] follow it to its end
// and say whether everything arrived: DataSync calls a run a SUCCESS also if it left objects behind, which is [WithExceptions] here, and
// [Outcome.Exceptions] explains. [ReadReport] reads in DataSync's own report what became of each object, and [Retry] runs again just what failed.
//
// # Assumed
//
// DataSync's documentation does not say how a cancelled run ends. It is observed to end as ERROR; that its code or detail then speaks of
// cancelling is assumed. So is that what a run skipped did not arrive: objects that are the same on both sides are taken to be left out of the count,
// as they are of the estimates. A run that never overwrites may skip what it was told to keep, and an archived object just the same: both are
// exceptions, and its report tells them apart. A SUCCESS with an error detail is taken to have exceptions. A rate of a schedule is taken to count from
// when it was set, and cron expressions to know all signs of those of EventBridge. That the lists of skipped and deleted objects in a report look
// like those of transferred ones is assumed too, and so is all that a warning calls so: nothing is refused because of an assumption.
package task
