package xaccttest

import (
	"context"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/clone"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// taskState is a task.
type taskState struct {
	arn, account, region string
	name                 string
	source, destination  *locationState
	mode                 dstypes.TaskMode
	options              dstypes.Options // the options in force: every member has a value
	includes, excludes   []dstypes.FilterRule
	logGroup             string
	extras
	schedule scheduleState
	tags     map[string]string
	created  time.Time
	latest   *execution   // the most recent execution
	queue    []*execution // executions that have not ended; the first one runs
}

// status is the task's status as DescribeTask shows it.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/understand-task-statuses.html
func (t *taskState) status(c *Cloud, now time.Time) dstypes.TaskStatus {
	switch {
	case now.Before(t.created.Add(c.opts.Phases.Creating)):
		return dstypes.TaskStatusCreating
	case len(t.queue) == 0:
		return dstypes.TaskStatusAvailable
	}
	return dstypes.TaskStatusRunning
}

func (c *syncClient) CreateTask(ctx context.Context, in *datasync.CreateTaskInput, _ ...func(*datasync.Options)) (*datasync.CreateTaskOutput, error) {
	return do(ctx, c.client, "CreateTask", in, func(rq *request, in *datasync.CreateTaskInput) (*datasync.CreateTaskOutput, error) {
		t, err := rq.newTask(in)
		if err != nil {
			return nil, err
		}
		context := tagContext(t.tags, nil)
		for _, l := range []*locationState{t.source, t.destination} {
			if err := rq.permit("datasync:CreateTask", l.arn, resourceTagContext(l.tags, tagContext(t.tags, nil))); err != nil {
				return nil, err
			}
		}
		if len(t.tags) > 0 {
			if err := rq.permit("datasync:TagResource", rq.arn("task/*"), context); err != nil {
				return nil, err
			}
		}
		for _, l := range []*locationState{t.source, t.destination} {
			if rq.cloud.undocumented.TaskTest {
				if err := rq.probeAsCaller(l); err != nil {
					return nil, err
				}
			}
			if err := rq.cloud.probe(l, rq.now); err != nil {
				return nil, err
			}
		}
		if err := rq.serviceLinkedRole(); err != nil {
			return nil, err
		}
		t.arn = rq.arn("task/task-" + ids.Digest(17, "task", rq.account, rq.region, t.source.arn, t.destination.arn, t.name,
			rq.cloud.serial.Next("task", rq.account, rq.region, t.source.arn, t.destination.arn, t.name)))
		here := rq.here()
		here.tasks[t.arn] = t
		rq.cloud.keepTime(t)
		here.taskList.add(t, rq.cloud.opts.Propagation)
		return &datasync.CreateTaskOutput{TaskArn: aws.String(t.arn)}, nil
	})
}

// newTask checks the input and makes the task.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html (Regions)
func (rq *request) newTask(in *datasync.CreateTaskInput) (*taskState, error) {
	t := &taskState{
		account: rq.account, region: rq.region, name: aws.ToString(in.Name), mode: in.TaskMode,
		includes: in.Includes, excludes: in.Excludes, logGroup: aws.ToString(in.CloudWatchLogGroupArn), created: rq.now.UTC(),
	}
	var err error
	if t.source, err = rq.taskLocation(*in.SourceLocationArn); err != nil {
		return nil, err
	}
	if t.destination, err = rq.taskLocation(*in.DestinationLocationArn); err != nil {
		return nil, err
	}
	if t.source.region != rq.region && t.destination.region != rq.region {
		return nil, invalidRequest("Invalid parameter: one of the locations must be in the same Region as the task.")
	}
	if quota := rq.cloud.opts.Quotas.Tasks; quota > 0 && len(rq.here().tasks) >= quota {
		return nil, invalidRequest("The account has reached the limit of %d tasks in this Region.", quota)
	}
	if t.mode == "" {
		t.mode = dstypes.TaskModeBasic
	}
	if !known(t.mode) {
		return nil, violation("taskMode", string(t.mode), "enum value set: [BASIC, ENHANCED]")
	}
	if t.tags, err = syncTags(in.Tags); err != nil {
		return nil, err
	}
	t.options = effective(t.mode, in.Options)
	t.extras = extras{}.over(in.ManifestConfig, in.TaskReportConfig)
	if t.schedule, err = t.schedule.over(in.Schedule, rq.now); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, rq.checkExtras(t, t.extras, t.includes, t.excludes)
}

// taskLocation finds a location for a task, which may be in any Region of the caller's account.
func (rq *request) taskLocation(arn string) (*locationState, error) {
	if err := rq.ownARN(arn); err != nil {
		return nil, err
	}
	a, _ := region.ParseARN(arn)
	if r := rq.cloud.accounts[rq.account].regions[a.Region]; r != nil && r.locations[arn] != nil {
		return r.locations[arn], nil
	}
	return nil, invalidRequest("Location %s is not found.", arn)
}

// check refuses combinations of settings that DataSync refuses.
func (t *taskState) check() error {
	if len(t.name) > 256 || t.name != "" && !tagValue.MatchString(t.name) {
		return violation("name", t.name, "regular expression pattern: "+tagValue.String())
	}
	if t.logGroup != "" {
		m := logGroupARN.FindStringSubmatch(t.logGroup)
		switch {
		case m == nil || len(t.logGroup) > 562:
			return violation("cloudWatchLogGroupArn", t.logGroup, "regular expression pattern: "+logGroupARN.String())
		case t.mode == dstypes.TaskModeEnhanced && m[1] != "/aws/datasync":
			return invalidRequest("Invalid parameter: an Enhanced mode task logs to /aws/datasync only.")
		}
	}
	for _, rules := range [][]dstypes.FilterRule{t.includes, t.excludes} {
		if err := checkFilters(rules); err != nil {
			return err
		}
	}
	return checkOptions(t.mode, t.destination.class, t.options)
}

var logGroupARN = regexp.MustCompile(`^arn:(?:aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):logs:[a-z\-0-9]+:[0-9]{12}:log-group:([^:\*]*)(?::\*)?$`)

// serviceLinkedRole makes the service-linked role of DataSync in the account, unless it exists.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html
func (rq *request) serviceLinkedRole() error {
	const name = "AWSServiceRoleForDataSync"
	a := rq.cloud.accounts[rq.account]
	if e := a.identities[identityKey("role", name)]; e != nil && e.Latest() != nil {
		return nil
	}
	path := "/aws-service-role/" + syncService + "/"
	if err := rq.permit("iam:CreateServiceLinkedRole", region.Role(a.partition, a.id, path, name), map[string][]string{"iam:AWSServiceName": {syncService}}); err != nil {
		return err
	}
	rq.cloud.addIdentity(a, "role", path, name, func(i *identity) {
		i.serviceLinked = true
		i.trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.Service(syncService)))
	})
	return nil
}

