package xaccttest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// No call of DataSync has a client token: the same input makes a second location and a second task.
func TestTwice(t *testing.T) {
	w := newWorld(t)
	source, destination := w.ready("a", "b")
	again := w.location(srcRegion, "media-raw", "a", "arn:aws:iam::"+src+":role/reader")
	if again == source {
		t.Errorf("one location, %s", source)
	}
	if one, two := w.task(source, destination, nil), w.task(source, destination, nil); one == two {
		t.Errorf("one task")
	}
}

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html.
func TestCreateTaskRefuses(t *testing.T) {
	option := func(edit func(*dstypes.Options)) func(*datasync.CreateTaskInput) {
		return func(in *datasync.CreateTaskInput) { in.Options = &dstypes.Options{}; edit(in.Options) }
	}
	tests := map[string]struct {
		edit func(*datasync.CreateTaskInput)
		want string // begins so, after "400 "
	}{
		"no such location":    {func(in *datasync.CreateTaskInput) { *in.SourceLocationArn += "x" }, "InvalidRequestException: Location arn:aws:datasync:eu-west-1:" + src + ":location/loc-"},
		"bucket for location": {func(in *datasync.CreateTaskInput) { in.SourceLocationArn = aws.String("arn:aws:s3:::media-raw") }, "InvalidRequestException: Invalid parameter: ARN account () must match authenticated user."},
		"mode":                {func(in *datasync.CreateTaskInput) { in.TaskMode = "FAST" }, "ValidationException: "},
		"name":                {func(in *datasync.CreateTaskInput) { in.Name = aws.String("a*") }, "ValidationException: "},
		"Enhanced in time":    {option(func(o *dstypes.Options) { o.VerifyMode = dstypes.VerifyModePointInTimeConsistent }), "InvalidRequestException: Invalid SyncOption value. Option: VerifyMode"},
		"POSIX":               {option(func(o *dstypes.Options) { o.PosixPermissions = dstypes.PosixPermissionsPreserve }), "InvalidRequestException: Invalid SyncOption value. Option: PosixPermissions, Value: PRESERVE invalid for non-POSIX transfer. please use NONE."},
		"user":                {option(func(o *dstypes.Options) { o.Uid = dstypes.UidIntValue }), "InvalidRequestException: Invalid SyncOption value. Option: Uid, Value: INT_VALUE invalid for non-POSIX transfer. please use NONE."},
		"group":               {option(func(o *dstypes.Options) { o.Gid = dstypes.GidIntValue }), "InvalidRequestException: Invalid SyncOption value. Option: Gid, Value: INT_VALUE invalid for non-POSIX transfer. please use NONE."},
		"all and remove":      {option(func(o *dstypes.Options) { o.TransferMode, o.PreserveDeletedFiles = "ALL", "REMOVE" }), "InvalidRequestException: Invalid SyncOption value. Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE."},
		"times":               {option(func(o *dstypes.Options) { o.Atime = dstypes.AtimeNone }), "InvalidRequestException: Invalid SyncOption value. Option: Atime,Mtime"},
		"enum":                {option(func(o *dstypes.Options) { o.LogLevel = "NONE" }), "ValidationException: "},
		"bandwidth":           {option(func(o *dstypes.Options) { o.BytesPerSecond = aws.Int64(-2) }), "ValidationException: "},
		"log group": {func(in *datasync.CreateTaskInput) {
			in.CloudWatchLogGroupArn = aws.String("arn:aws:logs:us-east-2:" + src + ":log-group:/mine")
		}, "InvalidRequestException: Invalid parameter: an Enhanced mode task"},
		"empty filter": {func(in *datasync.CreateTaskInput) {
			in.Excludes = []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String("")}}
		}, "InvalidRequestException: Invalid filter"},
		"two filters": {func(in *datasync.CreateTaskInput) { in.Excludes = make([]dstypes.FilterRule, 2) }, "ValidationException: "},
		"Basic in time, class": {func(in *datasync.CreateTaskInput) {
			in.TaskMode = dstypes.TaskModeBasic
			in.Name = aws.String("glacier")
		}, "InvalidRequestException: Invalid SyncOption value. Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT invalid for the destination's storage class."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			source, destination := w.ready("", "")
			in := &datasync.CreateTaskInput{SourceLocationArn: aws.String(source), DestinationLocationArn: aws.String(destination), TaskMode: dstypes.TaskModeEnhanced}
			test.edit(in)
			if aws.ToString(in.Name) == "glacier" {
				_, err := w.sync(dstRegion).UpdateLocationS3(w.ctx, &datasync.UpdateLocationS3Input{LocationArn: aws.String(destination), S3StorageClass: dstypes.S3StorageClassDeepArchive})
				w.must(err)
			}
			_, err := w.sync(dstRegion).CreateTask(w.ctx, in)
			if got := refused(err); !strings.HasPrefix(got, "400 "+test.want) {
				t.Errorf("got  %s\nwant 400 %s", got, test.want)
			}
		})
	}
	t.Run("Region of neither location", func(t *testing.T) {
		w := newWorld(t)
		source, destination := w.ready("", "")
		_, err := w.sync("us-west-2").CreateTask(w.ctx, &datasync.CreateTaskInput{SourceLocationArn: aws.String(source), DestinationLocationArn: aws.String(destination)})
		if got := refused(err); !strings.Contains(got, "must be in the same Region as the task") {
			t.Error(got)
		}
	})
	t.Run("service-linked role", func(t *testing.T) {
		w := newWorld(t)
		source, destination := w.ready("", "")
		statements := policy.New(policy.Allow("datasync:CreateTask").On(source, destination))
		ops := w.cloud.AddRole(src, "ops", statements)
		in := &datasync.CreateTaskInput{SourceLocationArn: aws.String(source), DestinationLocationArn: aws.String(destination), TaskMode: dstypes.TaskModeEnhanced}
		_, err := clientsAs(w.cloud, ops).DataSync(dstRegion).CreateTask(w.ctx, in)
		if got := refused(err); !strings.Contains(got, "iam:CreateServiceLinkedRole") {
			t.Error(got)
		}
		w.task(source, destination, nil) // by the administrator, who may make the role
		_, err = clientsAs(w.cloud, ops).DataSync(dstRegion).CreateTask(w.ctx, in)
		w.must(err)
		if !strings.Contains(w.cloud.Dump(), "AWSServiceRoleForDataSync") {
			t.Error("the role is not in the dump")
		}
		if strings.Contains(w.cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoServiceLinkedRoles = true }), "AWSServiceRoleForDataSync") {
			t.Error("the role is in the dump without such roles")
		}
	})
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html, API_Options.html
func TestEffectiveOptions(t *testing.T) {
	w := newWorld(t)
	source, destination := w.ready("", "")
	arn := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.Options = &dstypes.Options{LogLevel: dstypes.LogLevelBasic} })
	describe := func() *dstypes.Options {
		out, err := w.sync(dstRegion).DescribeTask(w.ctx, &datasync.DescribeTaskInput{TaskArn: aws.String(arn)})
		w.must(err)
		return out.Options
	}
	want := &dstypes.Options{
		VerifyMode: "ONLY_FILES_TRANSFERRED", OverwriteMode: "ALWAYS", Atime: "BEST_EFFORT", Mtime: "PRESERVE", Uid: "NONE", Gid: "NONE",
		PreserveDeletedFiles: "PRESERVE", PreserveDevices: "NONE", PosixPermissions: "NONE", BytesPerSecond: aws.Int64(-1), TaskQueueing: "ENABLED",
		LogLevel: "BASIC", TransferMode: "CHANGED", SecurityDescriptorCopyFlags: "NONE", ObjectTags: "PRESERVE",
	}
	if diff := cmp.Diff(want, describe(), cmp.AllowUnexported(dstypes.Options{})); diff != "" {
		t.Errorf("new (-want +got):\n%s", diff)
	}
	_, err := w.sync(dstRegion).UpdateTask(w.ctx, &datasync.UpdateTaskInput{TaskArn: aws.String(arn), Options: &dstypes.Options{OverwriteMode: dstypes.OverwriteModeNever}})
	w.must(err)
	want.OverwriteMode = dstypes.OverwriteModeNever
	if diff := cmp.Diff(want, describe(), cmp.AllowUnexported(dstypes.Options{})); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
}

func TestDeleteInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		source, destination := w.ready("", "")
		task := w.task(source, destination, nil)
		time.Sleep(time.Minute)
		run := w.start(task)
		remove := func(region, location string) string {
			_, err := w.sync(region).DeleteLocation(w.ctx, &datasync.DeleteLocationInput{LocationArn: aws.String(location)})
			return refused(err)
		}
		drop := func() string {
			_, err := w.sync(dstRegion).DeleteTask(w.ctx, &datasync.DeleteTaskInput{TaskArn: aws.String(task)})
			return refused(err)
		}
		// The source's location is in another Region than the task that uses it.
		if got, want := remove(srcRegion, source), "400 InvalidRequestException: Location "+source+" is in use by task "+task+"."; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := drop(), "400 InvalidRequestException: Task "+task+" has an execution in progress."; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		_, err := w.sync(dstRegion).CancelTaskExecution(w.ctx, &datasync.CancelTaskExecutionInput{TaskExecutionArn: aws.String(run)})
		w.must(err)
		for _, got := range []string{drop(), remove(srcRegion, source), remove(dstRegion, destination)} {
			if got != "no error" {
				t.Error(got)
			}
		}
		for _, got := range []string{drop(), remove(srcRegion, source)} {
			if !strings.HasPrefix(got, "400 InvalidRequestException: ") || !strings.HasSuffix(got, " is not found.") {
				t.Error(got)
			}
		}
	})
}

