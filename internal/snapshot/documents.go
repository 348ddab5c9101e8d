package snapshot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// Document is one policy as it is in force.
type Document struct {
	Name     string          // what it belongs to, such as "trust arn:aws:iam::…:role/x" or "bucket media-raw"
	Document policy.Document // zero if there is none
	Err      error           // why it could not be read
}

// DocumentsInForce are the documents of the transfer's roles, log policy, buckets and keys, as they were read.
func (s *Snapshot) DocumentsInForce(t *transfer.Transfer) []Document {
	var out []Document
	note := func(name string, d policy.Document, err error) { out = append(out, Document{name, d, err}) }
	w := desired.Of([]*transfer.Transfer{t})
	for _, arn := range s.rolesOf(t) {
		state, seen := s.Roles[arn]
		err := cmp.Or(s.Failures[arn], state.Unread[iamrole.PartRole])
		if !seen && err == nil {
			err = ErrNotRead
		}
		note("trust "+arn, state.Trust, cmp.Or(err, state.Unread[iamrole.PartTrust]))
		for part, err := range state.Unread {
			if part != iamrole.PartRole && part != iamrole.PartTrust {
				note(part+" of "+arn, policy.Document{}, err)
			}
		}
		for name, d := range state.Policies {
			note("policy "+name+" of "+arn, d, nil)
		}
		for _, attached := range state.Attached {
			if d, ok := state.Managed[attached]; ok {
				note("policy "+attached+" of "+arn, d, nil)
			}
		}
		if d, ok := state.Managed[state.PermissionsBoundary]; ok && state.PermissionsBoundary != "" {
			note("boundary of "+arn, d, nil)
		}
	}
	for _, l := range w.Logs {
		for name, d := range s.Logs[l.ID()] {
			note("log policy "+name+" in "+l.Region, d, nil)
		}
		if err := s.Failures[l.ID()]; err != nil {
			note("log policies in "+l.Region, policy.Document{}, err)
		}
	}
	for _, b := range w.Buckets {
		state, seen := s.Buckets[b.Spec.Name]
		err := cmp.Or(s.Failures[b.Spec.Name], state.Unread[bucket.PartPolicy])
		if !seen && err == nil {
			err = fmt.Errorf("the clients hold none of account %s", b.Spec.Account)
		}
		note("bucket "+b.Spec.Name, state.Policy, err)
	}
	for _, k := range w.Keys {
		state, seen := s.Keys[k.Spec.ARN]
		err := cmp.Or(s.Failures[k.Spec.ARN], state.Unread[kmskey.PartPolicy])
		if !seen && err == nil {
			err = fmt.Errorf("the clients hold none of account %s", k.Spec.Account())
		}
		note("key "+k.Spec.ARN, state.Policy, err)
	}
	return out
}

// rolesOf are the ARNs of the roles that DataSync assumes for the transfer, each once and sorted: those of its ends, also where only a location
// names them, and those that were given for manifests and reports.
func (s *Snapshot) rolesOf(t *transfer.Transfer) []string {
	var out []string
	for _, side := range transfer.Sides {
		out = append(out, cmp.Or(t.End(side).DataSyncRole, s.Locations[t.End(side).LocationARN].RoleARN))
	}
	out = append(out, t.GivenDataRoles()...)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(arn string) bool { return arn == "" })
}
