package desired

import (
	"slices"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Key is what transfers want of a KMS key: statements in its policy.
type Key struct {
	SharedPolicy
	Spec    kmskey.Spec // with the statements of all transfers
	Former  bool        // no transfer lists the key any more, but one did: no statement of ours is wanted in its policy
	NamedBy []string    // of a key that a transfer no longer lists: ARNs of our roles whose policies still name it
}

// AddFormer notes that the key's policy may hold statements of the transfer that it no longer wants.
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

// Usable reports whether statements in the policy of the observed key could allow the use that the transfers want: see [kmskey.State.Grantable].
func (w Key) Usable(s kmskey.State) bool { return s.Grantable(w.Grants) }

// Change is an update of the key's policy, still without hold, details and texts.
func (w Key) Change() plan.Change {
	return plan.Change{ID: w.ID(), Account: w.Spec.Account(), Region: w.Spec.Region(), Kind: plan.KeyPolicy,
		Name: transfer.KeyName(w.Spec.ARN), ARN: w.Spec.ARN, Transfers: Names(w.Transfers), Requires: w.Roles,
		Op: plan.Update, Calls: []string{"kms:PutKeyPolicy"}}
}

// ID is that of the change of the key's policy.
func (w Key) ID() string { return keyChange(w.Spec.ARN) }

// Diff returns what is to become of the key's policy, which is now current. ids maps the unique IDs of existing roles to their ARNs.
func (w Key) Diff(current policy.Document, ids map[string]string) PolicyDiff {
	return diffPolicy(w.SharedPolicy, w.Spec.Statements, w.shaped, current, ids)
}

// shaped reports whether a statement that has a Sid of ours also looks as if we made it.
func (w Key) shaped(st policy.Statement) bool {
	return w.SharedPolicy.shaped(st, ourKeyActions, func(r string) bool { return r == kmskey.Everywhere || r == w.Spec.ARN })
}

// keyChange is the ID of the change of the policy of a key.
func keyChange(arn string) string {
	s := kmskey.Spec{ARN: arn}
	return transfer.ChangeID(s.Account(), s.Region(), plan.KeyPolicy, transfer.KeyName(arn))
}

// KeyChanges are the IDs of the changes of key policies in other accounts that the needs for which of is true ask for.
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

// KeyRequires are the IDs of the changes of key policies that must come before the location of the side. Without them DataSync's access test
// of the location fails, with an error about s3:GetObject.
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

// addKeys adds what the transfer wants of each key that it lists, to what other transfers want of the same keys.
func (w *gathering) addKeys(t *transfer.Transfer) {
	for _, spec := range t.Keys {
		i, found := w.find(plan.KeyPolicy, "", spec.ARN, len(w.Keys))
		if !found {
			w.Keys = append(w.Keys, Key{Spec: kmskey.Spec{ARN: spec.ARN}})
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
