package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// target is a policy that others write too and that a change writes: of a bucket, of a key, or of CloudWatch Logs.
type target struct {
	desired.SharedPolicy
	err      error                                              // why there is no client for it
	get, put string                                             // the operations, as in IAM policies
	size     func(policy.Document) (used, quota int)            // as the service counts
	checked  policy.Document                                    // the policy that the current plan checked
	facts    func(plan.Facts, policy.Document, []string)        // puts a document in its place, and the Sids that leave it
	diff     func(policy.Document, []string) desired.PolicyDiff // what is to become of a document, without statements for the roles that are gone
	oursIn   func(policy.Document) []string                     // those of Ours that are on statements of ours; nil is all of them
	read     func(context.Context) (policy.Document, error)
	write    func(context.Context, policy.Document) (middleware.Metadata, error) // the zero Document is no policy
}

// bucketTarget is the policy of a bucket.
func (s step) bucketTarget(w desired.Bucket) target {
	api, err := s.clients.S3(w.Spec.Account, w.Spec.Region)
	if s.approved.Mode == plan.TearDown {
		w.Spec.Statements = nil
	}
	return target{
		SharedPolicy: w.SharedPolicy, err: err, get: "s3:GetBucketPolicy", put: "s3:PutBucketPolicy",
		size:    func(d policy.Document) (int, int) { return d.Size(policy.Bucket) },
		checked: s.current.Snap.Buckets[w.Spec.Name].Policy,
		facts: func(f plan.Facts, d policy.Document, gone []string) {
			f.BucketPolicies[w.Spec.Name], f.Leaving[w.Spec.Name] = d, gone
		},
		diff: func(d policy.Document, gone []string) desired.PolicyDiff {
			if len(gone) > 0 { // statements of others leave only for ours
				w.Spec.Statements, w.Adopted = without(w.Spec.Statements, gone), desired.Adopted{}
			}
			return s.shown(w, d)
		},
		oursIn: func(d policy.Document) []string { return w.OursIn(d, s.known(d)) },
		read:   func(ctx context.Context) (policy.Document, error) { return guard.ReadBucketPolicy(ctx, api, w.Spec) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteBucketPolicy(ctx, api, w.Spec, d)
		},
	}
}

// shown is what is to become of the bucket's policy. A statement of others that ours replace stays if the approved plan does not name it. One that it
// names leaves, also where only those who made the plan could see that nobody else uses the role.
func (s step) shown(w desired.Bucket, d policy.Document) desired.PolicyDiff {
	w.Adopted.Unproved = false
	diff := w.Diff(d, s.known(d))
	for _, sid := range diff.Gone {
		if !slices.Contains(w.Ours, sid) && !named(s.ch.Details, sid) {
			w.Adopted = desired.Adopted{}
			return w.Diff(d, s.known(d))
		}
	}
	return diff
}

// keyTarget is the policy of a key. What would leave nobody able to change the policy is not sent.
func (s step) keyTarget(w desired.Key) target {
	api, err := s.clients.KMS(w.Spec.ARN)
	if s.approved.Mode == plan.TearDown {
		w.Spec.Statements = nil
	}
	return target{
		SharedPolicy: w.SharedPolicy, err: err, get: "kms:GetKeyPolicy", put: "kms:PutKeyPolicy",
		size:    func(d policy.Document) (int, int) { return d.Size(policy.Key) },
		checked: s.current.Snap.Keys[w.Spec.ARN].Policy,
		facts: func(f plan.Facts, d policy.Document, gone []string) {
			f.KeyPolicies[w.Spec.ARN], f.Leaving[w.Spec.ARN] = d, gone
		},
		diff: func(d policy.Document, gone []string) desired.PolicyDiff {
			w.Spec.Statements = without(w.Spec.Statements, gone)
			return w.Diff(d, s.known(d))
		},
		read: func(ctx context.Context) (policy.Document, error) { return guard.ReadKeyPolicy(ctx, api, w.Spec.ARN) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteKeyPolicy(ctx, api, w.Spec, d)
		},
	}
}

