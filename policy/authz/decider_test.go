package authz_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy/authz"
)

// TestDecider: whatever it decided before, a Decider decides as Decide does.
func TestDecider(t *testing.T) {
	asked := []struct{ action, resource string }{
		{"s3:GetObject", object}, {"S3:PutObject", "arn:aws:s3:::media/2025/x"}, {"s3:PutBucketPolicy", "arn:aws:s3:::media"}, {"iam:GetRole", role},
		{"kms:Decrypt", key}, {"sts:AssumeRole", role}, {"datasync:ListTasks", "*"}, {"", ""}, {"s3:GetObject", object},
	}
	effects := map[authz.Effect]int{}
	for seed := range uint64(300) {
		s := &source{bytes: binary.BigEndian.AppendUint64([]byte("any"), seed*0x9e3779b97f4a7c15)}
		p := s.policies()
		if seed%5 == 0 {
			p.Unread = authz.Layer(seed) % (2 * authz.Session)
		}
		r, _ := s.request()
		if seed%2 == 0 {
			r.ResourceAccount = ""
		}
		d := authz.NewDecider(r, p)
		for _, a := range asked {
			r.Action, r.Resource = a.action, a.resource
			want, got := authz.Decide(r, p), d.Decide(a.action, a.resource)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(authz.Decision{})); diff != "" {
				t.Fatalf("seed %d, %s on %s (-want +got):\n%s", seed, a.action, a.resource, diff)
			}
			if diff := cmp.Diff(want.Explain(), got.Explain()); diff != "" {
				t.Fatalf("seed %d, %s on %s explained (-want +got):\n%s", seed, a.action, a.resource, diff)
			}
			effects[got.Effect]++
		}
	}
	if len(effects) < 4 {
		t.Errorf("effects %v: some are missing", effects)
	}
}
