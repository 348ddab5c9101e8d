package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// doubled is a transfer that is set up, of which somebody makes locations and tasks again.
type doubled struct {
	t                         *testing.T
	cloud                     *xaccttest.Cloud
	tr                        xacct.Transfer
	before                    string // everything before the transfer was set up
	source, destination, task string // ARNs of what was made first
	theirs                    string // ARN of somebody else's task
}

func newDoubled(t *testing.T) *doubled {
	cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize, o.Phases.Creating = 100, 0 })
	d := &doubled{t: t, cloud: cloud, tr: kittest.Push(cloud), before: kittest.Dump(cloud)}
	for _, c := range kittest.SetUp(t, cloud, d.tr).Changes {
		switch {
		case c.Kind == xacct.DataSyncTask:
			d.task = c.ARN
		case c.Kind == xacct.DataSyncLocation && c.Region == d.tr.Source.Region:
			d.source = c.ARN
		case c.Kind == xacct.DataSyncLocation:
			d.destination = c.ARN
		}
	}
	time.Sleep(time.Second) // what is made from now on is younger
	return d
}

func (d *doubled) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *doubled) api(arn string) xacct.DataSyncAPI {
	api, err := d.cloud.Clients().DataSync(arn)
	d.must(err)
	return api
}

func (d *doubled) tags(arn string) []dstypes.TagListEntry {
	out, err := d.api(arn).ListTagsForResource(d.t.Context(), &datasync.ListTagsForResourceInput{ResourceArn: &arn})
	d.must(err)
	return out.Tags
}

// locationAgain makes a location again.
func (d *doubled) locationAgain(arn string) string {
	have, err := d.api(arn).DescribeLocationS3(d.t.Context(), &datasync.DescribeLocationS3Input{LocationArn: &arn})
	d.must(err)
	bucket, prefix, _ := location.ParseURI(*have.LocationUri)
	out, err := d.api(arn).CreateLocationS3(d.t.Context(), &datasync.CreateLocationS3Input{S3BucketArn: new("arn:aws:s3:::" + bucket), Subdirectory: &prefix,
		S3Config: have.S3Config, Tags: d.tags(arn)})
	d.must(err)
	return *out.LocationArn
}

// taskAgain makes the task again, between two locations. With a name of its own it is somebody else's.
func (d *doubled) taskAgain(source, destination, name string) string {
	have, err := d.api(d.task).DescribeTask(d.t.Context(), &datasync.DescribeTaskInput{TaskArn: &d.task})
	d.must(err)
	in := &datasync.CreateTaskInput{Name: have.Name, TaskMode: have.TaskMode, Options: have.Options, SourceLocationArn: &source, DestinationLocationArn: &destination}
	if in.Tags = d.tags(d.task); name != "" {
		in.Name, in.Tags = &name, nil
	}
	out, err := d.api(d.task).CreateTask(d.t.Context(), in)
	d.must(err)
	if name != "" {
		d.theirs = *out.TaskArn
	}
	return *out.TaskArn
}

func (d *doubled) deleteTask(arn string) {
	_, err := d.api(arn).DeleteTask(d.t.Context(), &datasync.DeleteTaskInput{TaskArn: &arn})
	d.must(err)
}

// run starts the task. It waits for the end if wait is set.
func (d *doubled) run(arn string, wait bool) {
	run, err := task.Start(d.t.Context(), d.api(arn), arn)
	d.must(err)
	if wait {
		_, err = run.Wait(d.t.Context())
		d.must(err)
	}
}

// deletions are the ARNs that the plan would delete, sorted.
func deletions(p *xacct.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		if c.Op == xacct.Delete && c.Hold == "" {
			out = append(out, c.ARN)
		}
	}
	slices.Sort(out)
	return out
}

