package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keepRequestID keeps the AWS request id of a write.
func keepRequestID(res *plan.ChangeResult, m middleware.Metadata) {
	if id, ok := awsmiddleware.GetRequestIDMetadata(m); ok && id != "" {
		res.RequestIDs = append(res.RequestIDs, id)
	}
}

// merges is how often a policy is merged anew because another writer replaced what was written.
const merges = 5

// target is somebody else's policy that a change writes: of a bucket, of a key, or of CloudWatch Logs.
type target struct {
	desired.SharedPolicy
	size     func(policy.Document) (used, quota int)
	get, put string                                      // the operations, as in IAM policies
	judged   policy.Document                             // what the fresh plan judged
	facts    func(plan.Facts, policy.Document, []string) // puts a document in its place, and the Sids that leave it
	diff     func(policy.Document) desired.PolicyDiff    // what is to become of a document
	read     func(context.Context) (policy.Document, error)
	write    func(context.Context, policy.Document) (middleware.Metadata, error) // the zero Document is no policy
}

// bucketTarget is the policy of a bucket.
func (r *run) bucketTarget(w desired.Bucket) (target, error) {
	api, err := r.clients.S3(w.Spec.Account, w.Spec.Region)
	if r.approved.Mode == plan.TearDown {
		w.Spec.Statements = nil
	}
	return target{
		SharedPolicy: w.SharedPolicy, size: func(d policy.Document) (int, int) { return d.Size(policy.Bucket) }, get: "s3:GetBucketPolicy", put: "s3:PutBucketPolicy",
		judged: r.current.Snap.Buckets[w.Spec.Name].Policy,
		facts: func(f plan.Facts, d policy.Document, gone []string) {
			f.BucketPolicies[w.Spec.Name], f.Leaving[w.Spec.Name] = d, gone
		},
		diff: func(d policy.Document) desired.PolicyDiff { return w.Diff(d, r.known()) },
		read: func(ctx context.Context) (policy.Document, error) { return guard.ReadBucketPolicy(ctx, api, w.Spec) },
		write: func(ctx context.Context, d policy.Document) (middleware.Metadata, error) {
			return guard.WriteBucketPolicy(ctx, api, w.Spec, d)
		},
	}, err
}

// applyPolicy reads the policy, merges our statements into what it reads, writes that, and looks until it shows. Every attempt begins with
// a read, however the one before it ended, so that nobody's write is undone but one between that read and the write right after it.
func (r *run) applyPolicy(ctx context.Context, ch *plan.Change, w target, res *plan.ChangeResult) (plan.Status, error) {
	spent, status := patience.NewBackoff(), plan.Unchanged
	// A write that has begun is finished and looked at, whatever becomes of ctx.
	held, release := patience.WithGrace(ctx)
	defer release()
	reading := ctx
	for attempt, lost := 1, 0; ; attempt++ {
		current, err := w.read(reading)
		if err != nil {
			return ended(ch, w.get, err)
		}
		d := w.diff(current)
		if len(d.Taken) > 0 {
			return plan.Failed, &plan.OwnerError{Account: ch.Account, Region: ch.Region, Kind: ch.Kind, Name: ch.Name, Detail: "statement " + d.Taken[0] + " bears our id but is not of our making"}
		}
		if d.Op == plan.NoOp {
			return status, nil
		}
		if err := r.checkMerged(ch, w, current, d.Next, d.Gone); err != nil {
			return plan.Failed, err
		}
		if err := patience.Stopped(ctx); err != nil {
			return ended(ch, w.put, err)
		}
		put := r.putPolicy(held, w, current, d.Next, res)
		if put == nil || awserr.Ambiguous(put) {
			reading = held
		}
		if put != nil && !awserr.Ambiguous(put) {
			if waits := r.waitsFor(ch); waits != nil && awserr.Propagation(put) {
				return plan.Waiting, waits // for the operator who makes the role
			}
			if !r.pause(ctx, ch, attempt, spent, r.limit(put, r.opts.Budget), put) {
				return ended(ch, w.put, put)
			}
			continue
		}
		if status = plan.Done; put == nil {
			r.use(ch.ID)
		}
		missing, err := r.readBack(held, w, d.Next)
		switch {
		case err != nil:
			return ended(ch, w.get, fmt.Errorf("after the write: %w", err))
		case len(missing) == 0:
			return plan.Done, nil
		case put == nil && !w.LacksOurs(missing):
			res.Detail = "written, but afterwards not there: " + strings.Join(missing, ", ") + " (another writer removed or changed it)"
			return plan.Done, nil
		}
		if lost++; lost < merges {
			continue
		}
		if put != nil {
			return ended(ch, w.put, put)
		}
		return plan.Failed, &plan.LostUpdateError{Account: ch.Account, Region: ch.Region, Kind: ch.Kind, Name: ch.Name, Missing: missing}
	}
}

