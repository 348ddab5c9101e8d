package xacct

import (
	"slices"
	"strings"

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

// keyName is what the plan calls a key: the last part of its ARN.
func keyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func (w keyWant) id() string { return keyChange(w.spec.ARN) }

// keyChange is the ID of the change of the policy of a key.
func keyChange(arn string) string {
	s := kmskey.Spec{ARN: arn}
	return changeID(s.Account(), s.Region(), plan.KeyPolicy, keyName(arn))
}

// remoteKey reports whether the key is in another account than the task. A key of the task account is used as its policy and the role's
// own policies say; that policy is the task account's own business.
func (t *resolved) remoteKey(arn string) bool {
	return kmskey.Spec{ARN: arn}.Account() != t.TaskAccount
}

// admit lets the role in by the statement, in the transfer's grant shape.
func (t *resolved) admit(st policy.Statement, role string) policy.Statement {
	if t.Grant == grantByAccount {
		return st.By(policy.Account(t.TaskAccount)).When(policy.ArnEquals("aws:PrincipalArn", role))
	}
	return st.By(policy.AWS(role))
}

// keySpecs are the keys of both ends, of manifests and of reports, each once, sorted by ARN.
func (t *resolved) keySpecs() []kmskey.Spec {
	var specs []kmskey.Spec
	for _, n := range t.KeyNeeds {
		for _, arn := range n.keys {
			if !slices.ContainsFunc(specs, func(s kmskey.Spec) bool { return s.ARN == arn }) {
				specs = append(specs, kmskey.Spec{ARN: arn, Statements: t.keyStatements(arn)})
			}
		}
	}
	slices.SortFunc(specs, func(a, b kmskey.Spec) int { return strings.Compare(a.ARN, b.ARN) })
	return specs
}

func (w *wants) addKeys(t *resolved) {
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
			if slices.Contains(n.keys, spec.ARN) {
				k.add(t, n.role, t.remoteKey(spec.ARN), sids)
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
