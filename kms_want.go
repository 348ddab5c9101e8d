package xacct

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keyWant is what transfers want of a key.
type keyWant struct {
	policyWant
	spec    kmskey.Spec // the statements of all transfers
	former  bool        // a key that no transfer lists any more: nothing of ours is to stand in its policy
	namedBy []string    // ARNs of roles of ours whose policies name it although their transfers do not list it any more
}

func (w keyWant) id() string { return keyChange(w.spec.ARN) }

// keyChange is the ID of the change of the policy of a key.
func keyChange(arn string) string {
	s := kmskey.Spec{ARN: arn}
	return transfer.ChangeID(s.Account(), s.Region(), plan.KeyPolicy, transfer.KeyName(arn))
}

func (w *wants) addKeys(t *transfer.Transfer) {
	for _, spec := range t.Keys {
		i := slices.IndexFunc(w.keys, func(k keyWant) bool { return k.spec.ARN == spec.ARN })
		if i < 0 {
			w.keys = append(w.keys, keyWant{spec: kmskey.Spec{ARN: spec.ARN}})
			i = len(w.keys) - 1
		}
		k := &w.keys[i]
		k.spec.Statements = append(k.spec.Statements, spec.Statements...)
		sids := t.KeySids
		for _, n := range t.KeyNeeds {
			if slices.Contains(n.Keys, spec.ARN) {
				k.add(t, n.Role, t.RemoteKey(spec.ARN), sids)
				sids = nil
			}
		}
	}
}

// diffKey is diffPolicy for a key.
func diffKey(w keyWant, current policy.Document, ids map[string]string) policyDiff {
	return diffPolicy(w.policyWant, w.spec.Statements, w.shaped, current, ids)
}

// shaped reports whether a statement that bears a Sid of ours also has the shape of one.
func (w keyWant) shaped(st policy.Statement) bool {
	return w.policyWant.shaped(st, ourKeyActions, func(r string) bool { return r == kmskey.Everywhere || r == w.spec.ARN })
}

// ourKeyActions are all actions that a statement of ours in the policy of a key can have.
var ourKeyActions = func() []string {
	read, _ := kmskey.Read().Actions()
	write, _ := kmskey.Write().Actions()
	return append(read, write...)
}()