// task finds a task of the client's account and Region, if the caller may act on it.
func (rq *request) task(action, arn string, context map[string][]string) (*taskState, error) {
	t := rq.here().tasks[arn]
	if t != nil {
		context = resourceTagContext(t.tags, context)
	}
	if err := rq.ownARN(arn); err != nil {
		return nil, err
	}
	if err := rq.permit(action, arn, context); err != nil {
		return nil, err
	}
	if t == nil {
		return nil, invalidRequest("Sync task %s is not found.", arn)
	}
	return t, nil
}

func (c *syncClient) DescribeTask(ctx context.Context, in *datasync.DescribeTaskInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	return do(ctx, c.client, "DescribeTask", in, func(rq *request, in *datasync.DescribeTaskInput) (*datasync.DescribeTaskOutput, error) {
		t, err := rq.task("datasync:DescribeTask", *in.TaskArn, nil)
		if err != nil {
			return nil, err
		}
		out := &datasync.DescribeTaskOutput{
			TaskArn: aws.String(t.arn), Name: stringOrNil(t.name), Status: t.status(rq.cloud, rq.now), TaskMode: t.mode,
			SourceLocationArn: aws.String(t.source.arn), DestinationLocationArn: aws.String(t.destination.arn),
			Options: ptr(cloneOptions(t.options)), Includes: clone.Of(t.includes), Excludes: clone.Of(t.excludes),
			CloudWatchLogGroupArn: stringOrNil(t.logGroup), CreationTime: aws.Time(t.created),
			ManifestConfig: clone.Of(t.manifest), TaskReportConfig: clone.Of(t.report),
		}
		out.Schedule, out.ScheduleDetails = t.schedule.sdk()
		if t.latest != nil {
			out.CurrentTaskExecutionArn = aws.String(t.latest.arn)
		}
		return out, nil
	})
}

