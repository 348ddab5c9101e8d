package handover

import (
	"cmp"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

func mismatch(ch *plan.Change, detail string) error {
	return &plan.MismatchError{Change: ch.ID, Detail: detail}
}

// blockedMark ends the ID of a change for blocked transfers beside one for others.
const blockedMark = "#blocked"

// address is the ID of the change without the mark of one that is blocked.
func address(ch *plan.Change) string { return strings.TrimSuffix(ch.ID, blockedMark) }

// placed checks that the changes of the whole plan say alike whether they are in the account: the part has those whose Account says so.
func placed(changes []plan.Change, account string) error {
	for i := range changes {
		if c := &changes[i]; strings.HasPrefix(c.ID, account+"/") != (c.Account == account) {
			return mismatch(c, "its account is another")
		}
	}
	return nil
}

// complete checks that a set-up has a change for all that the transfers want in the account. Of those that are blocked it may lack some, and so it may the
// policy of a key that it found unusable.
func (w *work) complete(free desired.Index) error {
	if w.part.Mode == plan.TearDown {
		return nil
	}
	have := map[string]bool{}
	for i := range w.part.Changes {
		have[address(&w.part.Changes[i])] = true
	}
	var wanted []string
	for id, b := range free.Buckets {
		if b.Grants {
			wanted = append(wanted, id)
		}
	}
	for id, k := range free.Keys {
		unusable := func(f plan.Finding) bool {
			return f.Code == plan.CodeKeyUnusable && slices.ContainsFunc(k.Transfers, func(t *transfer.Transfer) bool { return f.Transfer == t.Name })
		}
		if k.Grants && !slices.ContainsFunc(w.part.Findings, unusable) {
			wanted = append(wanted, id)
		}
	}
	for id, b := range free.Ownerships {
		if b.Spec.DisableACLs {
			wanted = append(wanted, id)
		}
	}
	for id, l := range free.Locations {
		if !l.Given {
			wanted = append(wanted, id)
		}
	}
	wanted = slices.AppendSeq(wanted, mapKeys(free.Roles))
	wanted = slices.AppendSeq(wanted, mapKeys(free.Tasks))
	wanted = slices.AppendSeq(wanted, mapKeys(free.LogGroups))
	for _, id := range slices.Sorted(slices.Values(wanted)) {
		if strings.HasPrefix(id, w.account+"/") && !have[id] {
			return &plan.MismatchError{Change: id, Detail: "the transfers ask for it, and it is not in the plan"}
		}
	}
	return nil
}

// keep keeps what the scripts are about.
func (w *work) keep(d *derived.Plan) {
	w.known = map[string]bool{}
	for _, c := range d.Changes {
		id := address(c.Change)
		switch {
		case w.known[id]: // beside the change for blocked transfers
			continue
		case c.Kind == plan.BucketPolicy:
			w.policies = append(w.policies, w.bucketPolicy(c, id))
		case c.Kind == plan.KeyPolicy:
			if k, ok := w.all.Keys[id]; ok && !k.Grants && c.Op == plan.NoOp {
				continue
			}
			w.policies = append(w.policies, w.keyPolicy(c, id))
		case c.Kind == plan.BucketOwnership:
			w.ownership = append(w.ownership, ownership{change: c.Change, spec: w.all.Ownerships[id].Spec, want: c.After})
		default:
			continue
		}
		w.known[id] = true
	}
}

func (w *work) bucketPolicy(c derived.Change, id string) shared {
	b, ok := w.all.Buckets[id]
	if !ok || !b.Grants {
		b = desired.Bucket{Spec: bucket.Spec{Name: c.Name, Account: w.account, Region: c.Region}, SharedPolicy: w.former(c), Former: true}
	}
	return shared{change: c.Change, sharedPolicy: b.SharedPolicy, arn: b.Spec.ARN(), region: b.Spec.Region, kind: policy.Bucket, wanted: b.Spec.Statements,
		shape: b.Shape(), exact: b.Exact(), adopted: adopted(c)}
}

func (w *work) keyPolicy(c derived.Change, id string) shared {
	k, ok := w.all.Keys[id]
	if !ok {
		k = desired.Key{Spec: kmskey.Spec{ARN: c.ARN}, SharedPolicy: w.former(c), Former: true}
	}
	return shared{change: c.Change, sharedPolicy: k.SharedPolicy, arn: k.Spec.ARN, region: k.Spec.Region(), kind: policy.Key, wanted: k.Spec.Statements,
		shape: k.Shape(), adopted: adopted(c)}
}

// former are our Sids in the policy of a bucket or key that the transfers of the change used before. Only these may leave it.
func (w *work) former(c derived.Change) desired.SharedPolicy {
	out := desired.SharedPolicy{Grants: true}
	for _, t := range w.transfers {
		if !slices.Contains(c.Transfers, t.Name) {
			continue
		}
		out.Transfers = append(out.Transfers, t)
		sids := t.KeySids
		if c.Kind == plan.BucketPolicy {
			sids = slices.Concat(t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids)
		}
		out.Ours = append(out.Ours, sids...)
	}
	return out
}

// adopted are the Sids of statements of others that the plan replaces by ours, and those without a Sid as they stand there.
func adopted(c derived.Change) []string {
	var out []string
	for _, l := range c.Policy.Loses {
		if !l.Ours {
			out = append(out, cmp.Or(l.Sid, string(l.Was.Bytes())))
		}
	}
	return out
}

// roleRecord reads a role of a plan's text; false if it is none.
func roleRecord(s string) (desired.RoleRecord, bool) {
	var r desired.RoleRecord
	return r, s != "" && json.Unmarshal([]byte(s), &r) == nil
}