// checkMerged judges the document that is about to be written: its size, and, where the policy is not the one that the fresh plan judged,
// who would be let in, because an approved plan does not approve somebody's new Deny.
func (r *run) checkMerged(ch *plan.Change, w target, current, next policy.Document, gone []string) error {
	if used, quota := w.size(next); used > quota {
		return &plan.CallError{Account: ch.Account, Region: ch.Region, Operation: w.put, Subject: ch.Name,
			Err: fmt.Errorf("the merged policy has %d of %d bytes: nothing was written", used, quota)}
	}
	if r.approved.Mode == plan.TearDown || current.Equal(w.judged) {
		return nil
	}
	f := r.current.Facts()
	w.facts(f, snapshot.WithARNs(r.current.Ids, current), gone)
	var errs []error
	for _, t := range w.Transfers {
		var blocking []plan.Finding
		for _, finding := range check.All([]*transfer.Resources{t.Resources()}, f) {
			if finding.Severity == plan.Blocking && !slices.Contains(r.approved.Settings.Override, finding.Code) {
				blocking = append(blocking, finding)
			}
		}
		if len(blocking) > 0 {
			errs = append(errs, &plan.BlockedError{Transfer: t.Name, Findings: blocking})
		}
	}
	return errors.Join(errs...)
}

// putPolicy sends the document once. What the service refused was not written, and is not kept as a write.
func (r *run) putPolicy(ctx context.Context, w target, current, next policy.Document, res *plan.ChangeResult) error {
	write := plan.PolicyWrite{Time: time.Now(), Before: string(current.Bytes()), After: string(next.Bytes())}
	metadata, err := w.write(ctx, next)
	if err == nil {
		keepRequestID(res, metadata)
	}
	if err == nil || awserr.Ambiguous(err) {
		res.Writes = append(res.Writes, write)
	}
	return err
}

// readBack looks at the policy until it holds every statement that was sent and none of ours that was not, or the settle budget is spent.
// It returns what differs. S3 answers in its own rendering and may show the old policy for a while.
func (r *run) readBack(ctx context.Context, w target, sent policy.Document) (missing []string, err error) {
	_, err = r.settle(ctx, func(ctx context.Context) (bool, error) {
		got, err := w.read(ctx)
		if err != nil {
			return false, err
		}
		missing = difference(sent, got, r.known())
		return len(missing) == 0, nil
	})
	return missing, err
}

// difference names the statements that stand in one document only. A unique id that nobody knows, in place of a principal, is the same
// principal not yet resolved.
func difference(sent, got policy.Document, ids map[string]string) []string {
	rest := slices.Collect(got.All())
	var out []string
	i := 0
	for st := range sent.All() {
		i++
		j := slices.IndexFunc(rest, func(g policy.Statement) bool { return g.EqualWith(st, ids) })
		if j < 0 {
			j = slices.IndexFunc(rest, func(g policy.Statement) bool { return unresolved(g, ids) && skeleton(g) == skeleton(st) })
		}
		if j < 0 {
			out = append(out, cmp.Or(st.Sid(), fmt.Sprintf("statement %d", i)))
			continue
		}
		rest = slices.Delete(rest, j, j+1)
	}
	for _, st := range rest {
		if strings.HasPrefix(st.Sid(), transfer.SidPrefix) && !slices.Contains(out, st.Sid()) {
			out = append(out, st.Sid())
		}
	}
	return out
}

// unresolved reports whether a principal is a unique id that nobody knows.
func unresolved(st policy.Statement, ids map[string]string) bool {
	principals, _ := st.Principals()
	return slices.ContainsFunc(principals, func(p policy.Principal) bool { return desired.UniqueID(p.Value()) && ids[p.Value()] == "" })
}

// skeleton is a statement without its principals.
func skeleton(st policy.Statement) string {
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	var conditions []string
	for _, c := range st.Conditions() {
		conditions = append(conditions, strings.ToLower(c.Operator()+"|"+c.Key())+"|"+strings.Join(slices.Sorted(slices.Values(c.Values())), ","))
	}
	lower := map[string]bool{}
	for _, a := range actions {
		lower[strings.ToLower(a)] = true
	}
	slices.Sort(conditions)
	return fmt.Sprint(st.Effect(), st.Sid(), notAction, slices.Sorted(maps.Keys(lower)), notResource, slices.Sorted(slices.Values(resources)), conditions)
}

func (r *run) applyOwnership(ctx context.Context, ch *plan.Change, w desired.Bucket, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.S3(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	in, err := w.Spec.PutOwnershipInput()
	if r.approved.Mode == plan.TearDown {
		in, err = w.Spec.RestoreOwnershipInput(r.approved.Settings.Ownership[w.Spec.Name])
	}
	if err == nil {
		err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
			out, err := api.PutBucketOwnershipControls(ctx, in)
			if err == nil {
				keepRequestID(res, out.ResultMetadata)
			}
			return err
		})
	}
	return ended(ch, "s3:PutBucketOwnershipControls", err)
}
