package xacct

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// keyWant is what transfers want of a key.
type keyWant struct {
	policyWant
	spec kmskey.Spec // the statements of all transfers
}

// keyName is what the plan calls a key: the last part of its ARN.
func keyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func (w keyWant) id() string { return keyChange(w.spec.ARN) }

// keyChange is the ID of the change of the policy of a key.
func keyChange(arn string) string {
	s := kmskey.Spec{ARN: arn}
	return changeID(s.Account(), s.Region(), KeyPolicy, keyName(arn))
}

// remoteKey reports whether the key is in another account than the task. A key of the task account is used as its policy and the role's
// own policies say; that policy is the task account's own business.
func (t Transfer) remoteKey(arn string) bool {
	return kmskey.Spec{ARN: arn}.Account() != t.taskAccount()
}

// keyPurpose is what DataSync does with the keys of the side.
func (t Transfer) keyPurpose(side Side) string {
	if side == SourceSide {
		return purposeDecrypt
	}
	return purposeEncrypt
}

// keyGrant is the statement, actions and resources only, that DataSync needs on keys of the side. Both the role's policy and the policy of
// a key in another account are made from it.
func (t Transfer) keyGrant(side Side, resources ...string) policy.Statement {
	st := kmskey.Write(resources...)
	if side == SourceSide {
		st = kmskey.Read(resources...)
	}
	if e := t.end(side); e.KMSViaS3 {
		st = st.When(kmskey.ViaS3(e.Region))
	}
	return st
}

// roleStatements are what the role of the side may do: what the bucket and its keys grant.
func (t Transfer) roleStatements(side Side) policy.Statements {
	out := policy.Statements{t.roleStatement(side)}
	if keys := t.end(side).KMSKeys; len(keys) > 0 {
		out = append(out, t.keyGrant(side, keys...).WithSid(t.keyPurpose(side)))
	}
	return append(out, t.dataRoleStatements(side)...)
}

// keyStatements is what a key outside the task account needs: DataSync's role may use it.
func (t Transfer) keyStatements(side Side, arn string) policy.Statements {
	role := t.roleARN(side)
	if !t.remoteKey(arn) || role == "" {
		return nil
	}
	return policy.Statements{t.admit(t.keyGrant(side, kmskey.Everywhere).WithSid(t.sid(side, t.keyPurpose(side))), role)}
}

// admit lets the role in by the statement, in the transfer's grant shape.
func (t Transfer) admit(st policy.Statement, role string) policy.Statement {
	if t.Grant == ByAccount {
		return st.By(policy.Account(t.taskAccount())).When(policy.ArnEquals("aws:PrincipalArn", role))
	}
	return st.By(policy.AWS(role))
}

// keySpecs are the keys of both ends, each once, sorted by ARN.
func (t Transfer) keySpecs() []kmskey.Spec {
	var specs []kmskey.Spec
	for _, side := range sides {
		for _, arn := range t.end(side).KMSKeys {
			i := slices.IndexFunc(specs, func(s kmskey.Spec) bool { return s.ARN == arn })
			if i < 0 {
				specs = append(specs, kmskey.Spec{ARN: arn})
				i = len(specs) - 1
			}
			specs[i].Statements = append(specs[i].Statements, t.keyStatements(side, arn)...)
		}
	}
	slices.SortFunc(specs, func(a, b kmskey.Spec) int { return strings.Compare(a.ARN, b.ARN) })
	return specs
}

func (w *wants) addKeys(t Transfer, side Side) {
	for _, arn := range t.end(side).KMSKeys {
		i := slices.IndexFunc(w.keys, func(k keyWant) bool { return k.spec.ARN == arn })
		if i < 0 {
			w.keys = append(w.keys, keyWant{spec: kmskey.Spec{ARN: arn}})
			i = len(w.keys) - 1
		}
		k := &w.keys[i]
		k.spec.Statements = append(k.spec.Statements, t.keyStatements(side, arn)...)
		k.add(t, side, t.remoteKey(arn), []string{t.sid(side, t.keyPurpose(side))})
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
