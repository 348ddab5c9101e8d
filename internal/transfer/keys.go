package transfer

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// KeyNeed is what a role of the transfer may do with keys, for one purpose.
type KeyNeed struct {
	Role    plan.Side // the side whose role it is
	Purpose string    // part of the Sid
	Keys    []string  // ARNs
	writes  bool
	viaS3   bool // through S3 only
}

// grant returns the statement that the need is for: actions and resources only. The role's policy and the policy of a key in another account
// are both made from it.
func (n KeyNeed) grant(resources ...string) policy.Statement {
	st := kmskey.Read(resources...)
	if n.writes {
		st = kmskey.Write(resources...)
	}
	if n.viaS3 {
		st = st.When(kmskey.ViaS3(kmskey.Spec{ARN: n.Keys[0]}.Region()))
	}
	return st
}

// keyNeeds returns the needs of the two ends, then those of manifests and reports. A manifest or report needs no key that the same role may
// already use in the same way.
func (t *Transfer) keyNeeds() []KeyNeed {
	var out []KeyNeed
	add := func(n KeyNeed) {
		if len(n.Keys) > 0 {
			out = append(out, n)
		}
	}
	for _, side := range Sides {
		e := t.End(side)
		add(KeyNeed{Role: side, Purpose: e.KeyPurpose, Keys: e.KMSKeys, writes: side == plan.DestinationSide, viaS3: e.KMSViaS3})
	}
	for _, g := range t.DataGrants {
		n := KeyNeed{Role: g.Role, Purpose: keyPurpose(g.purpose), writes: g.purpose == purposeReport, viaS3: t.End(g.Role).KMSViaS3}
		for _, arn := range t.KeysOf(g.Bucket, g.key) {
			covered := func(o KeyNeed) bool {
				return slices.Contains(o.Keys, arn) && t.End(o.Role).DataSyncRole == t.End(n.Role).DataSyncRole && (o.writes || !n.writes)
			}
			if !slices.ContainsFunc(out, covered) && (kmskey.Spec{ARN: arn}).Validate() == nil {
				n.Keys = append(n.Keys, arn)
			}
		}
		add(n)
	}
	return out
}

// KeysOf returns the keys of the ends that have this bucket, and the key that was given for the bucket itself; "" is none.
func (t *Transfer) KeysOf(bucket, given string) []string {
	var out []string
	for _, side := range Sides {
		if e := t.End(side); e.Bucket == bucket {
			out = append(out, e.KMSKeys...)
		}
	}
	if given != "" && !slices.Contains(out, given) {
		out = append(out, given)
	}
	return out
}

// RemoteKey reports whether the key is in another account than the task. The policy of a key in the task account is never changed: the task
// account itself decides about it.
func (t *Transfer) RemoteKey(arn string) bool {
	return kmskey.Spec{ARN: arn}.Account() != t.TaskAccount
}

// keySpecs returns the keys of both ends, of manifests and of reports, each once, sorted by ARN.
func (t *Transfer) keySpecs() []kmskey.Spec {
	var specs []kmskey.Spec
	for _, n := range t.KeyNeeds {
		for _, arn := range n.Keys {
			if !slices.ContainsFunc(specs, func(s kmskey.Spec) bool { return s.ARN == arn }) {
				specs = append(specs, kmskey.Spec{ARN: arn, Statements: t.keyStatements(arn)})
			}
		}
	}
	slices.SortFunc(specs, func(a, b kmskey.Spec) int { return cmp.Compare(a.ARN, b.ARN) })
	return specs
}
