package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestGrace lets each kind of write hang, carried out or not, and ends the context of Apply meanwhile: Apply ends within its grace, whatever it still
// has to look at, and the next plan and apply end where an undisturbed run does.
func TestGrace(t *testing.T) {
	t.Parallel()
	clean := map[xacct.Mode]string{}
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		kittest.SetUp(t, cloud, tr)
		clean[xacct.SetUp] = kittest.StableDump(cloud)
		kittest.TearDown(t, cloud, tr)
		clean[xacct.TearDown] = kittest.StableDump(cloud)
	})
	operations := map[xacct.Mode][]string{
		xacct.SetUp:    {"CreateRole", "PutRolePolicy", "PutBucketPolicy", "PutKeyPolicy", "CreateLocationS3", "CreateTask"},
		xacct.TearDown: {"DeleteTask", "DeleteLocation", "DeleteBucketPolicy", "PutKeyPolicy", "DeleteRolePolicy", "DeleteRole"},
	}
	const begun = time.Second // from the first call that hangs to the end of the context
	for _, tt := range []struct {
		grace, most time.Duration
		everything  bool // every call hangs, also those that look
	}{
		{time.Second, time.Second, false},
		{time.Second, time.Second, true},
		{1, time.Millisecond, true},
		{0, time.Minute, true},
		{10 * time.Minute, 10 * time.Minute, true},
	} {
		for mode, of := range operations {
			for _, operation := range of {
				if tt.grace != time.Second && operation != "PutKeyPolicy" && operation != "CreateTask" { // the length is the same for all
					continue
				}
				for _, applied := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, %s, grace %s, all %v, applied %v", mode, operation, tt.grace, tt.everything, applied), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							cloud, tr := kittest.EncryptedWorld()
							if mode == xacct.TearDown {
								kittest.SetUp(t, cloud, tr)
							}
							p, err := planIn(t.Context(), cloud, mode, tr)
							if err != nil {
								t.Fatal(err)
							}
							ctx, cancel := context.WithCancel(t.Context())
							defer cancel()
							ended := hang(cloud, operation, applied, tt.everything, func() { time.AfterFunc(begun, cancel) })
							_, err = p.Apply(ctx, cloud.Clients(), func(o *xacct.ApplyOptions) { o.Grace = tt.grace })
							if took := time.Since(ended()) - begun; took > tt.most {
								t.Errorf("ended %s after the context, want at most %s", took, tt.most)
							}
							if err == nil || !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "\n\n") {
								t.Errorf("error %v", err)
							}
							cloud.Intercept(nil)
							if p, err = planIn(t.Context(), cloud, mode, tr); err != nil {
								t.Fatal(err)
							}
							kittest.MustApply(t, t.Context(), cloud.Clients(), p)
							if diff := cmp.Diff(clean[mode], kittest.StableDump(cloud)); diff != "" {
								t.Errorf("in the end (-undisturbed +this):\n%s", diff)
							}
						})
					})
				}
			}
		}
	}
}

// hang lets the operation hang until its context ends, after it was carried out if applied, and then, with everything, all other calls too. first is
// called when the first of them hangs. The function that it returns tells when that was.
func hang(cloud *xaccttest.Cloud, operation string, applied, everything bool, first func()) func() time.Time {
	begun := make(chan time.Time, 1)
	hanging := make(chan struct{})
	cloud.Intercept(func(ctx context.Context, c xaccttest.Call, next func() error) error {
		select {
		case <-hanging:
			if !everything && c.Operation != operation {
				return next()
			}
		default:
			if c.Operation != operation {
				return next()
			}
			select {
			case begun <- time.Now():
				close(hanging)
				first()
			default:
			}
		}
		if applied && c.Operation == operation {
			_ = next()
		}
		<-ctx.Done()
		return ctx.Err()
	})
	return func() time.Time { return <-begun }
}
