// Package task describes DataSync tasks between S3 locations, and runs them.
//
// [Spec] says what a task should be; [Spec.Validate] says all that is wrong with it before any call; [Spec.CreateInput] and its siblings are
// the requests; [Observe] and [List] read. A new task is of the Enhanced mode, logs errors, deletes nothing at the destination, and never
// carries options of POSIX or SMB, which DataSync refuses between buckets.
//
// [Start] runs a task, [Attach] finds a run again, also from another process. [Execution.Watch] and [Execution.Wait] follow it to its end
// and say whether everything arrived: DataSync calls a run a SUCCESS also if it left objects behind, which is [WithExceptions] here.
//
// # Assumed
//
// DataSync's documentation does not say how a cancelled run ends. It is observed to end as ERROR; that its code or detail then speaks of
// cancelling is assumed. So is that what a run skipped did not arrive, unless the run was told never to overwrite.
package task