// logTarget is the resource policy of CloudWatch Logs. Whether our statement is needed depends on all policies of the Region, so that every look
// is at all of them. CloudWatch Logs has a conditional write only for the policy of one log group: a policy of the account has no revision
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html).
func (s step) logTarget(w desired.LogPolicy) target {
	api, err := s.clients.Logs(w.Account, w.Region)
	if s.approved.Mode == plan.TearDown {
		w.Groups = nil
	}
	var policies map[string]policy.Document // as read last
	return target{
		SharedPolicy: w.SharedPolicy, err: err, get: "logs:DescribeResourcePolicies", put: "logs:PutResourcePolicy",
		size:    desired.LogSize,
		checked: s.current.Snap.Logs[w.ID()][task.LogPolicyName],
		facts:   func(plan.Facts, policy.Document, []string) {},                                 // no check looks at log policies
		diff:    func(policy.Document, []string) desired.PolicyDiff { return w.Diff(policies) }, // which names no role
		read: func(ctx context.Context) (d policy.Document, err error) {
			policies, err = task.ListLogPolicies(ctx, api)
			return policies[task.LogPolicyName], err
		},
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteLogPolicy(ctx, api, d)
		},
	}
}

// applyPolicy merges our statements into the policy, or takes them out.
func (s step) applyPolicy(ctx context.Context, t target) (plan.Status, error) {
	if t.err != nil {
		return plan.Failed, t.err
	}
	var sent time.Time
	var last readBack
	backoff, others := patience.NewBackoff(), patience.NewBackoff()
	taking := false // statements for a role that is gone are taken out again
	out, err := guard.Write(ctx, guard.Target{
		Ours: t.Ours,
		Read: func(ctx context.Context) (policy.Document, error) { return last.read(ctx, t.read) },
		Edit: func(current policy.Document, gone []string) guard.Edit {
			taking = len(gone) > 0
			d := t.diff(current, gone)
			return guard.Edit{None: d.Op == plan.NoOp, Next: d.Next, Gone: d.Gone, Taken: d.Taken}
		},
		Write: func(ctx context.Context, d policy.Document) error {
			sent = time.Now()
			s.send(s.ch.ID)
			metadata, err := t.write(ctx, d)
			if err == nil {
				s.keepID(metadata)
			}
			return err
		},
		Compare: func(sent, got policy.Document) guard.Difference {
			return compare(t.Ours, sent, got, s.known(sent, got))
		},
	}, guard.Hooks{
		Check: func(current policy.Document, e guard.Edit) error {
			if taking {
				return nil // it allows less, to a role that is not there
			}
			return s.checkMerged(ctx, t, current, e)
		},
		Refused: func(ctx context.Context, attempt int, err error) error {
			if waits := s.waitsFor(s.ch); waits != nil && awserr.Propagation(err) {
				return waits // for the operator who makes the role
			}
			if !s.pause(ctx, attempt, backoff, s.limit(err, s.opts.Budget), err) {
				return err
			}
			return nil
		},
		Wrote: func(current, next policy.Document) {
			s.res.Writes = append(s.res.Writes, plan.PolicyWrite{Time: sent, Before: string(current.Bytes()), After: string(next.Bytes())})
		},
		Stored: func() { s.use(s.ch.ID) },
		Another: func(ctx context.Context, attempt int, o guard.Other) error {
			err := &plan.DeadPrincipalError{Account: s.ch.Account, Region: s.ch.Region, Kind: s.ch.Kind, Name: s.ch.Name,
				Statements: o.Statements, Roles: o.Sent, IDs: o.Got}
			if !s.pause(ctx, attempt, others, s.opts.Budget, err) {
				return err
			}
			return nil
		},
		Settle: func(ctx context.Context, look func(context.Context) (bool, error)) error {
			_, err := s.settle(ctx, look)
			return err
		},
		Gone: s.goneRoles,
	})
	if err == nil {
		s.res.Stored = t.stored(last.Document, last.ended)
		s.noteReadBack(last)
	}
	return s.policyEnded(t, out, err)
}

