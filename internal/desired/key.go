package desired

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Key is what transfers want of a key.
type Key struct {
	SharedPolicy
	Spec    kmskey.Spec // the statements of all transfers
	Former  bool        // a key that no transfer lists any more: nothing of ours is to stand in its policy
	NamedBy []string    // ARNs of roles of ours whose policies name it although their transfers do not list it any more
}

// AddFormer notes that nothing of the transfer's but what it lists is to stand in the key's policy.
func (w *Key) AddFormer(t *transfer.Transfer) {
	w.Grants = true
	if !slices.ContainsFunc(w.Transfers, func(x *transfer.Transfer) bool { return x.Name == t.Name }) {
		w.Transfers = append(slices.Clone(w.Transfers), t)
	}
	for _, sid := range t.KeySids {
		if !slices.Contains(w.Ours, sid) {
			w.Ours = append(slices.Clone(w.Ours), sid)
		}
	}
}

// Usable reports whether the key's policy is worth a look; see [Resources.Check].
func (w Key) Usable(s kmskey.State) bool {
	return s.Grantable(w.Grants)
}

// Change is what every change of a key's policy has.
func (w Key) Change() plan.Change {
	return plan.Change{ID: w.ID(), Account: w.Spec.Account(), Region: w.Spec.Region(), Kind: plan.KeyPolicy, Name: transfer.KeyName(w.Spec.ARN), ARN: w.Spec.ARN,
		Transfers: Names(w.Transfers), Requires: w.Roles, Op: plan.Update, Calls: []string{"kms:PutKeyPolicy"}}
}

func (w Key) ID() string { return keyChange(w.Spec.ARN) }

// Diff is diffPolicy for a key.
func (w Key) Diff(current policy.Document, ids map[string]string) PolicyDiff {
	return diffPolicy(w.SharedPolicy, w.Spec.Statements, w.shaped, current, ids)
}

// shaped reports whether a statement that bears a Sid of ours also has the shape of one.
func (w Key) shaped(st policy.Statement) bool {
	return w.SharedPolicy.shaped(st, ourKeyActions, func(r string) bool { return r == kmskey.Everywhere || r == w.Spec.ARN })
}

// keyChange is the ID of the change of the policy of a key.
func keyChange(arn string) string {
	s := kmskey.Spec{ARN: arn}
	return transfer.ChangeID(s.Account(), s.Region(), plan.KeyPolicy, transfer.KeyName(arn))
}

// KeyChanges are the changes of the policies of remote keys, for some of the needs.
func KeyChanges(t *transfer.Transfer, of func(transfer.KeyNeed) bool) []string {
	var out []string
	for _, n := range t.KeyNeeds {
		for _, arn := range n.Keys {
			if id := keyChange(arn); of(n) && t.RemoteKey(arn) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// KeyRequires are the changes of key policies that the location of the side needs: without them its access test fails as s3:GetObject.
// Observed: https://github.com/ministryofjustice/modernisation-platform-environments/pull/3902
func KeyRequires(t *transfer.Transfer, side plan.Side) []string {
	return KeyChanges(t, func(n transfer.KeyNeed) bool { return n.Purpose == t.End(side).KeyPurpose })
}

// ourKeyActions are all actions that a statement of ours in the policy of a key can have.
var ourKeyActions = func() []string {
	read, _ := kmskey.Read().Actions()
	write, _ := kmskey.Write().Actions()
	return append(read, write...)
}()

func (w *Set) addKeys(t *transfer.Transfer) {
	for _, spec := range t.Keys {
		i := slices.IndexFunc(w.Keys, func(k Key) bool { return k.Spec.ARN == spec.ARN })
		if i < 0 {
			w.Keys = append(w.Keys, Key{Spec: kmskey.Spec{ARN: spec.ARN}})
			i = len(w.Keys) - 1
		}
		k := &w.Keys[i]
		k.Spec.Statements = append(k.Spec.Statements, spec.Statements...)
		sids := t.KeySids
		for _, n := range t.KeyNeeds {
			if slices.Contains(n.Keys, spec.ARN) {
				k.add(t, n.Role, t.RemoteKey(spec.ARN), sids)
				sids = nil
			}
		}
	}
}
