package xacct

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// roleDiff is what a role lacks, or holds of ours that is no longer wanted.
type roleDiff struct {
	op    plan.Op
	trust policy.Document   // the trust to write; zero is "leave it"
	bound bool              // its permissions boundary is to be another
	put   []string          // inline policies to write
	drop  []string          // inline policies of these transfers that are no longer wanted
	tags  map[string]string // tags to set
	lines []string
}

// diffRole compares a role with what was observed of it. Only what a transfer wants, or what bears its name, is looked at.
func diffRole(w roleWant, s iamrole.State) roleDiff {
	d := roleDiff{op: plan.NoOp, tags: map[string]string{}}
	if !s.Exists {
		d.op, d.trust, d.tags = plan.Create, w.spec.Trust, w.spec.Tags
		d.put = slices.Sorted(maps.Keys(w.spec.Policies))
		return d
	}
	if trust, ok := w.trustFor(s); !ok {
		d.trust = trust
		d.lines = append(d.lines, "trust policy")
	}
	if b := w.spec.PermissionsBoundary; b != "" && b != s.PermissionsBoundary {
		d.bound = true
		d.lines = append(d.lines, "permissions boundary "+cmp.Or(s.PermissionsBoundary, "none")+" → "+b)
	}
	for _, name := range slices.Sorted(maps.Keys(w.spec.Policies)) {
		if have, ok := s.Policies[name]; !ok || !have.Equal(w.spec.Policies[name]) {
			d.put = append(d.put, name)
			d.lines = append(d.lines, "inline policy "+name)
		}
	}
	for _, name := range w.policyNames() {
		if _, wanted := w.spec.Policies[name]; wanted {
			continue
		}
		if _, ok := s.Policies[name]; ok {
			d.drop = append(d.drop, name)
			d.lines = append(d.lines, "inline policy "+name+" is removed")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(w.spec.Tags)) {
		if s.Tags[k] != w.spec.Tags[k] {
			d.tags[k] = w.spec.Tags[k]
			d.lines = append(d.lines, fmt.Sprintf("tag %s=%s", k, w.spec.Tags[k]))
		}
	}
	if len(d.lines) > 0 {
		d.op = plan.Update
	}
	return d
}

// trustFor is the trust policy the role should have, and whether it has it. A role that other transfers use too keeps or gets the
// Region wildcard, so that two plans never write it back and forth.
func (w roleWant) trustFor(s iamrole.State) (policy.Document, bool) {
	t := w.transfers[0]
	if s.Trust.Equal(w.spec.Trust) {
		return policy.Document{}, true
	}
	if !t.End(plan.SourceSide).Role.Trust.IsZero() || !t.End(plan.DestinationSide).Role.Trust.IsZero() {
		return w.spec.Trust, false // the user's own
	}
	wildcard := iamrole.DataSyncTrust(t.Partition, w.account)
	if s.Trust.Equal(wildcard) {
		return policy.Document{}, true
	}
	ours := w.policyNames()
	for name := range s.Policies {
		if strings.HasPrefix(name, "xacct-") && !slices.Contains(ours, name) {
			return wildcard, false
		}
	}
	return w.spec.Trust, false
}

// policyNames are all inline policies that these transfers can have on the role.
func (w roleWant) policyNames() []string {
	var out []string
	for _, t := range w.transfers {
		out = append(out, t.End(plan.SourceSide).PolicyName, t.End(plan.DestinationSide).PolicyName)
	}
	out = append(out, slices.Collect(maps.Keys(w.spec.Policies))...)
	slices.Sort(out)
	return slices.Compact(out)
}

// ours reports whether the observed role is one that xacct made, and why not.
func (w roleWant) ours(s iamrole.State) (string, bool) {
	t := w.transfers[0]
	if s.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
		return "a role of this name exists without the tag " + t.TagKey(transfer.TagManagedBy) + "=" + transfer.ManagedBy, false
	}
	if owner := s.Tags[t.TagKey(transfer.TagTransfer)]; owner != "" && owner != w.spec.Tags[t.TagKey(transfer.TagTransfer)] {
		return "it belongs to transfer " + owner, false
	}
	if s.ARN != w.arn {
		return "it exists at another path: " + s.ARN, false
	}
	return "", true
}

// roleRecord is a role as text in a plan.
type roleRecord struct {
	Name, Path          string
	Trust               policy.Document
	Policies            map[string]policy.Document `json:",omitempty"`
	PermissionsBoundary string                     `json:",omitempty"`
	Tags                map[string]string          `json:",omitempty"`
}

func (w roleWant) after(d roleDiff) string {
	r := roleRecord{Name: w.spec.Name, Path: cmp.Or(w.spec.Path, "/"), Trust: w.spec.Trust, Policies: w.spec.Policies,
		PermissionsBoundary: w.spec.PermissionsBoundary, Tags: w.spec.Tags}
	if !d.trust.IsZero() {
		r.Trust = d.trust
	}
	return record(r)
}

// before is what was observed of the parts that a plan can change.
func (w roleWant) before(s iamrole.State) string {
	if !s.Exists {
		return ""
	}
	r := roleRecord{Name: w.spec.Name, Path: s.Path, Trust: s.Trust, PermissionsBoundary: s.PermissionsBoundary,
		Policies: map[string]policy.Document{}, Tags: map[string]string{}}
	for _, name := range w.policyNames() {
		if doc, ok := s.Policies[name]; ok {
			r.Policies[name] = doc
		}
	}
	for k := range w.spec.Tags {
		if v, ok := s.Tags[k]; ok {
			r.Tags[k] = v
		}
	}
	return record(r)
}
