package apply

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// applyLogGroup makes or changes the log group of a transfer, or deletes it. It looks first whose the group is, because nothing else keeps two from one.
func (s step) applyLogGroup(ctx context.Context, w desired.LogGroup) (plan.Status, error) {
	api, err := s.clients.Logs(w.Account, w.Region)
	if err != nil {
		return plan.Failed, err
	}
	state, err := s.lookAtLogGroup(ctx, api, w)
	if err != nil {
		return plan.Failed, err
	}
	if s.approved.Mode == plan.TearDown || w.Former {
		if !state.Exists {
			return plan.Unchanged, nil
		}
		return ended(remove(ctx, s, "logs:DeleteLogGroup", api.DeleteLogGroup, w.Spec.DeleteInput(), nil))
	}
	s.res.ARN = w.ARN()
	if !state.Exists {
		in := w.Spec.CreateInput(w.Tags)
		err := s.retry(ctx, 0, func(ctx context.Context) error {
			return s.once(ctx, func(ctx context.Context) error {
				out, err := api.CreateLogGroup(ctx, in, func(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} })
				if err == nil {
					s.keep(out)
				}
				return err
			}, func(ctx context.Context) (bool, error) {
				found, err := s.lookAtLogGroup(ctx, api, w)
				return found.Exists, err
			})
		})
		if err != nil && !awserr.Is(err, "ResourceAlreadyExistsException") {
			return plan.Failed, s.callError("logs:CreateLogGroup", err)
		}
		if err != nil { // another apply may have made it, and with other settings
			if state, err = s.lookAtLogGroup(ctx, api, w); err != nil {
				return plan.Failed, err
			}
			s.res.Detail = "it was there already"
		} else {
			state = task.LogGroupState{Exists: true, ARN: w.ARN(), KMSKey: w.Spec.KMSKey, Tags: w.Tags}
		}
	}
	return ended(s.updateLogGroup(ctx, api, w, w.Diff(state)))
}

// lookAtLogGroup reads the group. One that is somebody else's is an error.
func (s step) lookAtLogGroup(ctx context.Context, api task.LogsAPI, w desired.LogGroup) (task.LogGroupState, error) {
	state, err := task.ObserveLogGroup(ctx, api, w.Spec.Name, true)
	if err == nil {
		err = state.TagsUnread
	}
	if err != nil {
		return state, s.callError("logs:DescribeLogGroups", err)
	}
	if why, ours := w.Ours(state); state.Exists && !ours {
		return state, &plan.OwnerError{Account: w.Account, Region: w.Region, Kind: plan.LogGroup, Name: w.Spec.Name, Detail: why}
	}
	return state, nil
}

// updateLogGroup makes the writes by which the group becomes what the difference says.
func (s step) updateLogGroup(ctx context.Context, api task.LogsAPI, w desired.LogGroup, d desired.LogGroupDiff) error {
	if d.Retention {
		if err := send(ctx, s, "logs:PutRetentionPolicy", 0, api.PutRetentionPolicy, w.Spec.RetentionInput(), nil); err != nil {
			return err
		}
	}
	if d.Key {
		if err := send(ctx, s, "logs:AssociateKmsKey", 0, api.AssociateKmsKey, w.Spec.KeyInput(), nil); err != nil {
			return err
		}
	}
	if len(d.Tags) == 0 {
		return nil
	}
	return send(ctx, s, "logs:TagResource", 0, api.TagResource, &cloudwatchlogs.TagResourceInput{ResourceArn: new(w.ARN()), Tags: d.Tags}, nil)
}
