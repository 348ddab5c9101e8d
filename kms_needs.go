package xacct

import (
	"slices"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// keyNeed is what a role of the transfer may do with keys, for one purpose.
type keyNeed struct {
	role    plan.Side // whose role it is
	purpose string    // part of the Sid
	keys    []string
	writes  bool
	viaS3   bool // through S3 only
}

// keyNeeds are the needs of the two ends, then those of manifests and reports, as far as their role has no such access to the key already.
func (t *resolved) keyNeeds() []keyNeed {
	var out []keyNeed
	add := func(n keyNeed) {
		if len(n.keys) > 0 {
			out = append(out, n)
		}
	}
	for _, side := range sides {
		e := t.end(side)
		add(keyNeed{role: side, purpose: t.end(side).KeyPurpose, keys: e.KMSKeys, writes: side == plan.DestinationSide, viaS3: e.KMSViaS3})
	}
	for _, g := range t.DataGrants {
		n := keyNeed{role: g.role, purpose: g.keyPurpose(), writes: g.purpose == purposeReport, viaS3: t.end(g.role).KMSViaS3}
		for _, arn := range t.keysOf(g.bucket, g.key) {
			have := func(o keyNeed) bool {
				return slices.Contains(o.keys, arn) && t.end(o.role).DataSyncRole == t.end(n.role).DataSyncRole && (o.writes || !n.writes)
			}
			if !slices.ContainsFunc(out, have) && (kmskey.Spec{ARN: arn}).Validate() == nil {
				n.keys = append(n.keys, arn)
			}
		}
		add(n)
	}
	return out
}

// keysOf are the keys of the ends that have this bucket, and the one that was given for it.
func (t *resolved) keysOf(bucket, given string) []string {
	var out []string
	for _, side := range sides {
		if e := t.end(side); e.Bucket == bucket {
			out = append(out, e.KMSKeys...)
		}
	}
	if given != "" && !slices.Contains(out, given) {
		out = append(out, given)
	}
	return out
}

// keyPurpose is the purpose of the grant on the keys of the data.
func (g dataGrant) keyPurpose() string { return g.purpose + "Key" }

// keySids are all statement ids that this transfer can have on a key.
func (t *resolved) keySids() []string {
	out := []string{t.sid(plan.SourceSide, purposeDecrypt), t.sid(plan.DestinationSide, purposeEncrypt)}
	for _, g := range []dataGrant{{purpose: purposeManifest, role: plan.SourceSide}, {purpose: purposeRetry, role: plan.SourceSide}, {purpose: purposeReport, role: plan.DestinationSide}} {
		out = append(out, t.sid(g.role, g.keyPurpose()))
	}
	return out
}

// grant is the statement, actions and resources only, that the need is for. Both the role's policy and the policy of a key in another account
// are made from it.
func (n keyNeed) grant(resources ...string) policy.Statement {
	st := kmskey.Read(resources...)
	if n.writes {
		st = kmskey.Write(resources...)
	}
	if n.viaS3 {
		st = st.When(kmskey.ViaS3(kmskey.Spec{ARN: n.keys[0]}.Region()))
	}
	return st
}

// roleStatements are what the role of the side may do: what the bucket and its keys grant.
func (t *resolved) roleStatements(side plan.Side) policy.Statements {
	out := policy.Statements{t.roleStatement(side)}
	data := t.dataRoleStatements(side)
	for _, n := range t.KeyNeeds {
		if n.role != side {
			continue
		}
		if n.purpose != t.end(side).KeyPurpose {
			out, data = append(out, data...), nil
		}
		out = append(out, n.grant(n.keys...).WithSid(n.purpose))
	}
	return append(out, data...)
}

// keyStatements is what a key outside the task account needs: DataSync's roles may use it.
func (t *resolved) keyStatements(arn string) policy.Statements {
	var out policy.Statements
	for _, n := range t.KeyNeeds {
		if role := t.end(n.role).DataSyncRole; slices.Contains(n.keys, arn) && t.remoteKey(arn) && role != "" {
			out = append(out, t.admit(n.grant(kmskey.Everywhere).WithSid(t.sid(n.role, n.purpose)), role))
		}
	}
	return out
}