// TestTwinsHeal makes locations and the task twice. One plan deletes what nothing uses, and says why the rest stays; a tear-down leaves nothing.
func TestTwinsHeal(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct {
		name string
		make func(d *doubled) (deleted []string)
		stay []string // parts of warnings
	}{
		{"locations", func(d *doubled) []string { return []string{d.locationAgain(d.source), d.locationAgain(d.destination)} }, nil},
		{"three of one", func(d *doubled) []string { return []string{d.locationAgain(d.source), d.locationAgain(d.source)} }, nil},
		{"the task", func(d *doubled) []string { return []string{d.taskAgain(d.source, d.destination, "")} }, nil},
		{"everything, each task with its own locations", func(d *doubled) []string {
			s, l := d.locationAgain(d.source), d.locationAgain(d.destination)
			return []string{s, l, d.taskAgain(s, l, "")}
		}, nil},
		{"everything, each task with one of both", func(d *doubled) []string {
			s, l := d.locationAgain(d.source), d.locationAgain(d.destination)
			second := d.taskAgain(s, d.destination, "")
			return []string{s, l, second}
		}, nil},
		{"the one task uses the younger locations", func(d *doubled) []string {
			s, l := d.locationAgain(d.source), d.locationAgain(d.destination)
			d.taskAgain(s, l, "")
			d.deleteTask(d.task)
			return []string{d.source, d.destination}
		}, nil},
		{"only the younger task has run", func(d *doubled) []string {
			s := d.locationAgain(d.source)
			d.run(d.taskAgain(s, d.destination, ""), true)
			return []string{d.source, d.task}
		}, nil},
		{"both tasks have run", func(d *doubled) []string {
			s := d.locationAgain(d.source)
			d.run(d.task, true)
			d.run(d.taskAgain(s, d.destination, ""), true)
			return nil
		}, []string{"has run or has a schedule", " stays, because of arn:aws:datasync:us-east-2:"}},
		{"somebody else's task uses the younger location", func(d *doubled) []string {
			s, l := d.locationAgain(d.source), d.locationAgain(d.destination)
			d.taskAgain(d.source, l, "theirs")
			return []string{s}
		}, []string{" stays, because of arn:aws:datasync:us-east-2:"}},
	} {
		if i%testlimit.UnderRace != 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoubled(t)
				want := tt.make(d)
				slices.Sort(want)
				p := kittest.MustPlan(t, t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr})
				if diff := cmp.Diff(want, deletions(p)); diff != "" {
					t.Errorf("deletions (-want +got):\n%s\n%s", diff, p)
				}
				for _, part := range tt.stay {
					if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
						return f.Severity == xacct.Warning && f.Code == xacct.CodeAmbiguous && strings.Contains(f.Detail, part)
					}) {
						t.Errorf("nothing says %q: %v", part, p.Findings)
					}
				}
				if r := kittest.MustApply(t, t.Context(), d.cloud.Clients(), reload(t, p)); len(r.Warnings) > 0 {
					t.Errorf("warnings %v of an apply that makes nothing", r.Warnings)
				}
				if d.theirs != "" { // it would hold up the tear-down of the location that it uses
					d.deleteTask(d.theirs)
				}
				kittest.TearDown(t, d.cloud, d.tr)
				if diff := cmp.Diff(d.before, kittest.Dump(d.cloud)); diff != "" {
					t.Errorf("destroyed, and not as before (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestTearDownTakesAllTwins destroys what was made twice, with two processes at once, and while a twin runs.
func TestTearDownTakesAllTwins(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range []struct {
		name      string
		processes int
		runs      bool
	}{{"one process", 1, false}, {"two processes", 2, false}, {"a twin runs", 1, true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoubled(t)
				second := d.taskAgain(d.locationAgain(d.source), d.locationAgain(d.destination), "")
				if d.run(d.task, true); tt.runs {
					d.run(second, false)
				}
				destroy := func(cancel bool) (*xacct.Plan, error) {
					return xacct.NewDestroyPlan(t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr}, func(o *xacct.PlanOptions) { o.CancelRuns = cancel })
				}
				if p, err := destroy(false); err != nil || kittest.HasFinding(p, xacct.CodeRunning, xacct.Blocking) != tt.runs {
					t.Errorf("%v, and whether a run blocks is not %v", err, tt.runs)
				}
				var plans []*xacct.Plan
				for range tt.processes {
					p, err := destroy(true)
					d.must(err)
					plans = append(plans, p)
				}
				errs := make(chan error)
				for _, p := range plans {
					go func() {
						_, err := p.Apply(t.Context(), d.cloud.Clients())
						errs <- err
					}()
				}
				for range plans {
					if err := <-errs; err != nil {
						t.Error(err)
					}
				}
				if diff := cmp.Diff(d.before, kittest.Dump(d.cloud)); diff != "" {
					t.Errorf("destroyed, and not as before (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestTwinsThatAreNotKnownToBeUnused stay, and a finding says why: what could not be listed may hold a task that uses them.
func TestTwinsThatAreNotKnownToBeUnused(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, region := range []string{"eu-west-1", "us-east-2"} {
		synctest.Test(t, func(t *testing.T) {
			d := newDoubled(t)
			twin := d.locationAgain(d.source)
			d.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
				if in, ok := call.Input.(*datasync.ListTasksInput); ok && len(in.Filters) > 0 && call.Region == region {
					return kittest.AccessDenied(call)
				}
				return next()
			})
			p := kittest.MustPlan(t, t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr})
			if got := deletions(p); len(got) > 0 || !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
				return f.Severity == xacct.Warning && f.Code == xacct.CodeUnread && f.Subject == twin && strings.Contains(f.Remedy, "datasync:ListTasks")
			}) {
				t.Errorf("%s cannot be listed: deletes %v, finds %v", region, got, p.Findings)
			}
			d.tr.Source.Prefix = "2025" // after which the twin would differ
			var ambiguous *xacct.AmbiguousError
			if _, err := kittest.MustPlan(t, t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr}).Apply(t.Context(), d.cloud.Clients()); !errors.As(err, &ambiguous) || !slices.Contains(ambiguous.ARNs, twin) {
				t.Errorf("a change of the other one: %v", err)
			}
			d.cloud.Intercept(nil)
			kittest.SetUp(t, d.cloud, d.tr)
			kittest.TearDown(t, d.cloud, d.tr)
			if diff := cmp.Diff(d.before, kittest.Dump(d.cloud)); diff != "" {
				t.Errorf("destroyed, and not as before (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTwinThatIsUsedByNow lets somebody use a twin after the plan was made that deletes it, before the apply and right before the deletion.
func TestTwinThatIsUsedByNow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		use  func(d *doubled, twin string)
		task bool
	}{
		{"the location", func(d *doubled, twin string) { d.taskAgain(twin, d.destination, "theirs") }, false},
		{"the task", func(d *doubled, twin string) { d.run(twin, false) }, true},
	} {
		for _, when := range []string{"before", "late"} {
			t.Run(fmt.Sprint(tt.name, ", ", when), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newDoubled(t)
					twin := ""
					if d.run(d.task, true); tt.task {
						twin = d.taskAgain(d.source, d.destination, "")
					} else {
						twin = d.locationAgain(d.source)
					}
					p := kittest.MustPlan(t, t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr})
					if diff := cmp.Diff([]string{twin}, deletions(p)); diff != "" {
						t.Fatalf("deletions (-want +got):\n%s", diff)
					}
					used := false
					use := func() { tt.use(d, twin); used = true }
					if when == "before" {
						use()
					}
					_, err := p.Apply(t.Context(), d.cloud.Clients(), func(o *xacct.ApplyOptions) {
						o.OnEvent = func(e xacct.Event) {
							if e.State == xacct.EventStarted && !used {
								use()
							}
						}
					})
					var stale *xacct.StaleError
					if !errors.As(err, &stale) || !used || !strings.Contains(kittest.Dump(d.cloud), twin) {
						t.Errorf("used: %v, applied: %v", used, err)
					}
				})
			})
		}
	}
}

// TestLastLookThatFails does not fail an apply that made everything: it is not known whether anything was made twice, and the Result says so.
func TestLastLookThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		var made atomic.Bool
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if made.Load() && strings.HasPrefix(call.Operation, "List") {
				return kittest.AccessDenied(call)
			}
			err := next()
			if call.Operation == "CreateTask" {
				made.Store(true)
			}
			return err
		})
		r, err := p.Apply(t.Context(), cloud.Clients())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Warnings {
			if f.Code != xacct.CodeUnread || f.Severity != xacct.Warning || f.Remedy == "" || f.Subject == "" || f.Transfer == "" {
				t.Errorf("%+v", f)
			}
		}
		if len(r.Warnings) != 3 || strings.Count(r.String(), "warning: unread arn:aws:datasync:") != 3 {
			t.Errorf("%d warnings, want 3:\n%s", len(r.Warnings), r)
		}
	})
}
