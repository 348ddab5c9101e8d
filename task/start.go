package task

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/problem"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/tag"
)

// TagRun is the key of the tag that carries the run token of an execution.
const TagRun = "xacct:run"

// StartOptions change one run of a task. The zero value runs the task as it is.
type StartOptions struct {
	// Token names the run, in the tag TagRun: a run of the task that bears it already is found again, not started twice.
	// 1 to 256 ASCII letters, digits, spaces and + = . _ : / @ -; "" makes up a new one.
	Token string

	Options  Options           // override the task's for this run; zero members leave them alone
	Includes []string          // in place of the task's patterns for this run; nil leaves them alone, an empty list takes them away
	Excludes []string          // in place of the task's patterns for this run; nil leaves them alone, an empty list takes them away
	Manifest *Manifest         // in place of the task's for this run; nil leaves it alone, a zero one takes it away
	Report   *Report           // in place of the task's for this run; nil leaves it alone, a zero one takes it away
	Tags     map[string]string // of the execution, which does not inherit the task's

	// AllowDelete lets the run delete at the destination what is not at the source although the task by itself would not: if Options say REMOVE, or
	// the manifest of a task that says it is taken away. What the task itself says needs no leave here.
	AllowDelete bool

	// DestinationStorageClass is the storage class of the destination location, which limits what Options may verify; "" is not known.
	DestinationStorageClass dstypes.S3StorageClass

	// IfRunning says what to do if a run of the task has not ended; the zero value queues behind it. It is looked at once, right before the
	// start: a run that somebody starts in the same moment is queued behind in any case.
	IfRunning IfRunning

	// Before is called right before a run is asked for, and not if one is found or attached to; an error starts nothing. It is the place to
	// prove that the objects will belong to the destination's owner: see xacct.VerifyOwnership. Nil is nothing to prove.
	Before func(context.Context) error

	// Settle is how long to look for the run after an answer got lost, and how long to go on if DataSync throttles; 0 is one minute.
	Settle time.Duration
}

const startPage = "https://docs.aws.amazon.com/datasync/latest/userguide/API_StartTaskExecution.html"

