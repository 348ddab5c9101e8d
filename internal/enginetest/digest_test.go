package enginetest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// Whoever has the plan's file and a program for hashes gets the digest: it is that of what json.Marshal returns, whatever characters the plan has.
func TestDigestIsThatOfTheJSON(t *testing.T) {
	t.Parallel()
	for name, prefix := range map[string]string{
		"plain": "2026/", "HTML": "a<b>&c/", "other letters": "größe/", "separators of lines": "a\u2028b/", "control characters": "a\u009bb/", "quotes": `a"b\c/`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			tr.Source.Prefix = prefix
			p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if err != nil {
				p = &xacct.Plan{Transfers: []xacct.Transfer{tr}}
			}
			data, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(data)
			got, err := p.Digest()
			if want := "sha256:" + hex.EncodeToString(sum[:]); err != nil || got != want {
				t.Errorf("%s, %v, want %s of\n%s", got, err, want, data)
			}
		})
	}
	if got, err := (*xacct.Plan)(nil).Digest(); err == nil {
		t.Errorf("the digest of no plan is %s", got)
	}
}
