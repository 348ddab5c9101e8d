package task

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

var (
	errConnection = fmt.Errorf("connection lost: %w", io.ErrUnexpectedEOF)
	refused       = &dstypes.InvalidRequestException{Message: new("Invalid request.")}
	newRole       = &dstypes.InvalidRequestException{Message: new("DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.")}
)

func old(token string, i int, status dstypes.TaskExecutionStatus) execution {
	return execution{fmt.Sprintf("%s/execution/exec-aaaa%013d", taskARN, i), status, map[string]string{TagRun: token}}
}

func count(calls []string, op string) int {
	n := 0
	for _, c := range calls {
		if c == op {
			n++
		}
	}
	return n
}

func TestStart(t *testing.T) {
	token := func(o *StartOptions) { o.Token = "mine" }
	many := []execution{old("mine", 99, "SUCCESS")}
	for i := range 25 {
		many = slices.Insert(many, 0, old("theirs", i, "SUCCESS"))
	}
	tests := []struct {
		name   string
		runner *runner
		opt    func(*StartOptions)
		want   string // execution ARN; "" for the first that is started
		starts int    // StartTaskExecution calls
		runs   int    // executions in the end
	}{
		{"plainly", &runner{}, nil, "", 1, 1},
		{"with a token", &runner{}, token, "", 1, 1},
		{"token of a run that ended", &runner{executions: []execution{old("theirs", 1, "QUEUED"), old("mine", 2, "SUCCESS")}}, token, old("", 2, "").arn, 0, 2},
		{"token far down, in small pages", &runner{executions: many, pageSize: 4}, token, old("", 99, "").arn, 0, 26},
		{"token, one tag list gone", &runner{executions: []execution{old("x", 1, "SUCCESS"), old("mine", 2, "SUCCESS")}, err: map[string]error{old("", 1, "").arn: notFound}}, token, old("", 2, "").arn, 0, 2},
		{"token, one tag list denied", &runner{executions: []execution{old("x", 1, "SUCCESS"), old("mine", 2, "SUCCESS")}, err: map[string]error{old("", 1, "").arn: denied}}, token, old("", 2, "").arn, 0, 2},
		{"answer lost after it began", &runner{starts: []start{{true, errConnection}}}, nil, "", 1, 1},
		{"server error after it began", &runner{starts: []start{{true, internal}}}, nil, "", 1, 1},
		{"answer lost after it began, list lags", &runner{starts: []start{{true, errConnection}}, lag: 6}, nil, "", 1, 1},
		{"answer lost before it began", &runner{starts: []start{{false, errConnection}, {true, nil}}}, nil, "", 2, 1},
		{"server error before it began, twice", &runner{starts: []start{{false, internal}, {false, internal}, {true, nil}}}, nil, "", 3, 1},
		{"throttled", &runner{starts: []start{{false, throttled}, {false, throttled}, {true, nil}}}, nil, "", 3, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := tt.runner
				e, err := Start(t.Context(), r, taskARN, func(o *StartOptions) {
					if tt.opt != nil {
						tt.opt(o)
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				if tt.want == "" {
					tt.want = fmt.Sprintf("%s/execution/exec-%017d", taskARN, 0)
				}
				if e.ARN() != tt.want {
					t.Errorf("execution %s, want %s", e.ARN(), tt.want)
				}
				if got := count(r.calls, "StartTaskExecution"); got != tt.starts || len(r.executions) != tt.runs {
					t.Errorf("%d starts and %d runs, want %d and %d: %v", got, len(r.executions), tt.starts, tt.runs, r.calls)
				}
				for _, in := range r.inputs {
					if in != r.inputs[0] {
						t.Error("sent again with another request")
					}
				}
			})
		})
	}
}

// The SDK must not retry the request, because there is no client token.
func TestStartIsSentWithoutRetries(t *testing.T) {
	r := &runner{}
	if _, err := Start(t.Context(), r, taskARN); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.retryers[0].(aws.NopRetryer); !ok {
		t.Errorf("retryer %T", r.retryers[0])
	}
	if slices.Contains(r.calls, "ListTaskExecutions") || slices.Contains(r.calls, "DescribeTask") {
		t.Errorf("a plain start reads: %v", r.calls)
	}
	if tags := r.executions[0].tags; len(tags[TagRun]) < 20 {
		t.Errorf("no made-up token in %v", tags)
	}
}

