package task

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// at describes a run with the status, which has written some of its bytes and transferred some of its files.
func at(status dstypes.TaskExecutionStatus, written, bytes, done, files int64) look {
	return look{status: status, change: func(out *datasync.DescribeTaskExecutionOutput) {
		out.BytesWritten, out.EstimatedBytesToTransfer, out.FilesTransferred, out.EstimatedFilesToTransfer = written, bytes, done, files
	}}
}

// basic changes the description to that of a BASIC run.
func (l look) basic() look {
	change := l.change
	l.change = func(out *datasync.DescribeTaskExecutionOutput) {
		if change != nil {
			change(out)
		}
		out.TaskMode = "BASIC"
	}
	return l
}

func (l look) with(more func(*datasync.DescribeTaskExecutionOutput)) look {
	change := l.change
	l.change = func(out *datasync.DescribeTaskExecutionOutput) {
		if change != nil {
			change(out)
		}
		more(out)
	}
	return l
}

func result(code, detail string) func(*datasync.DescribeTaskExecutionOutput) {
	return func(out *datasync.DescribeTaskExecutionOutput) {
		out.Result = &dstypes.TaskExecutionResultDetail{ErrorCode: &code, ErrorDetail: &detail}
	}
}

// seen is the part of a Progress that tests compare.
type seen struct {
	Status     dstypes.TaskExecutionStatus
	Percent    float64
	Estimating bool
	Verdict    Verdict // Unknown: not the last one
}

