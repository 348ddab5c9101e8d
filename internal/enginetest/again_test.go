package enginetest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// TestSamePlanAgain applies a plan until the process is gone after one of its writes, and then the same plan once more: it goes on where it
// was. Where what is left to do is no longer what the plan says, it says so; it never waits for nobody. Without -faults it takes a sample.
func TestSamePlanAgain(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	edits := []move{
		{name: "nothing", edit: func(*xaccttest.Cloud, *xacct.Transfer) {}},
		{name: "tags, prefix and options", edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Tags, tr.Task.Options.LogLevel, tr.Destination.Prefix = map[string]string{"team": "x"}, dstypes.LogLevelOff, "elsewhere"
		}},
	}
	cases, stale := 0, 0
	for i, m := range append(edits, moves...) {
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			if i%min(testlimit.UnderRace, 3) != 0 {
				continue
			}
			for n := 1 + i%kittest.Sample(40*testlimit.UnderRace, 1); ; n += kittest.Sample(40*testlimit.UnderRace, 1) {
				more := false
				synctest.Test(t, func(t *testing.T) {
					cloud, tr := m.begin(t)
					if m.name != "nothing" || mode == xacct.TearDown {
						kittest.SetUp(t, cloud, tr)
					}
					m.edit(cloud, &tr)
					p, err := planIn(t.Context(), cloud, mode, tr)
					if err != nil {
						t.Fatal(err)
					}
					p = reload(t, p)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if more = goneAfter(cloud, n, cancel, func() { _, _ = p.Apply(ctx, cloud.Clients()) }); !more {
						return
					}
					cases++
					r, err := p.Apply(t.Context(), cloud.Clients())
					var old *xacct.StaleError
					if errors.As(err, &old) && len(m.gone) > 0 { // a move: what is left of the old became changes of their own
						stale++
						if !strings.Contains(err.Error(), "which the plan does not hold") {
							t.Errorf("%s, %s, gone after write %d: %v", m.name, mode, n, err)
						}
						return
					}
					if err != nil {
						t.Errorf("%s, %s, gone after write %d: %v", m.name, mode, n, err)
					}
					for _, c := range r.Changes {
						if c.Status == xacct.Waiting {
							t.Errorf("%s, %s, gone after write %d: %s waits: %v", m.name, mode, n, c.ID, c.Err)
						}
					}
				})
				if !more {
					break
				}
			}
		}
	}
	kittest.Count(t, cases, ", %d of them to be planned again", stale)
}

// goneAfter lets fn write n times; from then on nothing is answered. It reports whether it came to that.
func goneAfter(cloud *xaccttest.Cloud, n int, cancel context.CancelFunc, fn func()) bool {
	return writesUntil(cloud, n, cancel, fn) >= n
}

// writesUntil is goneAfter, and counts the writes; n = 0 is never.
func writesUntil(cloud *xaccttest.Cloud, n int, cancel context.CancelFunc, fn func()) (writes int) {
	var mu sync.Mutex
	cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
		mu.Lock()
		defer mu.Unlock()
		if n > 0 && writes >= n {
			return kittest.ErrProcessGone
		}
		err := next()
		if !kittest.Reads(call.Operation) {
			if writes++; writes == n {
				cancel()
				return kittest.ErrProcessGone
			}
		}
		return err
	})
	fn()
	cloud.Intercept(nil)
	return writes
}

// TestTearDownThatAColleagueBegan finds some of what was to be removed gone.
func TestTearDownThatAColleagueBegan(t *testing.T) {
	for name, begin := range map[string]func(*testing.T, *xaccttest.Cloud){
		"a statement": func(t *testing.T, cloud *xaccttest.Cloud) {
			d := kittest.BucketPolicy(t, cloud, "media-archive")
			for st := range d.All() {
				if strings.HasPrefix(st.Sid(), "XacctMediaArchiveWrite") {
					d = d.Without(st.Sid())
				}
			}
			cloud.SetBucketPolicy("media-archive", d.Bytes())
		},
		"an inline policy": func(t *testing.T, cloud *xaccttest.Cloud) {
			in := &iam.DeleteRolePolicyInput{RoleName: new("media-archive-source"), PolicyName: new("xacct-media-archive-source")}
			if _, err := cloud.Clients()[accountA].IAM.DeleteRolePolicy(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				p, err := planIn(t.Context(), cloud, xacct.TearDown, tr)
				if err != nil {
					t.Fatal(err)
				}
				begin(t, cloud)
				kittest.MustApply(t, t.Context(), cloud.Clients(), p)
			})
		})
	}
}

// TestThrottledThenBroken answers a call with throttling for longer than a broken service is waited for, and then breaks it once.
func TestThrottledThenBroken(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"ListTasks", "GetRole", "GetBucketPolicy", "CreateRole", "PutRolePolicy", "PutBucketPolicy", "CreateLocationS3", "CreateTask"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				var mu sync.Mutex
				var start time.Time
				broken := false
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Operation != operation {
						return next()
					}
					mu.Lock()
					defer mu.Unlock()
					if start.IsZero() {
						start = time.Now()
					}
					if time.Since(start) < 40*time.Second {
						return kittest.Throttling(c)
					}
					if !broken {
						broken = true
						return xaccttest.Fault(500, "InternalError", "an internal error")
					}
					return next()
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
				if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil || !broken {
					t.Errorf("broken %v, %v\n%s", broken, err, p)
				}
			})
		})
	}
}
