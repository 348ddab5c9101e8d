package apply

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// noRetries switches the SDK's own retries off for calls that make something: they have no client token, so that a second one makes a second.
func noRetries(o *datasync.Options) { o.Retryer = aws.NopRetryer{} }

func (s step) applyLocation(ctx context.Context, w desired.Location) (plan.Status, error) {
	api, err := s.clients.DataSync(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	state, _, err := s.current.Snap.OurLocation(w)
	if err != nil {
		return plan.Failed, err
	}
	s.res.ARN = state.ARN
	switch {
	case s.approved.Mode == plan.TearDown:
		return s.removeLocation(ctx, api, state.ARN)
	case !state.Exists:
		return s.createLocation(ctx, api, w)
	}
	_, lines, tags := w.Diff(state)
	tag := func(tags map[string]string) error {
		spec := w.Spec
		spec.Tags = tags
		in, err := spec.TagInput(state.ARN)
		return send(ctx, s, "datasync:TagResource", 0, api.TagResource, in, err)
	}
	// Once the location has another role, only this tag says which role it had.
	if note := s.current.Snap.NoteRoles(w, state.Tags, state.RoleARN); note != "" && state.RoleARN != w.Spec.RoleARN {
		if err := tag(map[string]string{w.Transfer.TagKey(transfer.TagReplaces): note}); err != nil {
			return plan.Failed, err
		}
	}
	if desired.BeyondTags(lines) {
		next := w.Spec
		if w.Side == plan.DestinationSide { // DataSync leaves a storage class that is not named as it is
			next.StorageClass = cmp.Or(next.StorageClass, dstypes.S3StorageClassStandard)
		}
		in, err := next.UpdateInput(state.ARN)
		if err == nil {
			err = s.repeat(ctx, s.budgetFor(w.Transfer, w.Side), func(ctx context.Context) error {
				out, err := api.UpdateLocationS3(ctx, in)
				if err == nil {
					s.keep(out)
				}
				return err
			})
		}
		if err != nil {
			return s.refused(w.Transfer, w.Side, "datasync:UpdateLocationS3", err)
		}
	}
	return ended(tag(tags))
}

func (s step) createLocation(ctx context.Context, api client.DataSyncAPI, w desired.Location) (plan.Status, error) {
	in, err := w.Spec.CreateInput()
	if err != nil {
		return plan.Failed, err
	}
	adopt := func(state location.State, err error) (bool, error) { return s.adopt(state.ARN, state.Exists, err) }
	err = s.retry(ctx, s.budgetFor(w.Transfer, w.Side), func(ctx context.Context) error {
		if found, err := adopt(s.locationNow(ctx, w)); found || err != nil {
			return err
		}
		return s.once(ctx, func(ctx context.Context) error {
			out, err := api.CreateLocationS3(ctx, in, noRetries)
			if err == nil {
				s.made(aws.ToString(out.LocationArn))
				s.keep(out)
			}
			return err
		}, func(ctx context.Context) (bool, error) { return adopt(findLocation(ctx, s.clients, api, w)) })
	})
	if err != nil {
		return s.refused(w.Transfer, w.Side, "datasync:CreateLocationS3", err)
	}
	return ended(s.foreignARN(s.res.ARN))
}

// adopt takes over what was found instead of making it, if something was found.
func (s step) adopt(arn string, found bool, err error) (bool, error) {
	if err != nil || !found {
		return false, err
	}
	s.made(arn)
	s.res.Detail = "it was there already"
	return true, nil
}

// budgetFor is how long the named errors of a new role or policy are retried on one side: the whole budget if the policies allow the access, a short
// time if they leave it open or the caller may not make the location (which Override lets pass), and no time if they deny it or another operator has
// still to act.
func (s step) budgetFor(t *transfer.Transfer, side plan.Side) time.Duration {
	if s.waitsFor(s.ch) != nil {
		return 0
	}
	switch s.verdict(t, side) {
	case plan.CodeAllowed:
		if !s.doubtsCaller(t, side) {
			return s.opts.Budget
		}
	case plan.CodeDenied:
		return 0
	}
	return min(patience.ShortBudget, s.opts.Budget)
}

// verdict is the worst that the current plan found about one side of a transfer.
func (r *run) verdict(t *transfer.Transfer, side plan.Side) plan.Code {
	worst := ""
	for _, f := range r.findings.of[t.Name] {
		if f.Side != side {
			continue
		}
		switch {
		case f.Code == plan.CodeDenied, f.Code == plan.CodeUndetermined && worst != plan.CodeDenied, f.Code == plan.CodeAllowed && worst == "":
			worst = f.Code
		}
	}
	return worst
}

// doubtsCaller reports whether the current plan says of its caller that it may not make the location of the side, or that this is open.
func (r *run) doubtsCaller(t *transfer.Transfer, side plan.Side) bool {
	return slices.ContainsFunc(r.findings.of[t.Name], func(f *plan.Finding) bool {
		return f.Side == side && (f.Code == plan.CodeNoOperator || f.Code == plan.CodeCaller)
	})
}

// refused ends a location, or with side "" a task, that DataSync would not make. While another account's operator has still to act, it waits.
func (s step) refused(t *transfer.Transfer, side plan.Side, op string, err error) (plan.Status, error) {
	switch task.MeaningOf(err).Cause {
	case task.CauseUnknown, task.CauseDenied, task.CauseThrottled, task.CauseCredentials, task.CauseService: // these are not DataSync's own
		if !awserr.Propagation(err) {
			return plan.Failed, s.callError(op, err)
		}
	}
	if waits := s.waitsFor(s.ch); waits != nil && awserr.Propagation(err) {
		return plan.Waiting, waits
	}
	at := check.Locations{}
	for _, end := range transfer.Sides {
		at[end] = []string{s.locationARN(t, end)}
	}
	return plan.Failed, s.callError(op, check.AccessError(s.current.Findings.List, t, at, side, err))
}

func (s step) removeLocation(ctx context.Context, api client.DataSyncAPI, arn string) (plan.Status, error) {
	if released, err := s.released(ctx, api, arn); released || err != nil {
		return ended(err)
	}
	in, err := location.Spec{}.DeleteInput(arn)
	return ended(remove(ctx, s, "datasync:DeleteLocation", api.DeleteLocation, in, err))
}