func TestWatch(t *testing.T) {
	success, failed := dstypes.TaskExecutionStatus("SUCCESS"), dstypes.TaskExecutionStatus("ERROR")
	tests := []struct {
		name  string
		looks []look
		want  []seen
	}{
		{"enhanced", []look{at("QUEUED", 0, 0, 0, 0), at("LAUNCHING", 0, 0, 0, 0), at("TRANSFERRING", 10, 100, 1, 4), at("TRANSFERRING", 50, 200, 2, 8), at("TRANSFERRING", 200, 200, 8, 8), at("VERIFYING", 200, 200, 8, 8), at(success, 200, 200, 8, 8)},
			[]seen{{"QUEUED", -1, true, 0}, {"LAUNCHING", -1, true, 0}, {"TRANSFERRING", 10, true, 0}, {"TRANSFERRING", 25, true, 0}, {"TRANSFERRING", 99, false, 0}, {"VERIFYING", 99, false, 0}, {success, 100, false, Complete}}},
		{"enhanced, percent falls while it lists", []look{at("TRANSFERRING", 50, 100, 1, 2), at("TRANSFERRING", 60, 600, 2, 9), at(success, 600, 600, 9, 9)},
			[]seen{{"TRANSFERRING", 50, true, 0}, {"TRANSFERRING", 10, true, 0}, {success, 100, false, Complete}}},
		{"basic", []look{at("LAUNCHING", 0, 0, 0, 0).basic(), at("PREPARING", 0, 100, 0, 4).basic(), at("TRANSFERRING", 25, 100, 1, 4).basic(), at("VERIFYING", 100, 100, 4, 4).basic(), at(success, 100, 100, 4, 4).basic()},
			[]seen{{"LAUNCHING", -1, true, 0}, {"PREPARING", -1, true, 0}, {"TRANSFERRING", 25, false, 0}, {"VERIFYING", 99, false, 0}, {success, 100, false, Complete}}},
		{"only empty objects", []look{at("TRANSFERRING", 0, 0, 1, 4).basic(), at(success, 0, 0, 4, 4).basic()},
			[]seen{{"TRANSFERRING", 25, false, 0}, {success, 100, false, Complete}}},
		{"enhanced, all phases at once", []look{at("PREPARING", 0, 0, 0, 0), at("PREPARING", 50, 100, 1, 2), at("VERIFYING", 100, 200, 2, 4), at("VERIFYING", 150, 200, 3, 4), at(success, 200, 200, 4, 4)},
			[]seen{{"PREPARING", -1, true, 0}, {"PREPARING", 50, true, 0}, {"VERIFYING", 50, true, 0}, {"VERIFYING", 75, false, 0}, {success, 100, false, Complete}}},
		{"counters below zero", []look{at("TRANSFERRING", -500, 1000, 0, 0).basic(), at("TRANSFERRING", 0, 0, -1, 4).basic(), at(success, 1, 1, 1, 1)},
			[]seen{{"TRANSFERRING", 0, false, 0}, {"TRANSFERRING", 0, false, 0}, {success, 100, false, Complete}}},
		{"nothing to do", []look{at("TRANSFERRING", 0, 0, 0, 0).basic(), at(success, 0, 0, 0, 0).basic()},
			[]seen{{"TRANSFERRING", -1, false, 0}, {success, 100, false, Complete}}},
		{"more than estimated", []look{at("TRANSFERRING", 300, 100, 9, 4).basic(), at(success, 300, 100, 9, 4).basic()},
			[]seen{{"TRANSFERRING", 99, false, 0}, {success, 100, false, Complete}}},
		{"statuses that are not in the enum", []look{at("LAUNCHED", 0, 0, 0, 0), at("REHEARSING", 0, 0, 0, 0), at(success, 1, 1, 1, 1)},
			[]seen{{"LAUNCHED", -1, true, 0}, {"REHEARSING", -1, false, 0}, {success, 100, false, Complete}}},
		{"ends at once", []look{at(success, 1, 1, 1, 1)}, []seen{{success, 100, false, Complete}}},
		{"fails before it begins", []look{at("LAUNCHING", 0, 0, 0, 0), at(failed, 0, 0, 0, 0).with(result("FsS3HeadBucketFailed", "no"))},
			[]seen{{"LAUNCHING", -1, true, 0}, {failed, -1, false, Failed}}},
		{"fails on the way", []look{at("TRANSFERRING", 50, 100, 1, 2).basic(), at(failed, 50, 100, 1, 2).basic()},
			[]seen{{"TRANSFERRING", 50, false, 0}, {failed, 50, false, Failed}}},
		{"cancelled by somebody else", []look{at("TRANSFERRING", 50, 100, 1, 2).basic(), at("CANCELLING", 50, 100, 1, 2).basic(), at(failed, 50, 100, 1, 2).basic()},
			[]seen{{"TRANSFERRING", 50, false, 0}, {"CANCELLING", 50, false, 0}, {failed, 50, false, Cancelled}}},
		{"cancelled, seen at the end", []look{at(failed, 0, 0, 0, 0).with(result("Cancelled", ""))}, []seen{{failed, -1, false, Cancelled}}},
		{"cancelling came too late", []look{at("CANCELLING", 100, 100, 2, 2), at(success, 100, 100, 2, 2)}, []seen{{"CANCELLING", 99, false, 0}, {success, 100, false, Complete}}},
		{"throttled again and again", []look{{err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, {err: throttled}, at(success, 1, 1, 1, 1)},
			[]seen{{success, 100, false, Complete}}},
		{"answers lost", []look{at("LAUNCHING", 0, 0, 0, 0), {err: errConnection}, {err: internal}, at(success, 1, 1, 1, 1)},
			[]seen{{"LAUNCHING", -1, true, 0}, {success, 100, false, Complete}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []seen
				for p, err := range Attach(&runner{looks: tt.looks}, executionARN).Watch(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					if p.ExecutionARN != executionARN {
						t.Errorf("ARN %s", p.ExecutionARN)
					}
					s := seen{p.Status, p.Percent, p.Estimating, Unknown}
					if p.Outcome != nil {
						s.Verdict = p.Outcome.Verdict
					}
					got = append(got, s)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// A run goes on while this machine has no network: a call that never left the machine counts as lost, like one whose response got lost.
func TestWatchThroughALostNetwork(t *testing.T) {
	name := &smithy.OperationError{Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "datasync.us-east-2.amazonaws.com", IsNotFound: true}}}
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name  string
		looks []look
		want  Verdict // Unknown: an error
	}{
		{"a name that is not resolved, then a refused connection", []look{at("TRANSFERRING", 0, 1, 0, 1), {err: name}, {err: dial}, at("SUCCESS", 1, 1, 1, 1)}, Complete},
		{"for good", []look{at("TRANSFERRING", 0, 1, 0, 1), {err: dial}}, Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, err := Attach(&runner{looks: tt.looks}, executionARN).Wait(t.Context())
				if tt.want == Unknown {
					if out != nil || !errors.Is(err, dial) {
						t.Errorf("%+v, %v", out, err)
					}
				} else if err != nil || out.Verdict != tt.want {
					t.Errorf("%+v, %v", out, err)
				}
			})
		})
	}
}

