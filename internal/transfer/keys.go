package transfer

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// KeyNeed is what a role of the transfer may do with keys, for one purpose.
type KeyNeed struct {
	Role    plan.Side // whose role it is
	Purpose string    // part of the Sid
	Keys    []string
	writes  bool
	viaS3   bool // through S3 only
}

// keyNeeds are the needs of the two ends, then those of manifests and reports, as far as their role has no such access to the key already.
func (t *Transfer) keyNeeds() []KeyNeed {
	var out []KeyNeed
	add := func(n KeyNeed) {
		if len(n.Keys) > 0 {
			out = append(out, n)
		}
	}
	for _, side := range Sides {
		e := t.End(side)
		add(KeyNeed{Role: side, Purpose: t.End(side).KeyPurpose, Keys: e.KMSKeys, writes: side == plan.DestinationSide, viaS3: e.KMSViaS3})
	}
	for _, g := range t.DataGrants {
		n := KeyNeed{Role: g.Role, Purpose: g.keyPurpose(), writes: g.purpose == purposeReport, viaS3: t.End(g.Role).KMSViaS3}
		for _, arn := range t.KeysOf(g.Bucket, g.key) {
			have := func(o KeyNeed) bool {
				return slices.Contains(o.Keys, arn) && t.End(o.Role).DataSyncRole == t.End(n.Role).DataSyncRole && (o.writes || !n.writes)
			}
			if !slices.ContainsFunc(out, have) && (kmskey.Spec{ARN: arn}).Validate() == nil {
				n.Keys = append(n.Keys, arn)
			}
		}
		add(n)
	}
	return out
}

// KeysOf are the keys of the ends that have this bucket, and the one that was given for it.
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

// keyPurpose is the purpose of the grant on the keys of the data.
func (g DataGrant) keyPurpose() string { return g.purpose + "Key" }

// keySids are all statement ids that this transfer can have on a key.
func (t *Transfer) keySids() []string {
	out := []string{t.sid(plan.SourceSide, purposeDecrypt), t.sid(plan.DestinationSide, purposeEncrypt)}
	for _, g := range []DataGrant{{purpose: purposeManifest, Role: plan.SourceSide}, {purpose: purposeRetry, Role: plan.SourceSide}, {purpose: purposeReport, Role: plan.DestinationSide}} {
		out = append(out, t.sid(g.Role, g.keyPurpose()))
	}
	return out
}

// grant is the statement, actions and resources only, that the need is for. Both the role's policy and the policy of a key in another account
// are made from it.
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

// roleStatements are what the role of the side may do: what the bucket and its keys grant.
func (t *Transfer) roleStatements(side plan.Side) policy.Statements {
	out := policy.Statements{t.roleStatement(side)}
	data := t.dataRoleStatements(side)
	for _, n := range t.KeyNeeds {
		if n.Role != side {
			continue
		}
		if n.Purpose != t.End(side).KeyPurpose {
			out, data = append(out, data...), nil
		}
		out = append(out, n.grant(n.Keys...).WithSid(n.Purpose))
	}
	return append(out, data...)
}

// keyStatements is what a key outside the task account needs: DataSync's roles may use it.
func (t *Transfer) keyStatements(arn string) policy.Statements {
	var out policy.Statements
	for _, n := range t.KeyNeeds {
		if role := t.End(n.Role).DataSyncRole; slices.Contains(n.Keys, arn) && t.RemoteKey(arn) && role != "" {
			out = append(out, t.admit(n.grant(kmskey.Everywhere).WithSid(t.sid(n.Role, n.Purpose)), role))
		}
	}
	return out
}

// KeyName is what the plan calls a key: the last part of its ARN.
func KeyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// RemoteKey reports whether the key is in another account than the task. A key of the task account is used as its policy and the role's
// own policies say; that policy is the task account's own business.
func (t *Transfer) RemoteKey(arn string) bool {
	return kmskey.Spec{ARN: arn}.Account() != t.TaskAccount
}

// admit lets the role in by the statement, in the transfer's grant shape.
func (t *Transfer) admit(st policy.Statement, role string) policy.Statement {
	if t.Grant == grantByAccount {
		return st.By(policy.Account(t.TaskAccount)).When(policy.ArnEquals("aws:PrincipalArn", role))
	}
	return st.By(policy.AWS(role))
}

// keySpecs are the keys of both ends, of manifests and of reports, each once, sorted by ARN.
func (t *Transfer) keySpecs() []kmskey.Spec {
	var specs []kmskey.Spec
	for _, n := range t.KeyNeeds {
		for _, arn := range n.Keys {
			if !slices.ContainsFunc(specs, func(s kmskey.Spec) bool { return s.ARN == arn }) {
				specs = append(specs, kmskey.Spec{ARN: arn, Statements: t.keyStatements(arn)})
			}
		}
	}
	slices.SortFunc(specs, func(a, b kmskey.Spec) int { return strings.Compare(a.ARN, b.ARN) })
	return specs
}