// policyEnded puts how the write of a policy ended into the words of a result.
func (s step) policyEnded(t target, out guard.Outcome, err error) (plan.Status, error) {
	var (
		waiting *plan.WaitingError
		read    *guard.ReadError
		taken   *guard.TakenError
		lost    *guard.LostError
		dead    *plan.DeadPrincipalError
		checked *checkError
	)
	if len(out.Gone) > 0 {
		return s.goneEnded(t, out, err)
	}
	switch {
	case err == nil && !out.Changed:
		return plan.Unchanged, nil
	case err == nil:
		s.res.Detail = detailOf(out)
		return plan.Done, nil
	case errors.As(err, &waiting):
		return plan.Waiting, waiting
	case errors.As(err, &dead):
		return plan.Failed, dead
	case errors.As(err, &checked):
		return plan.Failed, checked.error
	case errors.As(err, &read):
		return plan.Failed, s.callError(t.get, read.Err)
	case errors.As(err, &taken):
		return plan.Failed, &plan.OwnerError{Account: s.ch.Account, Region: s.ch.Region, Kind: s.ch.Kind, Name: s.ch.Name, Detail: taken.Error()}
	case errors.As(err, &lost):
		return plan.Failed, &plan.LostUpdateError{Account: s.ch.Account, Region: s.ch.Region, Kind: s.ch.Kind, Name: s.ch.Name, Missing: lost.Missing}
	}
	return plan.Failed, s.callError(t.put, err)
}

// detailOf says what is to be known of a write that succeeded; "" if there is nothing.
func detailOf(out guard.Outcome) string {
	var parts []string
	if len(out.Others) > 0 {
		parts = append(parts, "afterwards not there: "+text.NamedAll(out.Others)+" (another writer removed or changed it)")
	}
	if o := out.Unsure; o != nil {
		parts = append(parts, fmt.Sprintf("in %s %s stands in place of %s: a deleted role or user, or one that is shown so for a while; plan again",
			text.NamedAll(o.Statements), strings.Join(o.Got, ", "), strings.Join(o.Sent, ", ")))
	}
	if len(parts) == 0 {
		return ""
	}
	return "written, but " + strings.Join(parts, "; ")
}

// checkError marks an error of checkMerged, which needs no operation put around it.
type checkError struct{ error }

// checkMerged checks the document that is about to be written: its size, and, where the policy is not the one that the current plan checked, what it
// allows, because an approved plan does not approve somebody's new Deny.
func (s step) checkMerged(ctx context.Context, t target, current policy.Document, e guard.Edit) error {
	if used, quota := t.size(e.Next); used > quota {
		return &checkError{s.callError(t.put, fmt.Errorf("the merged policy has %d of %d bytes: nothing was written", used, quota))}
	}
	if s.approved.Mode == plan.TearDown || current.Equal(t.checked) {
		return nil
	}
	f := s.current.Facts()
	t.facts(f, snapshot.WithARNs(s.current.Ids, current), e.Gone)
	var sets []*transfer.Resources
	for _, tr := range t.Transfers {
		sets = append(sets, tr.Resources())
	}
	found, err := check.All(ctx, sets, f)
	if err != nil {
		return &checkError{fmt.Errorf("%s: nothing was written: %w", s.ch.ID, err)}
	}
	blocking := planner.BlockingByTransfer(slices.DeleteFunc(found, func(f plan.Finding) bool {
		return slices.Contains(s.approved.Settings.Override, f.Code)
	}))
	var errs []error
	for _, tr := range t.Transfers {
		if fs := blocking[tr.Name]; len(fs) > 0 {
			errs = append(errs, &plan.BlockedError{Transfer: tr.Name, Findings: fs})
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return &checkError{errors.Join(errs...)}
}