func TestWatchErrors(t *testing.T) {
	notThere := &dstypes.InvalidRequestException{Message: new("Task execution exec-0 is not found.")}
	var p *Problem
	tests := []struct {
		name    string
		arn     string
		looks   []look
		is      error
		as      any
		asked   int
		seconds int // longer than this took it, if not 0
	}{
		{"refused", executionARN, []look{{err: denied}}, denied, nil, 1, 0},
		{"no such execution", executionARN, []look{{err: notThere}}, notThere, nil, 1, 0},
		{"answers lost for good", executionARN, []look{{err: errConnection}}, errConnection, nil, maxLost + 1, 60},
		{"not an execution", taskARN, []look{{err: denied}}, nil, &p, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, begun := &runner{looks: tt.looks}, time.Now()
				out, err := Attach(r, tt.arn).Wait(t.Context())
				if out != nil || tt.is != nil && !errors.Is(err, tt.is) || tt.as != nil && !errors.As(err, tt.as) {
					t.Errorf("%v, %v", out, err)
				}
				if len(r.calls) != tt.asked {
					t.Errorf("asked %d times, want %d", len(r.calls), tt.asked)
				}
				if got := time.Since(begun); got < time.Duration(tt.seconds)*time.Second {
					t.Errorf("gave up after %v", got)
				}
			})
		})
	}
}

func TestWatchDelays(t *testing.T) {
	tests := []struct {
		name      string
		opt       func(*WatchOptions)
		low, high time.Duration // of the first delay, without jitter
		limit     time.Duration
	}{
		{"default", func(*WatchOptions) {}, 5 * time.Second, 5 * time.Second, 30 * time.Second},
		{"given", func(o *WatchOptions) { o.MinDelay, o.MaxDelay = time.Second, 4*time.Second }, time.Second, time.Second, 4 * time.Second},
		{"longer than the longest", func(o *WatchOptions) { o.MinDelay = time.Minute }, 30 * time.Second, 30 * time.Second, 30 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var looks []look
				for range 20 {
					looks = append(looks, at("TRANSFERRING", 0, 1, 0, 1))
				}
				r := &runner{looks: append(looks, at("SUCCESS", 1, 1, 1, 1))}
				if _, err := Attach(r, executionARN).Wait(t.Context(), tt.opt); err != nil {
					t.Fatal(err)
				}
				want := tt.low
				for i := 1; i < len(r.times); i++ {
					got := r.times[i].Sub(r.times[i-1])
					if got < want*8/10 || got > want*12/10 {
						t.Errorf("pause %d is %v, want about %v", i, got, want)
					}
					want = min(want+want/2, tt.limit)
				}
			})
		})
	}
}

// Leaving the loop stops watching but not the transfer, and watching can be resumed.
func TestWatchBreak(t *testing.T) {
	r := &runner{looks: []look{at("LAUNCHING", 0, 0, 0, 0), at("SUCCESS", 1, 1, 1, 1)}}
	e := Attach(r, executionARN)
	for range e.Watch(t.Context()) {
		break
	}
	if len(r.calls) != 1 {
		t.Errorf("calls %v", r.calls)
	}
	if out, err := e.Wait(t.Context()); err != nil || out.Verdict != Complete {
		t.Errorf("%v, %v", out, err)
	}
}

func TestWatchContext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		looks []look
	}{{"between two looks", []look{at("TRANSFERRING", 0, 1, 0, 1)}}, {"while throttled", []look{{err: throttled}}}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				defer cancel()
				begun := time.Now()
				r := &runner{looks: tt.looks}
				out, err := Attach(r, executionARN).Wait(ctx)
				if out != nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), executionARN) {
					t.Errorf("%v, %v", out, err)
				}
				if got := time.Since(begun); got != 90*time.Second {
					t.Errorf("took %v", got)
				}
				if count(r.calls, "CancelTaskExecution") > 0 {
					t.Error("the transfer was cancelled")
				}
			})
		})
	}
}

