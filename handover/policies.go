package handover

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// shared is the policy of a bucket or key, which others write too.
type shared struct {
	change       *plan.Change
	sharedPolicy desired.SharedPolicy
	arn          string
	region       string
	kind         policy.Kind
	wanted       policy.Statements // in a set-up these are to stand there, in a tear-down they are to leave
	shape        desired.Shape
	exact        map[string]policy.Statements
	adopted      []string // statements of others that the plan replaces by ours, which no script takes out: their Sids, or what they are
}

// parts are those of the resource's ARN, split at colons.
func (s shared) parts() []string { return append(strings.SplitN(s.arn, ":", 6), make([]string, 6)...) }

// name is that of the bucket, or the id of the key.
func (s shared) name() string { return strings.TrimPrefix(s.parts()[5], "key/") }

// title is what texts for people call the policy.
func (s shared) title() string {
	if s.kind == policy.Key {
		return "the policy of key " + s.arn
	}
	return "the policy of bucket " + s.name()
}

// file is the name of the files about the policy, without a folder and an extension.
func (s shared) file() string { return string(s.change.Kind) + "-" + s.name() }

// quota is the size that the policy may have, in bytes.
func (s shared) quota() int {
	_, quota := policy.Document{}.Size(s.kind)
	return quota
}

// ownership is a bucket whose Object Ownership changes.
type ownership struct {
	change *plan.Change
	spec   bucket.Spec
	want   string
}

// step is a change as the scripts' program reads it.
type step struct {
	ID, Account, Region, Kind, Name string
	ARN                             string              `json:",omitempty"`
	Transfers                       []string            // their names
	Op                              string              // as the plan has it
	Wanted                          []stepStatement     // see shared
	Ours                            []string            // every Sid that the transfers can have there
	Exact                           map[string][]string // by Sid: what is ours only to the letter
	Shape                           *desired.Shape      `json:",omitempty"`
	Quota                           int                 `json:",omitempty"`
	Want                            string              `json:",omitempty"` // the Object Ownership
	Owner                           bool                `json:",omitempty"` // whether the report is to tell the bucket's Object Ownership too
}

type stepStatement struct{ Sid, Text string }

// steps are the changes of the scripts, in the plan's order.
func (w *work) steps() []step {
	by := map[*plan.Change]step{}
	for _, o := range w.ownership {
		st := newStep(o.change)
		st.Want = o.want
		by[o.change] = st
	}
	for _, s := range w.policies {
		st := newStep(s.change)
		st.ARN, st.Shape, st.Quota, st.Owner = s.arn, &s.shape, s.quota(), w.owns(s)
		for _, x := range s.wanted {
			st.Wanted = append(st.Wanted, stepStatement{x.Sid(), string(x.Bytes())})
		}
		st.Ours = append(st.Ours, slices.Compact(slices.Sorted(slices.Values(s.sharedPolicy.Ours)))...)
		for sid, sts := range s.exact {
			st.Exact[sid] = []string{}
			for _, x := range sts {
				st.Exact[sid] = append(st.Exact[sid], string(x.Bytes()))
			}
		}
		by[s.change] = st
	}
	var out []step
	for i := range w.part.Changes {
		if st, ok := by[&w.part.Changes[i]]; ok {
			out = append(out, st)
		}
	}
	return out
}

// owns reports whether the report is to tell the Object Ownership of the policy's bucket: objects are written to it, and no step of its own tells it.
// Without that word, Plan.Start cannot know who will own the objects.
func (w *work) owns(s shared) bool {
	if s.kind != policy.Bucket || w.part.Mode != plan.SetUp || slices.ContainsFunc(w.ownership, func(o ownership) bool { return o.spec.Name == s.name() }) {
		return false
	}
	return slices.ContainsFunc(w.transfers, func(t *transfer.Transfer) bool {
		return t.Destination.Account == w.account && t.Destination.Bucket == s.name() && t.TaskAccount != w.account
	})
}

// newStep is a step without what it does.
func newStep(ch *plan.Change) step {
	return step{ID: address(ch), Account: ch.Account, Region: ch.Region, Kind: string(ch.Kind), Name: ch.Name, Transfers: ch.Transfers, Op: string(ch.Op),
		Wanted: []stepStatement{}, Ours: []string{}, Exact: map[string][]string{}}
}

// statements adds the policy documents, one by one.
func (w *work) statements() error {
	for _, s := range w.policies {
		if len(s.wanted) > 0 {
			w.add("statements/"+s.file()+".json", indented(policy.New(s.wanted)))
		}
		if w.part.Mode == plan.TearDown || len(s.wanted) == 0 {
			data, err := json.MarshalIndent(map[string][]string{"Remove": s.leaving(w.part.Mode)}, "", "  ")
			if err != nil {
				return err
			}
			w.add("statements/"+s.file()+".remove.json", append(data, '\n'))
		}
	}
	if w.part.Mode == plan.TearDown {
		return nil
	}
	for _, r := range w.desired.Roles {
		if r.Account != w.account {
			continue
		}
		w.add("statements/iam-role-"+r.Spec.Name+".trust.json", indented(r.Spec.Trust))
		for name, d := range r.Spec.Policies {
			w.add(fmt.Sprintf("statements/iam-role-%s.%s.json", r.Spec.Name, name), indented(d))
		}
	}
	return nil
}

// leaving are the Sids of ours that are to leave the policy, those that may stand there by the plan first.
func (s shared) leaving(mode plan.Mode) []string {
	var stay []string
	if mode == plan.SetUp {
		for _, st := range s.wanted {
			stay = append(stay, st.Sid())
		}
	}
	out := slices.DeleteFunc(slices.Clone(s.change.Remove), func(sid string) bool { return !slices.Contains(s.sharedPolicy.Ours, sid) })
	if len(stay) > 0 {
		return out // the others would stand there by mistake only
	}
	for _, sid := range slices.Sorted(slices.Values(s.sharedPolicy.Ours)) {
		if !slices.Contains(stay, sid) && !slices.Contains(out, sid) {
			out = append(out, sid)
		}
	}
	return out
}

// indented is the document for people to read and to paste.
func indented(d policy.Document) []byte { return []byte(d.String() + "\n") }
