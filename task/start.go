package task

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/problem"
)

// Start runs the task and returns once DataSync has accepted the run. If a token is given and a run of the task has it, Start returns that run.
//
// Start sends the request without the SDK's retries. If the response gets lost, it searches for the run by its token before it sends again. Errors are
// problems of the options, a *RunningError (see [IfRunning]), a *StartError if DataSync refuses, and a *LostStartError if it is unknown whether the
// run was started.
func Start(ctx context.Context, api ExecutionAPI, taskARN string, optFns ...func(*StartOptions)) (*Execution, error) {
	var o StartOptions
	option.Apply(&o, optFns)
	over(&o.Settle, time.Minute)
	given := o.Token != ""
	if !given {
		o.Token = rand.Text()
	}
	in, err := o.Input(taskARN)
	if err := errors.Join(absent.Check("api", api, "datasync.NewFromConfig"), err); err != nil {
		return nil, err
	}
	s := starter{api: api, task: taskARN, token: o.Token, settle: o.Settle}
	if given { // before checking the options, which may no longer fit a task that has changed since
		arn, err := s.find(ctx)
		if err != nil {
			return nil, startError(taskARN, fmt.Errorf("looking for a run with the token: %w", err))
		}
		if arn != "" {
			return Attach(api, arn), nil
		}
	}
	if err := s.checkOverrides(ctx, o); err != nil {
		return nil, err
	}
	if o.IfRunning != Queue {
		running, err := s.running(ctx)
		switch {
		case err != nil:
			return nil, startError(taskARN, fmt.Errorf("looking for a run that has not ended: %w", err))
		case running != nil && o.IfRunning == AttachToIt:
			return Attach(api, running.ExecutionARN), nil
		case running != nil:
			return nil, running
		}
	}
	if o.Before != nil {
		if err := o.Before(ctx); err != nil {
			return nil, &StartError{TaskARN: taskARN, Err: err}
		}
	}
	return s.start(ctx, in)
}

// starter starts one run.
type starter struct {
	api    ExecutionAPI
	task   string
	token  string
	settle time.Duration
}

// checkOverrides returns an error if the options do not fit the mode and the other settings of the task.
func (s starter) checkOverrides(ctx context.Context, o StartOptions) error {
	if !o.changes() {
		return nil
	}
	out, err := s.api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &s.task})
	if err != nil {
		return startError(s.task, fmt.Errorf("reading the task: %w", err))
	}
	with, listed := o.settings(), manifestState(out.ManifestConfig) != nil
	with.mode, with.options = out.TaskMode, o.Options.Over(fromSDK(out.Options))
	with.filters = with.filters || o.Includes == nil && len(out.Includes) > 0 || o.Excludes == nil && len(out.Excludes) > 0
	with.manifest = with.manifest || o.Manifest == nil && listed
	var l problem.List
	with.check(&l)
	if path, value := o.deletesMore(out, with); path != "" && !o.AllowDelete {
		l.Add(ruleAllowDelete, path, value)
	}
	return l.Err()
}

// deletesMore returns the option and its value because of which a run with these settings may delete objects that the task by itself would not; "" if
// there is none. A run with a manifest deletes nothing, and filtered objects are not deleted (assumed).
func (o StartOptions) deletesMore(out *datasync.DescribeTaskOutput, with settings) (path, value string) {
	const remove = dstypes.PreserveDeletedFilesRemove
	differ := func(mine []string, theirs []dstypes.FilterRule) bool {
		return mine != nil && !slices.Equal(slices.Sorted(slices.Values(mine)), slices.Sorted(slices.Values(patterns(theirs))))
	}
	switch {
	case with.options.PreserveDeletedFiles != remove:
		return "", ""
	case fromSDK(out.Options).PreserveDeletedFiles != remove:
		return "Options.PreserveDeletedFiles", string(remove)
	case with.manifest:
		return "", ""
	case manifestState(out.ManifestConfig) != nil:
		return "Manifest", ""
	case differ(o.Includes, out.Includes):
		return "Includes", strings.Join(o.Includes, "|")
	case differ(o.Excludes, out.Excludes):
		return "Excludes", strings.Join(o.Excludes, "|")
	}
	return "", ""
}

// maxSends bounds how often a request is sent if responses get lost.
const maxSends = 3

func noRetries(o *datasync.Options) { o.Retryer = aws.NopRetryer{} }

func (s starter) start(ctx context.Context, in *datasync.StartTaskExecutionInput) (*Execution, error) {
	pause := newBackoff(time.Second, 10*time.Second)
	if ctx.Err() != nil {
		return nil, &StartError{TaskARN: s.task, Err: context.Cause(ctx)}
	}
	sends, begun := 1, time.Now()
	var lost error // error because of which an earlier response got lost
	for {
		out, err := s.api.StartTaskExecution(ctx, in, noRetries)
		if err == nil && aws.ToString(out.TaskExecutionArn) == "" {
			err = fmt.Errorf("the answer holds no execution: %w", errLost)
		}
		switch {
		case err == nil:
			e := Attach(s.api, *out.TaskExecutionArn)
			e.requestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
			return e, nil
		case awserr.Throttled(err):
			if time.Since(begun) >= s.settle || pause.wait(ctx) != nil {
				return s.refused(ctx, err, lost)
			}
			continue
		case !awserr.Ambiguous(err) && !errors.Is(err, errLost):
			return s.refused(ctx, err, lost)
		}
		arn, lookErr := s.look(ctx)
		if arn != "" {
			return Attach(s.api, arn), nil
		}
		if sends++; lookErr != nil || sends > maxSends {
			return nil, &LostStartError{TaskARN: s.task, Token: s.token, Err: errors.Join(err, configError(s.task, lookErr))}
		}
		lost, begun = err, time.Now() // the time of the search does not count towards the time limit for throttling
	}
}

// refused handles a start that DataSync refused. After a lost response, a run may exist nevertheless, because DataSync may have refused a second one.
func (s starter) refused(ctx context.Context, err, lost error) (*Execution, error) {
	if lost == nil {
		return nil, startError(s.task, err)
	}
	arn, lookErr := s.find(ctx)
	if arn != "" {
		return Attach(s.api, arn), nil
	}
	return nil, &LostStartError{TaskARN: s.task, Token: s.token, Err: errors.Join(lost, configError(s.task, err), configError(s.task, lookErr))}
}

var errLost = errors.New("whether it was carried out is not known")

// look searches for the run until the settle time is over, because lists may lag. On an error it is unknown whether there is a run.
func (s starter) look(ctx context.Context) (string, error) {
	pause := newBackoff(time.Second, 10*time.Second)
	for begun := time.Now(); ; {
		arn, err := s.find(ctx)
		if arn != "" {
			return arn, nil
		}
		if time.Since(begun)+pause.next > s.settle || awserr.ConfigFlaw(err) != awserr.NoFlaw {
			return "", err
		}
		if err := pause.wait(ctx); err != nil {
			return "", err
		}
	}
}