func TestCancel(t *testing.T) {
	not := &dstypes.InvalidRequestException{Message: new("Invalid request.")}
	tests := []struct {
		name    string
		runner  *runner
		wantErr error
		verdict Verdict // after waiting
	}{
		{"running", &runner{looks: []look{at("TRANSFERRING", 0, 1, 0, 1), at("ERROR", 0, 1, 0, 1)}}, nil, Cancelled},
		{"ended well", &runner{cancelErr: not, looks: []look{at("SUCCESS", 1, 1, 1, 1)}}, nil, Complete},
		{"ended badly before", &runner{cancelErr: not, looks: []look{at("ERROR", 1, 1, 1, 1)}}, nil, Failed},
		{"being cancelled", &runner{cancelErr: not, looks: []look{at("CANCELLING", 1, 1, 1, 1), at("CANCELLING", 1, 1, 1, 1), at("ERROR", 1, 1, 1, 1)}}, nil, Cancelled},
		{"being cancelled, and nobody sees it again", &runner{cancelErr: not, looks: []look{at("CANCELLING", 1, 1, 1, 1), at("ERROR", 1, 1, 1, 1)}}, nil, Cancelled},
		{"refused", &runner{cancelErr: denied, looks: []look{at("ERROR", 0, 1, 0, 1)}}, denied, Failed},
		{"running, and the answer gets lost", &runner{cancelErr: errConnection, looks: []look{at("TRANSFERRING", 0, 1, 0, 1), at("ERROR", 0, 1, 0, 1)}}, errConnection, Cancelled},
		{"running, and the answer is a server's error", &runner{cancelErr: internal, looks: []look{at("ERROR", 0, 1, 0, 1)}}, internal, Cancelled},
		{"the answer gets lost, and it ends well", &runner{cancelErr: errConnection, looks: []look{at("SUCCESS", 0, 0, 0, 0)}}, errConnection, Complete},
		{"running, yet not to be cancelled", &runner{cancelErr: not, looks: []look{at("TRANSFERRING", 0, 1, 0, 1), at("ERROR", 0, 1, 0, 1)}}, not, Failed},
		{"no such execution", &runner{cancelErr: notFound, looks: []look{at("ERROR", 0, 1, 0, 1)}}, notFound, Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := Attach(tt.runner, executionARN)
				if err := e.Cancel(t.Context()); !errors.Is(err, tt.wantErr) {
					t.Errorf("Cancel: %v", err)
				}
				out, err := e.Wait(t.Context())
				if out == nil || out.Verdict != tt.verdict {
					t.Errorf("%+v, %v", out, err)
				}
			})
		})
	}
	if err := Attach(&runner{}, taskARN).Cancel(t.Context()); err == nil {
		t.Error("a task's ARN is taken for an execution's")
	}
}

// An end that was seen is reported, even if ctx ends at the same moment.
func TestWatchEndsWithContext(t *testing.T) {
	for status, told := range map[dstypes.TaskExecutionStatus]bool{"SUCCESS": true, "ERROR": true, "VERIFYING": false} {
		ctx, cancel := context.WithCancel(t.Context())
		r := &runner{looks: []look{{status: status, change: func(*datasync.DescribeTaskExecutionOutput) { cancel() }}}}
		out, err := Attach(r, executionARN).Wait(ctx, func(o *WatchOptions) { o.CancelOnDone = true })
		if (out != nil) != told || errors.Is(err, context.Canceled) == told || count(r.calls, "CancelTaskExecution") == 1 == told {
			t.Errorf("%s: %v, %v, calls %v", status, out, err, r.calls)
		}
	}
}

// A remaining time that does not fit a Duration is unknown.
func TestRemainingTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks []look
		for i := range 20 {
			looks = append(looks, at("TRANSFERRING", int64(i+1), 1<<60, 0, 0).basic())
		}
		for p, err := range Attach(&runner{looks: append(looks, at("SUCCESS", 1, 1, 1, 1))}, executionARN).Watch(t.Context()) {
			if err != nil || p.Remaining != 0 {
				t.Errorf("%v, %v", p.Remaining, err)
			}
		}
	})
}

// An ENHANCED run may write in every status, and its rate is measured in every status.
func TestEnhancedRateInEveryPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		measured := map[dstypes.TaskExecutionStatus]bool{}
		looks := []look{at("PREPARING", 0, 9000, 0, 9), at("PREPARING", 1000, 9000, 1, 9), at("TRANSFERRING", 2000, 9000, 2, 9), at("VERIFYING", 3000, 9000, 3, 9), at("SUCCESS", 9000, 9000, 9, 9)}
		for p, err := range Attach(&runner{looks: looks}, executionARN).Watch(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			measured[p.Status] = p.BytesPerSecond > 0
		}
		if diff := cmp.Diff(map[dstypes.TaskExecutionStatus]bool{"PREPARING": true, "TRANSFERRING": true, "VERIFYING": true, "SUCCESS": false}, measured); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