func TestStartFails(t *testing.T) {
	var (
		startErr *StartError
		lost     *LostStartError
		problem  *Problem
	)
	tests := []struct {
		name   string
		runner *runner
		opt    func(*StartOptions)
		as     any
		cause  error
		starts int
		hint   string
	}{
		{"bad option", &runner{}, func(o *StartOptions) { o.Options.LogLevel = "LOUD" }, &problem, nil, 0, "choose one of these"},
		{"refused", &runner{starts: []start{{false, refused}}}, nil, &startErr, refused, 1, "see the message"},
		{"access test", &runner{starts: []start{{false, newRole}}}, nil, &startErr, newRole, 1, "let the location's role list the bucket"},
		{"denied", &runner{starts: []start{{false, denied}}}, nil, &startErr, denied, 1, "allow the caller"},
		{"no such task", &runner{starts: []start{{false, notFound}}}, nil, &startErr, notFound, 1, "check that the client"},
		{"throttled for good", &runner{starts: []start{{false, throttled}}}, func(o *StartOptions) { o.Settle = 5 * time.Second }, &startErr, throttled, 6, "wait, and try again"},
		{"lost for good", &runner{starts: []start{{false, errConnection}}}, nil, &lost, errConnection, 3, "call Start again"},
		{"lost, and looking is denied", &runner{starts: []start{{true, errConnection}}, err: map[string]error{"ListTaskExecutions": denied}}, nil, &lost, denied, 1, "call Start again"},
		{"lost, and the tags are denied", &runner{starts: []start{{true, errConnection}}, err: map[string]error{"ListTagsForResource": denied}}, nil, &lost, denied, 1, "call Start again"},
		{"token, and looking is denied", &runner{err: map[string]error{"ListTaskExecutions": denied}}, func(o *StartOptions) { o.Token = "mine" }, &startErr, denied, 0, "allow the caller"},
		{"overrides, and the task is denied", &runner{err: map[string]error{"DescribeTask": denied}}, func(o *StartOptions) { o.Options.LogLevel = "OFF" }, &startErr, denied, 0, "allow the caller"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := tt.runner
				opts := []func(*StartOptions){}
				if tt.opt != nil {
					opts = append(opts, tt.opt)
				}
				e, err := Start(t.Context(), r, taskARN, opts...)
				if e != nil || !errors.As(err, tt.as) || tt.cause != nil && !errors.Is(err, tt.cause) {
					t.Fatalf("%v, %v", e, err)
				}
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("not one line: %q", err)
				}
				var h interface{ Hint() string }
				if !errors.As(err, &h) || !strings.HasPrefix(h.Hint(), tt.hint) {
					t.Errorf("hint of %v, want %q", err, tt.hint)
				}
				got := count(r.calls, "StartTaskExecution")
				if tt.name == "throttled for good" { // the pauses are random
					if got < 3 || got > 6 {
						t.Errorf("%d starts", got)
					}
				} else if got != tt.starts {
					t.Errorf("%d starts, want %d: %v", got, tt.starts, r.calls)
				}
			})
		})
	}
}

// After a lost response the error has the token, and another Start with the token finds the run.
func TestStartAgainAfterLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &runner{starts: []start{{true, errConnection}}, lag: 1000}
		_, err := Start(t.Context(), r, taskARN)
		var lost *LostStartError
		if !errors.As(err, &lost) {
			t.Fatal(err)
		}
		r.lag, r.starts = 0, nil
		runs := len(r.executions)
		e, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.Token = lost.Token })
		if err != nil || !strings.HasPrefix(e.ARN(), taskARN) || len(r.executions) != runs {
			t.Errorf("%v, %v, %d runs", e, err, len(r.executions))
		}
	})
}

// cancelling cancels the context when the run is requested.
type cancelling struct {
	*runner
	cancel context.CancelFunc
}

func (c cancelling) StartTaskExecution(ctx context.Context, in *datasync.StartTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error) {
	if _, err := c.runner.StartTaskExecution(ctx, in, optFns...); err != nil {
		return nil, err
	}
	c.cancel()
	return nil, ctx.Err()
}

func TestStartCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var lost *LostStartError
		if _, err := Start(ctx, cancelling{&runner{}, cancel}, taskARN); !errors.As(err, &lost) || !errors.Is(err, context.Canceled) {
			t.Errorf("while starting: %v", err)
		}
		r := &runner{}
		if _, err := Start(ctx, r, taskARN); !errors.Is(err, context.Canceled) || len(r.calls) > 0 {
			t.Errorf("before: %v, %v", err, r.calls)
		}
	})
}

