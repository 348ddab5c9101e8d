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

// TagRun is the key of the tag whose value is the run token of an execution.
const TagRun = "xacct:run"

// StartOptions change one run of a task. The zero StartOptions run the task as it is.
type StartOptions struct {
	// Token identifies the run, in the tag TagRun. If a run of the task already has it, Start returns that run and starts none.
	// 1 to 256 ASCII letters, digits, spaces and + = . _ : / @ -; "" generates a new one.
	Token string

	Options  Options   // replace the task's options for this run; zero members leave them alone
	Includes []string  // replace the task's patterns for this run; nil leaves them alone, an empty list removes them
	Excludes []string  // replace the task's patterns for this run; nil leaves them alone, an empty list removes them
	Manifest *Manifest // replaces the task's manifest for this run; nil leaves it alone, a zero one removes it

	// Report replaces the task's report for this run; nil leaves it alone, a zero one removes it. Start does not check that the report is written
	// outside of the destination: a run with REMOVE deletes reports in the destination's prefix that are not at the source.
	Report *Report

	Tags map[string]string // tags of the execution, which does not inherit the task's tags; nil is none

	// AllowDelete must be true if the run may delete objects at the destination that the task by itself would not delete: if Options have REMOVE and the
	// task does not, or if the task has REMOVE and the run removes its manifest or changes its Includes or Excludes. Deletions of the task itself need
	// no permission here. Only Start checks this, because it reads the task; Validate and Input do not.
	AllowDelete bool

	// DestinationStorageClass is the storage class of the destination location, which limits what Options may verify; "" is not known. It is not
	// sent.
	DestinationStorageClass dstypes.S3StorageClass

	// IfRunning says what to do if another run of the task has not ended; the zero value queues the new run behind it. Start checks this once, right
	// before it starts the run: behind a run that is started at the same moment, the new run is queued in any case.
	IfRunning IfRunning

	// Before is called right before the run is requested, but not if Start finds a run or attaches to one. If it returns an error, Start starts nothing.
	// Use it to verify that the objects will belong to the destination's owner: see xacct.VerifyOwnership. Nil is no check.
	Before func(context.Context) error

	// OwnershipConfirmed says, by bucket, who confirmed that its ACLs are disabled. Start of this package does not look at it: see
	// xacct.OwnershipConfirmed. Nil is nobody.
	OwnershipConfirmed map[string]string

	// Settle is how long to search for the run after a response got lost, and how long to retry if DataSync throttles; 0 is one minute, less is an error.
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
	ruleNotNegative = problem.Rule{
		ID: "not-negative", Text: "must not be negative",
		Remedy: "leave it 0 for the default", Source: "xacct",
	}
	startRules = []problem.Rule{ruleToken, ruleRunTag, ruleIfRunning, ruleAllowDelete, ruleNotNegative}
	tokenShape = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]{0,256}$`)
)

// Validate reports all problems of the options: the error joins one *Problem for each. It is nil if there is none. Whether the options fit the task is
// checked by Start.
func (o StartOptions) Validate() error { return o.validate(Spec{}) }

// validate checks the options for a run of a task, of which only Account and Region are used; "" is not known.
func (o StartOptions) validate(task Spec) error {
	var l problem.List
	l.Check(tokenShape.MatchString(o.Token), ruleToken, "Token", o.Token)
	o.settings().check(&l)
	l.Check(o.Settle >= 0, ruleNotNegative, "Settle", o.Settle.String())
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

// manifest returns the manifest that replaces the task's; nil if there is none.
func (o StartOptions) manifest() *Manifest {
	if o.Manifest == nil || *o.Manifest == (Manifest{}) {
		return nil
	}
	return o.Manifest
}

// report returns the report that replaces the task's; nil if there is none.
func (o StartOptions) report() *Report {
	if o.Report == nil || *o.Report == (Report{}) {
		return nil
	}
	return o.Report
}

func (o StartOptions) settings() settings {
	return settings{class: o.DestinationStorageClass, options: o.Options, filters: len(o.Includes)+len(o.Excludes) > 0, manifest: o.manifest() != nil, report: o.report()}
}

// changes reports whether the run will differ from the task.
func (o StartOptions) changes() bool {
	return o.Options != (Options{}) || o.Includes != nil || o.Excludes != nil || o.Manifest != nil || o.Report != nil
}

// tags returns the tags of the execution, including the token.
func (o StartOptions) tags() map[string]string {
	if o.Token == "" {
		return o.Tags
	}
	tags := map[string]string{TagRun: o.Token}
	maps.Copy(tags, o.Tags)
	return tags
}

// Input returns the request that starts the run. DataSync has no client token for it: Start knows how to send it safely. Errors are those of Validate,
// and an ARN that is not a task's.
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