var (
	ruleToken = problem.Rule{
		ID: "run-token", Text: "must be 1 to 256 ASCII letters, digits, spaces and + = . _ : / @ -",
		Remedy: "choose another token, such as the date of the run", Source: startPage,
	}
	ruleRunTag = problem.Rule{
		ID: "run-tag", Text: "must not have the key " + TagRun + ", which carries the token",
		Remedy: "set Token instead", Source: "xacct",
	}
	ruleAllowDelete = problem.Rule{
		ID: "allow-delete", Text: "must not make the run delete what is not at the source unless AllowDelete is set",
		Remedy: "look whether the source is what you think it is, and set AllowDelete if that is meant", Source: "xacct",
	}
	startRules = []problem.Rule{ruleToken, ruleRunTag, ruleIfRunning, ruleAllowDelete}
	tokenShape = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]{0,256}$`)
)

// Validate reports all problems of the options at once, each a *Problem, joined. Whether they fit the task is found out by Start.
func (o StartOptions) Validate() error { return o.validate(Spec{}) }

// validate judges the options of a run of a task of which the account and Region are given, "" if they are not known.
func (o StartOptions) validate(task Spec) error {
	var l problem.List
	l.Check(tokenShape.MatchString(o.Token), ruleToken, "Token", o.Token)
	o.settings().check(&l)
	deletes := o.Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
	l.Check(!deletes || o.AllowDelete, ruleAllowDelete, "Options.PreserveDeletedFiles", string(o.Options.PreserveDeletedFiles))
	value, bad := unknown(o.IfRunning)
	l.Check(!bad, ruleIfRunning, "IfRunning", value)
	o.manifest().check(&l, "Manifest", task)
	o.report().check(&l, "Report", task)
	checkFilter(&l, "Includes", o.Includes, true)
	checkFilter(&l, "Excludes", o.Excludes, false)
	_, taken := o.Tags[TagRun]
	l.Check(!taken, ruleRunTag, "Tags", TagRun)
	tag.DataSync.Check(&l, "Tags", o.tags())
	return l.Err()
}

// manifest is the manifest that the run is to have in place of the task's; nil if there is none.
func (o StartOptions) manifest() *Manifest {
	if o.Manifest == nil || *o.Manifest == (Manifest{}) {
		return nil
	}
	return o.Manifest
}

// report is the report that the run is to have in place of the task's; nil if there is none.
func (o StartOptions) report() *Report {
	if o.Report == nil || *o.Report == (Report{}) {
		return nil
	}
	return o.Report
}

func (o StartOptions) settings() settings {
	return settings{class: o.DestinationStorageClass, options: o.Options, filters: len(o.Includes)+len(o.Excludes) > 0, manifest: o.manifest() != nil, report: o.report()}
}

// changes reports whether the run is to differ from the task.
func (o StartOptions) changes() bool {
	return o.Options != (Options{}) || o.Includes != nil || o.Excludes != nil || o.Manifest != nil || o.Report != nil
}

// tags is the tags of the execution, the token among them.
func (o StartOptions) tags() map[string]string {
	if o.Token == "" {
		return o.Tags
	}
	tags := map[string]string{TagRun: o.Token}
	maps.Copy(tags, o.Tags)
	return tags
}

// Input is the request that starts the run. It has no client token: Start knows how to send it.
// Errors are those of Validate, and an ARN of something else.
func (o StartOptions) Input(taskARN string) (*datasync.StartTaskExecutionInput, error) {
	var l problem.List
	a, _ := region.ParseARN(taskARN)
	l.Under("", o.validate(Spec{Account: a.Account, Region: a.Region}))
	l.Under("", (Spec{}).checkARN(taskARN))
	checkKnown(&l, o.Manifest, o.Report)
	if err := l.Err(); err != nil {
		return nil, err
	}
	in := &datasync.StartTaskExecutionInput{TaskArn: &taskARN, OverrideOptions: o.Options.sdk(), Tags: tagList(o.tags()),
		ManifestConfig: o.Manifest.sdk(a.Partition), TaskReportConfig: o.Report.sdk(a.Partition)}
	if o.Includes != nil {
		in.Includes = filter(o.Includes)
	}
	if o.Excludes != nil {
		in.Excludes = filter(o.Excludes)
	}
	return in, nil
}

// Start runs the task, and returns once DataSync has taken the run on. If a token is given and a run of the task has it, that run is returned.
//
// The request is sent without the SDK's retries: if the answer gets lost, Start looks for the run by its token before it sends again.
// Errors are problems of the options, a *StartError if DataSync refuses, and a *LostStartError if it could not be found out whether the run began.
func Start(ctx context.Context, api ExecutionAPI, taskARN string, optFns ...func(*StartOptions)) (*Execution, error) {
	var o StartOptions
	for _, fn := range optFns {
		fn(&o)
	}
	over(&o.Settle, time.Minute)
	given := o.Token != ""
	if !given {
		o.Token = rand.Text()
	}
	in, err := o.Input(taskARN)
	if err != nil {
		return nil, err
	}
	s := starter{api: api, task: taskARN, token: o.Token, settle: o.Settle}
	if err := s.checkOverrides(ctx, o); err != nil {
		return nil, err
	}
	if given {
		arn, err := s.find(ctx)
		if err != nil {
			return nil, &StartError{TaskARN: taskARN, Err: fmt.Errorf("looking for a run with the token: %w", err)}
		}
		if arn != "" {
			return Attach(api, arn), nil
		}
	}
	if o.IfRunning != Queue {
		running, err := s.running(ctx)
		switch {
		case err != nil:
			return nil, &StartError{TaskARN: taskARN, Err: fmt.Errorf("looking for a run that has not ended: %w", err)}
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

// checkOverrides refuses what does not fit the task's mode and what it has besides.
func (s starter) checkOverrides(ctx context.Context, o StartOptions) error {
	if !o.changes() {
		return nil
	}
	out, err := s.api.DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &s.task})
	if err != nil {
		return &StartError{TaskARN: s.task, Err: fmt.Errorf("reading the task: %w", err)}
	}
	with, listed := o.settings(), manifestState(out.ManifestConfig) != nil
	with.mode, with.options = out.TaskMode, o.Options.Over(fromSDK(out.Options))
	with.filters = with.filters || o.Includes == nil && len(out.Includes) > 0 || o.Excludes == nil && len(out.Excludes) > 0
	with.manifest = with.manifest || o.Manifest == nil && listed
	var l problem.List
	with.check(&l)
	unlisted := with.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove && listed && !with.manifest // a run with a manifest deletes nothing
	l.Check(!unlisted || o.AllowDelete, ruleAllowDelete, "Manifest", "")
	return l.Err()
}

// maxSends bounds how often a request is sent again after its answer got lost.
const maxSends = 3

func noRetries(o *datasync.Options) { o.Retryer = aws.NopRetryer{} }

func (s starter) start(ctx context.Context, in *datasync.StartTaskExecutionInput) (*Execution, error) {
	pause := newBackoff(time.Second, 10*time.Second)
	if ctx.Err() != nil {
		return nil, &StartError{TaskARN: s.task, Err: context.Cause(ctx)}
	}
	sends, begun := 1, time.Now()
	var lost error // why an earlier answer got lost
	for {
		out, err := s.api.StartTaskExecution(ctx, in, noRetries)
		if err == nil && aws.ToString(out.TaskExecutionArn) == "" {
			err = fmt.Errorf("the answer holds no execution: %w", errLost)
		}
		switch {
		case err == nil:
			return Attach(s.api, *out.TaskExecutionArn), nil
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
			return nil, &LostStartError{TaskARN: s.task, Token: s.token, Err: errors.Join(err, lookErr)}
		}
		lost, begun = err, time.Now() // the looking does not count against the patience with throttling
	}
}

// refused ends a start that DataSync did not take. After a lost answer that does not mean that there is no run: what is refused may be a second one.
func (s starter) refused(ctx context.Context, err, lost error) (*Execution, error) {
	if lost == nil {
		return nil, &StartError{TaskARN: s.task, Err: err}
	}
	arn, lookErr := s.find(ctx)
	if arn != "" {
		return Attach(s.api, arn), nil
	}
	return nil, &LostStartError{TaskARN: s.task, Token: s.token, Err: errors.Join(lost, err, lookErr)}
}

var errLost = errors.New("whether it was carried out is not known")

// look looks for the run until the settle time is spent: lists may lag. An error means that it is not known whether there is one.
func (s starter) look(ctx context.Context) (string, error) {
	pause := newBackoff(time.Second, 10*time.Second)
	for begun := time.Now(); ; {
		arn, err := s.find(ctx)
		if arn != "" {
			return arn, nil
		}
		if time.Since(begun)+pause.next > s.settle {
			return "", err
		}
		if err := pause.wait(ctx); err != nil {
			return "", err
		}
	}
}