// Overrides are checked together with the settings of the task.
func TestStartOverrides(t *testing.T) {
	task := func(mode dstypes.TaskMode, o dstypes.Options) *datasync.DescribeTaskOutput {
		return &datasync.DescribeTaskOutput{TaskMode: mode, Options: &o}
	}
	tests := []struct {
		name     string
		task     *datasync.DescribeTaskOutput
		override Options
		wantID   string // of the rule; "" if it may start
	}{
		{"removes", task("ENHANCED", dstypes.Options{}), Options{PreserveDeletedFiles: "REMOVE"}, "allow-delete"},
		{"removes, as the task does", task("ENHANCED", dstypes.Options{PreserveDeletedFiles: "REMOVE"}), Options{LogLevel: "BASIC"}, ""},
		{"one time of two", task("ENHANCED", dstypes.Options{Atime: "NONE", Mtime: "NONE"}), Options{Atime: "BEST_EFFORT"}, "times"},
		{"fits", task("ENHANCED", dstypes.Options{VerifyMode: "ONLY_FILES_TRANSFERRED"}), Options{VerifyMode: "NONE"}, ""},
		{"verifies all in a basic task", task("BASIC", dstypes.Options{}), Options{VerifyMode: "POINT_IN_TIME_CONSISTENT"}, ""},
		{"verifies all in an enhanced task", task("ENHANCED", dstypes.Options{}), Options{VerifyMode: "POINT_IN_TIME_CONSISTENT"}, "verify-enhanced"},
		{"transfers all in a task that removes", task("ENHANCED", dstypes.Options{PreserveDeletedFiles: "REMOVE"}), Options{TransferMode: "ALL"}, "all-remove"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{task: tt.task}
			_, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.Options = tt.override })
			var p *Problem
			if tt.wantID == "" && err != nil || tt.wantID != "" && (!errors.As(err, &p) || p.ID != tt.wantID || len(r.inputs) > 0) {
				t.Errorf("%v, %d sent", err, len(r.inputs))
			}
		})
	}
}

func TestStartWithoutARN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := noARN{&runner{starts: []start{{begins: true}}}}
		e, err := Start(t.Context(), r, taskARN)
		if err != nil || e.ARN() != r.executions[0].arn || len(r.executions) != 1 {
			t.Errorf("%v, %v", e, err)
		}
	})
}

// noARN returns a response without the execution's ARN.
type noARN struct{ *runner }

func (n noARN) StartTaskExecution(ctx context.Context, in *datasync.StartTaskExecutionInput, optFns ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error) {
	_, err := n.runner.StartTaskExecution(ctx, in, optFns...)
	return &datasync.StartTaskExecutionOutput{}, err
}

// A run deletes what the task would not delete only with AllowDelete.
func TestStartDeletes(t *testing.T) {
	plain := &datasync.DescribeTaskOutput{TaskMode: "ENHANCED"}
	listed := &datasync.DescribeTaskOutput{TaskMode: "ENHANCED", Options: &dstypes.Options{PreserveDeletedFiles: "REMOVE"}, ManifestConfig: manifest().sdk("aws")}
	filtered := &datasync.DescribeTaskOutput{TaskMode: "ENHANCED", Options: &dstypes.Options{PreserveDeletedFiles: "REMOVE"}, Includes: rule("/a|/b"), Excludes: rule("*.tmp")}
	removes := func(o *StartOptions) { o.Options.PreserveDeletedFiles = "REMOVE" }
	unlisted := func(o *StartOptions) { o.Manifest = &Manifest{} }
	for _, tt := range []struct {
		name  string
		task  *datasync.DescribeTaskOutput
		opt   func(*StartOptions)
		needs bool
	}{
		{"by its options", plain, removes, true},
		{"as its manifest is taken away", listed, unlisted, true},
		{"not: it has another manifest", listed, func(o *StartOptions) { o.Manifest = manifest() }, false},
		{"not: it keeps its manifest", listed, func(o *StartOptions) { o.Options.LogLevel = "BASIC" }, false},
		{"not: the task says so itself", filtered, removes, false},
		{"not: its filters are the same", filtered, func(o *StartOptions) { o.Includes, o.Excludes = []string{"/b", "/a"}, []string{"*.tmp"} }, false},
		{"not: it preserves", filtered, func(o *StartOptions) { o.Options.PreserveDeletedFiles, o.Excludes = "PRESERVE", []string{} }, false},
		{"not: it has a manifest instead of its filters", filtered, func(o *StartOptions) { o.Manifest, o.Includes, o.Excludes = manifest(), []string{}, []string{} }, false},
		{"as its excludes are cleared", filtered, func(o *StartOptions) { o.Excludes = []string{} }, true},
		{"as its includes are cleared", filtered, func(o *StartOptions) { o.Includes = []string{} }, true},
		{"as its includes are others", filtered, func(o *StartOptions) { o.Includes = []string{"/a", "/c"} }, true},
	} {
		for _, allowed := range []bool{false, true} {
			r := &runner{task: tt.task}
			_, err := Start(t.Context(), r, taskARN, tt.opt, func(o *StartOptions) { o.AllowDelete = allowed })
			var p *Problem
			if refuses := errors.As(err, &p) && p.ID == "allow-delete"; refuses != (tt.needs && !allowed) || len(r.inputs) == 1 == refuses {
				t.Errorf("%s, AllowDelete %v: %v, %d sent", tt.name, allowed, err, len(r.inputs))
			}
		}
	}
}

