package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestGrantToARoleDeletedMeanwhile holds an apply at a call about a policy, while somebody tears the transfer down, and perhaps sets it up again. S3 and
// KMS still resolve the role's ARN to the deleted role when the held apply writes. No policy names that role afterwards, although no later plan would look:
// where the role is gone the apply says so, where it was made again the grant is to the new role.
func TestGrantToARoleDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	const put, get = true, false
	for _, tt := range []struct {
		name  string
		added bool   // the transfer is there, and the held apply adds a key
		held  string // the call at which the apply is held
		write bool   // at the first; otherwise at the first after the write
		again bool   // the transfer is set up again
	}{
		{"key, first write", false, "PutKeyPolicy", put, false},
		{"key, after the write", false, "GetKeyPolicy", get, false},
		{"key that is added", true, "PutKeyPolicy", put, false},
		{"bucket, first write", false, "PutBucketPolicy", put, false},
		{"bucket, after the write", false, "GetBucketPolicy", get, false},
		{"key, roles made again", false, "PutKeyPolicy", put, true},
		{"bucket, roles made again", false, "PutBucketPolicy", put, true},
	} {
		for _, n := range []int{1, 2, 4, 5} {
			t.Run(fmt.Sprintf("%s, propagation %d", tt.name, n), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					cloud, tr := kittest.EncryptedWorld(func(o *xaccttest.Options) { o.Propagation = n })
					ctx, clients := t.Context(), cloud.Clients()
					if tt.added {
						settle(t, cloud, xacct.SetUp, []xacct.Transfer{tr})
						tr.Destination.KMSKeys = append(tr.Destination.KMSKeys, cloud.AddKey(kittest.AccountB, "us-east-2"))
					}
					trs := []xacct.Transfer{tr}
					slow := kittest.MustPlan(t, ctx, clients, trs)
					type process struct{}
					gate, reached, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
					release := sync.OnceFunc(func() { close(gate) })
					defer release()
					var mu sync.Mutex
					held, written := false, false
					cloud.Intercept(func(ctx context.Context, c xaccttest.Call, next func() error) error {
						if ctx.Value(process{}) == nil {
							return next()
						}
						mu.Lock()
						hold := !held && c.Operation == tt.held && (tt.write || written)
						held = held || hold
						mu.Unlock()
						if hold {
							close(reached)
							<-gate
						}
						err := next()
						mu.Lock()
						defer mu.Unlock()
						written = written || err == nil && c.Operation == strings.Replace(tt.held, "Get", "Put", 1)
						return err
					})
					var err error
					go func() {
						defer close(ended)
						_, err = slow.Apply(context.WithValue(ctx, process{}, true), clients)
					}()
					select {
					case <-reached:
					case <-ended:
						t.Fatalf("the apply was not held: %v", err)
					}
					time.Sleep(10 * time.Second) // what the apply does beside the held call comes to its end: roles that are new get their policies
					insist(t, cloud, xacct.TearDown, tr)
					if tt.again {
						insist(t, cloud, xacct.SetUp, tr)
					}
					release()
					<-ended
					cloud.Intercept(nil)
					noDeadPrincipal(t, cloud, trs)
					if stale := (*xacct.StaleError)(nil); !tt.again && !errors.As(err, &stale) {
						t.Errorf("the error of the held apply is %v, want a StaleError", err)
					}
				})
			})
		}
	}
}

// insist plans and applies until the roles are there, or gone: reads that lag may show nothing yet, or a change since the plan.
func insist(t *testing.T, cloud *xaccttest.Cloud, mode xacct.Mode, tr xacct.Transfer) {
	t.Helper()
	var err error
	for range 8 {
		var p *xacct.Plan
		if p, err = planIn(t.Context(), cloud, mode, tr); err != nil {
			t.Fatal(err)
		}
		_, err = p.Apply(t.Context(), cloud.Clients())
		if roles := len(rolesIn(cloud, "")); err == nil && (roles == 0) == (mode == xacct.TearDown) {
			return
		}
	}
	t.Fatalf("%s: %v; roles %q", mode, err, rolesIn(cloud, ""))
}