func TestSyncTags(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.PageSize = 1 })
	source, _ := w.ready("", "")
	api := w.sync(srcRegion)
	_, err := api.TagResource(w.ctx, &datasync.TagResourceInput{ResourceArn: aws.String(source), Tags: []dstypes.TagListEntry{
		{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("c"), Value: aws.String("3")}}})
	w.must(err)
	untag := api.(interface {
		UntagResource(context.Context, *datasync.UntagResourceInput, ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error)
	})
	_, err = untag.UntagResource(w.ctx, &datasync.UntagResourceInput{ResourceArn: aws.String(source), Keys: []string{"b", "none"}})
	w.must(err)
	got := map[string]string{}
	for p := datasync.NewListTagsForResourcePaginator(api, &datasync.ListTagsForResourceInput{ResourceArn: aws.String(source)}); p.HasMorePages(); {
		out, err := p.NextPage(w.ctx)
		w.must(err)
		for _, tag := range out.Tags {
			got[*tag.Key] = *tag.Value
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "c": "3"}, got); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/query-resources.html
func TestTaskList(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.PageSize = 1 })
	source, destination := w.ready("a", "b")
	other := w.location(srcRegion, "media-raw", "c", "arn:aws:iam::"+src+":role/reader")
	one, two := w.task(source, destination, nil), w.task(other, destination, nil)
	list := func(op dstypes.Operator, value string) []string {
		var got []string
		in := &datasync.ListTasksInput{}
		if op != "" {
			in.Filters = []dstypes.TaskFilter{{Name: dstypes.TaskFilterNameLocationId, Operator: op, Values: []string{value}}}
		}
		for p := datasync.NewListTasksPaginator(w.sync(dstRegion), in); p.HasMorePages(); {
			out, err := p.NextPage(w.ctx)
			w.must(err)
			for _, task := range out.Tasks {
				got = append(got, *task.TaskArn)
			}
		}
		return got
	}
	for name, test := range map[string]struct {
		op    dstypes.Operator
		value string
		want  []string
	}{
		"all":            {"", "", []string{one, two}},
		"of one":         {dstypes.OperatorEq, source, []string{one}},
		"of both":        {dstypes.OperatorEq, destination, []string{one, two}},
		"by part":        {dstypes.OperatorContains, other[len(other)-17:], []string{two}},
		"not of the one": {dstypes.OperatorNe, source, []string{two}},
	} {
		if diff := cmp.Diff(test.want, list(test.op, test.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestUpdates(t *testing.T) {
	w := newWorld(t)
	source, destination := w.ready("a", "b")
	// A location keeps its ARN, so the task goes on with what it says now.
	_, err := w.sync(srcRegion).UpdateLocationS3(w.ctx, &datasync.UpdateLocationS3Input{LocationArn: aws.String(source), Subdirectory: aws.String("/c/"), S3StorageClass: dstypes.S3StorageClassStandardIa})
	w.must(err)
	l, err := w.sync(srcRegion).DescribeLocationS3(w.ctx, &datasync.DescribeLocationS3Input{LocationArn: aws.String(source)})
	w.must(err)
	if *l.LocationUri != "s3://media-raw/c/" || l.S3StorageClass != dstypes.S3StorageClassStandardIa || *l.S3Config.BucketAccessRoleArn != "arn:aws:iam::"+src+":role/reader" {
		t.Errorf("%s %s %s", *l.LocationUri, l.S3StorageClass, *l.S3Config.BucketAccessRoleArn)
	}
	_, err = w.sync(srcRegion).UpdateLocationS3(w.ctx, &datasync.UpdateLocationS3Input{LocationArn: aws.String(source), S3Config: &dstypes.S3Config{BucketAccessRoleArn: aws.String("arn:aws:iam::" + src + ":role/writer")}})
	if got := refused(err); !strings.Contains(got, "location access test failed") {
		t.Errorf("a role that may not read: %s", got)
	}

	rule := []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String("*.tmp")}}
	task := w.task(source, destination, func(in *datasync.CreateTaskInput) { in.Excludes = rule })
	update := func(in *datasync.UpdateTaskInput) *datasync.DescribeTaskOutput {
		in.TaskArn = aws.String(task)
		_, err := w.sync(dstRegion).UpdateTask(w.ctx, in)
		w.must(err)
		out, err := w.sync(dstRegion).DescribeTask(w.ctx, &datasync.DescribeTaskInput{TaskArn: aws.String(task)})
		w.must(err)
		return out
	}
	if out := update(&datasync.UpdateTaskInput{Name: aws.String("other")}); *out.Name != "other" || len(out.Excludes) != 1 {
		t.Errorf("name %s, %d excludes", *out.Name, len(out.Excludes))
	}
	if out := update(&datasync.UpdateTaskInput{Excludes: []dstypes.FilterRule{}}); *out.Name != "other" || len(out.Excludes) != 0 {
		t.Errorf("name %s, %d excludes", *out.Name, len(out.Excludes))
	}
}
