package task

import (
	"context"
	"maps"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/problem"
)

// TagRun is the key of the tag that carries the run token of an execution.
const TagRun = "xacct:run"

// StartOptions change one run of a task. The zero value runs the task as it is.
type StartOptions struct {
	// Token names the run, in the tag TagRun: a run of the task that bears it already is found again, not started twice.
	// 1 to 256 ASCII letters, digits, spaces and + = . _ : / @ -; "" makes up a new one.
	Token string

	Options  Options   // override the task's for this run; zero members leave them alone
	Includes []string  // in place of the task's patterns for this run; nil leaves them alone, an empty list takes them away
	Excludes []string  // in place of the task's patterns for this run; nil leaves them alone, an empty list takes them away
	Manifest *Manifest // in place of the task's for this run; nil leaves it alone, a zero one takes it away

	// Report is in place of the task's for this run; nil leaves it alone, a zero one takes it away. That it is written outside of the destination is not
	// looked at: a run that says REMOVE deletes the reports that lie in the destination's prefix and not at the source.
	Report *Report

	Tags map[string]string // of the execution, which does not inherit the task's

	// AllowDelete lets the run delete at the destination what is not at the source, and the task by itself would not delete: if Options say REMOVE and
	// the task does not, or if of a task that says REMOVE the manifest is taken away, or the Includes or Excludes are others. What the task itself says
	// needs no leave here. Start looks at it, as it knows the task; Validate and Input do not.
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
