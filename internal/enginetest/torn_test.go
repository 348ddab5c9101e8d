package enginetest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestDeletedWhileRead lets somebody delete the task and then its locations, twins among them, right after a call of the plan to tear down was answered:
// the plan has nothing of them, and does not take for ambiguous or unreadable what is gone.
func TestDeletedWhileRead(t *testing.T) {
	t.Parallel()
	for _, twins := range []bool{false, true} {
		for _, after := range []string{"ListTasks", "DescribeTask", "DescribeLocationS3", "ListLocations"} {
			name := after
			if twins {
				name += ", twins"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newDoubled(t)
					tasks, locations := []string{d.task}, []string{d.source, d.destination}
					if twins {
						locations = append(locations, d.locationAgain(d.source), d.locationAgain(d.destination))
						tasks = append(tasks, d.taskAgain(locations[2], locations[3], ""))
					}
					var once sync.Once
					d.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
						err := next()
						if call.Operation == after && (call.Region == d.tr.Destination.Region || after != "ListLocations") {
							once.Do(func() {
								d.cloud.Intercept(nil)
								for _, arn := range tasks {
									_, err := d.api(arn).DeleteTask(t.Context(), &datasync.DeleteTaskInput{TaskArn: &arn})
									d.must(err)
								}
								for _, arn := range locations {
									_, err := d.api(arn).DeleteLocation(t.Context(), &datasync.DeleteLocationInput{LocationArn: &arn})
									d.must(err)
								}
							})
						}
						return err
					})
					p, err := xacct.NewDestroyPlan(t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr})
					d.must(err)
					for _, f := range p.Findings {
						if f.Severity != xacct.Info {
							t.Errorf("%v", f)
						}
					}
					if _, err := p.Apply(t.Context(), d.cloud.Clients()); err != nil {
						t.Error(err)
					}
					if kittest.Dump(d.cloud) != d.before {
						t.Error("destroyed, and not as before")
					}
				})
			})
		}
	}
}

// TestTwinTakesThePlace lets somebody delete the task that is used after the plan to tear down was made. Its twin, which the plan deletes too, is deleted as
// the plan says. What the twins' locations have changed for is stale, and the next plan takes the rest away.
func TestTwinTakesThePlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDoubled(t)
		d.taskAgain(d.locationAgain(d.source), d.locationAgain(d.destination), "")
		destroy := func() (*xacct.Result, error) {
			p, err := xacct.NewDestroyPlan(t.Context(), d.cloud.Clients(), []xacct.Transfer{d.tr})
			d.must(err)
			if _, err := d.api(d.task).DeleteTask(t.Context(), &datasync.DeleteTaskInput{TaskArn: &d.task}); err != nil && !awserr.NotFound(err) {
				t.Fatal(err)
			}
			return p.Apply(t.Context(), d.cloud.Clients())
		}
		result, err := destroy()
		if stale := (*xacct.StaleError)(nil); err != nil && !errors.As(err, &stale) {
			t.Error(err)
		}
		for _, c := range result.Changes {
			if c.Kind == xacct.DataSyncTask && c.Err != nil {
				t.Errorf("%s: %v", c.ID, c.Err)
			}
		}
		if _, err := destroy(); err != nil {
			t.Error(err)
		}
		if kittest.Dump(d.cloud) != d.before {
			t.Error("destroyed twice, and not as before")
		}
	})
}