// A token finds its run even if the options no longer fit the task, which was changed since, or if the task can no longer be read.
func TestStartTokenAfterTheTaskHasChanged(t *testing.T) {
	opt := func(o *StartOptions) { o.Token, o.Options.VerifyMode = "mine", "POINT_IN_TIME_CONSISTENT" }
	for name, r := range map[string]*runner{
		"another task mode": {task: &datasync.DescribeTaskOutput{TaskMode: "ENHANCED"}},
		"denied":            {err: map[string]error{"DescribeTask": denied}},
	} {
		r.executions = []execution{old("mine", 1, "SUCCESS")}
		if e, err := Start(t.Context(), r, taskARN, opt); err != nil || e.ARN() != r.executions[0].arn || len(r.inputs) > 0 {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		r.executions = nil
		if e, err := Start(t.Context(), r, taskARN, opt); err == nil || len(r.inputs) > 0 {
			t.Errorf("%s, without the run: %v, %v", name, e, err)
		}
	}
}

// After a lost response, a refusal does not mean that there is no run.
func TestStartRefusedAfterLoss(t *testing.T) {
	busy := &dstypes.InvalidRequestException{Message: new("Task has an execution in progress, and queueing is disabled.")}
	for _, tt := range []struct {
		name   string
		starts []start
		lag    int // looks that do not see the run
		found  bool
	}{
		{"refused, and the run shows", []start{{true, errConnection}, {false, busy}}, 10, true},
		{"refused, and the run does not show", []start{{true, errConnection}, {false, busy}}, 1000, false},
		{"throttled", []start{{false, errConnection}, {false, throttled}}, 1000, false},
		{"throttled, then taken", []start{{false, errConnection}, {false, throttled}, {false, throttled}, {true, nil}}, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &runner{starts: tt.starts, lag: tt.lag}
				e, err := Start(t.Context(), r, taskARN)
				var lost *LostStartError
				if tt.found && (err != nil || len(r.executions) != 1 || e.ARN() != r.executions[0].arn) || !tt.found && !errors.As(err, &lost) {
					t.Errorf("%v, %v, %d runs", e, err, len(r.executions))
				}
			})
		})
	}
}

// Overrides are checked with what the ARN says about the task.
func TestStartOverridesElsewhere(t *testing.T) {
	foreign := *manifest()
	foreign.RoleARN = "arn:aws-cn:iam::999988887777:role/x"
	report := *fullReport()
	report.RoleARN = "arn:aws:iam::999988887777:role/x"
	for name, opt := range map[string]func(*StartOptions){
		"data-role":   func(o *StartOptions) { o.Manifest = &foreign },
		"data-role/2": func(o *StartOptions) { o.Report = &report },
		"verify-archive": func(o *StartOptions) {
			o.Options.VerifyMode, o.DestinationStorageClass = "POINT_IN_TIME_CONSISTENT", "GLACIER"
		},
	} {
		r := &runner{task: &datasync.DescribeTaskOutput{TaskMode: "BASIC"}}
		_, err := Start(t.Context(), r, taskARN, opt)
		var p *Problem
		if id, _, _ := strings.Cut(name, "/"); !errors.As(err, &p) || p.ID != id || len(r.inputs) > 0 {
			t.Errorf("%s: %v, %d sent", name, err, len(r.inputs))
		}
	}
}
