package desired

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
)

// What an index tells of a role is what the set has that the role serves, in its order.
func TestIndexOfWhatARoleServes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var all []*transfer.Transfer
	for i := range 12 {
		all = append(all, &transfer.Transfer{Given: transfer.Given{Name: "t" + strconv.Itoa(i)}})
	}
	some := func() (out []*transfer.Transfer) {
		for _, t := range all {
			if rnd.IntN(5) == 0 {
				out = append(out, t)
			}
		}
		return out
	}
	served := 0
	for range 50 {
		var w Set
		for range 6 {
			w.Buckets = append(w.Buckets, Bucket{SharedPolicy: SharedPolicy{Transfers: some()}})
			w.Keys = append(w.Keys, Key{SharedPolicy: SharedPolicy{Transfers: some()}})
		}
		x, role := NewIndex(w), Role{Transfers: some()}
		names := func(p SharedPolicy) (out []string) {
			for _, t := range p.Transfers {
				out = append(out, t.Name)
			}
			return out
		}
		var want, got [][]string
		for _, b := range w.Buckets {
			if role.Serves(b.SharedPolicy) {
				want = append(want, names(b.SharedPolicy))
			}
		}
		for _, k := range w.Keys {
			if role.Serves(k.SharedPolicy) {
				want = append(want, names(k.SharedPolicy))
			}
		}
		for _, b := range x.BucketsOf(role) {
			got = append(got, names(b.SharedPolicy))
		}
		for _, k := range x.KeysOf(role) {
			got = append(got, names(k.SharedPolicy))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		served += len(slices.Concat(got...))
	}
	if served == 0 {
		t.Error("no role serves anything")
	}
}