func (c *syncClient) UpdateTask(ctx context.Context, in *datasync.UpdateTaskInput, _ ...func(*datasync.Options)) (*datasync.UpdateTaskOutput, error) {
	return do(ctx, c.client, "UpdateTask", in, func(rq *request, in *datasync.UpdateTaskInput) (*datasync.UpdateTaskOutput, error) {
		t, err := rq.task("datasync:UpdateTask", *in.TaskArn, nil)
		if err != nil {
			return nil, err
		}
		next := *t
		next.extras = t.extras.over(in.ManifestConfig, in.TaskReportConfig)
		if next.schedule, err = t.schedule.over(in.Schedule, rq.now); err != nil {
			return nil, err
		}
		if in.Name != nil {
			next.name = *in.Name
		}
		if in.CloudWatchLogGroupArn != nil {
			next.logGroup = *in.CloudWatchLogGroupArn
		}
		if in.Includes != nil {
			next.includes = in.Includes
		}
		if in.Excludes != nil {
			next.excludes = in.Excludes
		}
		next.options = overlay(t.options, in.Options)
		if err := next.check(); err != nil {
			return nil, err
		}
		if err := rq.checkExtras(t, next.extras, next.includes, next.excludes); err != nil {
			return nil, err
		}
		*t = next
		rq.cloud.keepTime(t)
		return &datasync.UpdateTaskOutput{}, nil
	})
}

func (c *syncClient) DeleteTask(ctx context.Context, in *datasync.DeleteTaskInput, _ ...func(*datasync.Options)) (*datasync.DeleteTaskOutput, error) {
	return do(ctx, c.client, "DeleteTask", in, func(rq *request, in *datasync.DeleteTaskInput) (*datasync.DeleteTaskOutput, error) {
		t, err := rq.task("datasync:DeleteTask", *in.TaskArn, nil)
		if err != nil {
			return nil, err
		}
		for _, e := range t.queue {
			if e.cancelled.IsZero() {
				return nil, invalidRequest("Task %s has an execution in progress.", t.arn)
			}
		}
		here := rq.here()
		delete(here.tasks, t.arn)
		delete(rq.cloud.timed, t)
		here.taskList.remove(func(x *taskState) bool { return x == t }, rq.cloud.opts.Propagation)
		for _, arn := range sortedKeys(here.executions) {
			if here.executions[arn].task == t {
				delete(here.executions, arn)
			}
		}
		here.executionList.remove(func(e *execution) bool { return e.task == t }, 0)
		return &datasync.DeleteTaskOutput{}, nil
	})
}

func (c *syncClient) ListTasks(ctx context.Context, in *datasync.ListTasksInput, _ ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	return do(ctx, c.client, "ListTasks", in, func(rq *request, in *datasync.ListTasksInput) (*datasync.ListTasksOutput, error) {
		if err := rq.permit("datasync:ListTasks", "*", nil); err != nil {
			return nil, err
		}
		var found []*taskState
		for _, t := range rq.here().taskList.visible(in.NextToken == nil) {
			fits := true
			for _, f := range in.Filters {
				ok, err := t.matches(f)
				if err != nil {
					return nil, err
				}
				fits = fits && ok
			}
			if fits {
				found = append(found, t)
			}
		}
		part, next, err := page(rq.cloud, rq.operation, found, in.NextToken, aws.ToInt32(in.MaxResults))
		if err != nil {
			return nil, invalidRequest("Invalid NextToken.")
		}
		out := &datasync.ListTasksOutput{NextToken: stringOrNil(next)}
		for _, t := range part {
			out.Tasks = append(out.Tasks, dstypes.TaskListEntry{
				TaskArn: aws.String(t.arn), Name: stringOrNil(t.name), Status: t.status(rq.cloud, rq.now), TaskMode: t.mode,
			})
		}
		return out, nil
	})
}

// matches reports whether the task fits a filter. LocationId is compared with the ARNs of both locations; a negated operator has to hold for
// both.
func (t *taskState) matches(f dstypes.TaskFilter) (bool, error) {
	if f.Name == dstypes.TaskFilterNameCreationTime {
		return matches(string(f.Name), f.Operator, f.Values, t.created.Format(filterTime), true)
	}
	source, err := matches(string(f.Name), f.Operator, f.Values, t.source.arn, known(f.Name))
	if err != nil {
		return false, err
	}
	destination, err := matches(string(f.Name), f.Operator, f.Values, t.destination.arn, known(f.Name))
	if f.Operator == dstypes.OperatorNe || f.Operator == dstypes.OperatorNotContains {
		return source && destination, err
	}
	return source || destination, err
}
