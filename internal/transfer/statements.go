package transfer

import (
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// roleStatements returns what the role of the side may do: with the bucket, then with the keys of the end, then with manifests and reports and
// their keys.
func (t *Transfer) roleStatements(side plan.Side) policy.Statements {
	e := t.End(side)
	out := policy.Statements{t.roleStatement(side)}
	data := t.dataRoleStatements(side)
	for _, n := range t.KeyNeeds {
		if n.Role != side {
			continue
		}
		if n.Purpose != e.KeyPurpose { // the first key of a manifest or report
			out, data = append(out, data...), nil
		}
		out = append(out, n.grant(n.Keys...).WithSid(n.Purpose))
	}
	return append(out, data...)
}

// roleStatement returns what the role of the side may do with the end's bucket, as long as the bucket belongs to the given account.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (t *Transfer) roleStatement(side plan.Side) policy.Statement {
	e := t.End(side)
	return e.Access.WithSid(e.Purpose).When(policy.StringEquals("aws:ResourceAccount", e.Account))
}

// dataRoleStatements returns what the role of the side may do with manifests or reports.
func (t *Transfer) dataRoleStatements(side plan.Side) policy.Statements {
	var out policy.Statements
	for _, g := range t.DataGrants {
		if g.Role == side {
			out = append(out, g.grant.WithSid(g.purpose).When(policy.StringEquals("aws:ResourceAccount", g.account)))
		}
	}
	return out
}

// BucketStatements returns the statements that the side's bucket needs if it is outside the task account: DataSync's role may read or write it,
// and the operators may list it. Operators who are given a location make none, so that they need not list: that CreateTask does not ask again is assumed.
func (t *Transfer) BucketStatements(side plan.Side) policy.Statements {
	return t.presets.bucket(side, func() policy.Statements { return t.bucketStatements(side) })
}

func (t *Transfer) bucketStatements(side plan.Side) policy.Statements {
	e := t.End(side)
	if !e.Remote {
		return nil
	}
	var out policy.Statements
	switch {
	case e.DataSyncRole == "":
	case t.Grant == GrantTutorial && side == plan.DestinationSide:
		out = append(out, bucket.TutorialStatement(e.BucketARN, e.DataSyncRole))
	default:
		out = append(out, t.grantTo(e.DataSyncRole, e.Access.WithSid(t.sid(side, e.Purpose))))
	}
	if len(t.Operators) > 0 && e.LocationARN == "" {
		ops := slices.Compact(slices.Sorted(slices.Values(t.Operators)))
		out = append(out, t.ending(bucket.List(e.BucketARN).WithSid(t.sid(side, purposeList)).By(policy.Account(t.TaskAccount)).
			When(policy.ArnEquals("aws:PrincipalArn", ops...))))
	}
	return append(out, t.dataBucketStatements(side)...)
}

// dataBucketStatements returns the statements that the side's bucket, outside the task account, needs for manifests or reports in it. If both
// ends are in one bucket they count as the source's.
func (t *Transfer) dataBucketStatements(side plan.Side) policy.Statements {
	var out policy.Statements
	for _, g := range t.DataGrants {
		if g.Bucket == t.End(side).Bucket && (side == plan.SourceSide || g.Bucket != t.Source.Bucket) {
			out = append(out, t.grantTo(t.End(g.Role).DataSyncRole, g.grant.WithSid(t.sid(side, g.purpose))))
		}
	}
	return out
}

// keyStatements returns the statements that a key outside the task account needs: DataSync's roles may use it.
func (t *Transfer) keyStatements(arn string) policy.Statements {
	var out policy.Statements
	for _, n := range t.KeyNeeds {
		if role := t.End(n.Role).DataSyncRole; slices.Contains(n.Keys, arn) && t.RemoteKey(arn) && role != "" {
			out = append(out, t.grantTo(role, n.grant(kmskey.Everywhere).WithSid(t.sid(n.Role, n.Purpose))))
		}
	}
	return out
}

// NamesRole reports whether the statements in policies of other accounts name the role as principal, so that it must exist first.
func (t *Transfer) NamesRole() bool { return t.Grant != grantByAccount }

// grantTo returns the statement with the role as its principal, in the transfer's grant shape and with its end.
func (t *Transfer) grantTo(role string, st policy.Statement) policy.Statement {
	if t.Grant == grantByAccount {
		return t.ending(st.By(policy.Account(t.TaskAccount)).When(policy.ArnEquals("aws:PrincipalArn", role)))
	}
	return t.ending(st.By(policy.AWS(role)))
}
