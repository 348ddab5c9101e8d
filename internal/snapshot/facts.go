package snapshot

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Facts is what the snapshot settles.
func Facts(s *Snapshot, transfers []*transfer.Transfer, settings plan.Settings, callers, ids map[string]string) plan.Facts {
	f := plan.Facts{BucketPolicies: map[string]policy.Document{}, KeyPolicies: map[string]policy.Document{}, Leaving: map[string][]string{}, Trusts: map[string]policy.Document{}, Identity: map[string][]policy.Document{},
		Boundaries: map[string]policy.Document{}, IDs: map[string]string{}, Tags: map[string]map[string]string{}, Buckets: s.Buckets,
		Moved: map[string]string{}, Locations: map[string]location.State{}, Writers: callers, DeadIDs: s.Dead, Filled: map[string]bucket.Sample{}, NotListed: map[string]error{},
		Keys: s.Keys, DisablingACLs: map[string]bool{},
		OrgIDs: settings.OrgIDs, SCPs: settings.SCPs, RCPs: settings.RCPs}
	for name, state := range s.Buckets {
		if state.Unread[bucket.PartPolicy] == nil {
			f.BucketPolicies[name] = WithARNs(ids, state.Policy)
		}
	}
	for arn, state := range s.Keys {
		if state.Exists && state.Unread[kmskey.PartPolicy] == nil {
			f.KeyPolicies[arn] = WithARNs(ids, state.Policy)
		}
	}
	w := s.WithFormer(desired.Of(transfers))
	for _, bw := range w.Buckets {
		f.DisablingACLs[bw.Spec.Name] = bw.Spec.DisableACLs
		if d, known := f.BucketPolicies[bw.Spec.Name]; known && bw.Grants {
			f.Leaving[bw.Spec.Name] = bw.Diff(d, ids).Gone
		}
	}
	for _, k := range w.Keys {
		if d, known := f.KeyPolicies[k.Spec.ARN]; known && k.Grants {
			f.Leaving[k.Spec.ARN] = k.Diff(d, ids).Gone
		}
	}
	for arn, state := range s.Locations {
		if s.Unread(arn, state.Unread, location.PartLocation) == nil {
			f.Locations[arn] = state
		}
	}
	for _, w := range w.Tasks {
		if sample, ok := s.Samples[w.Transfer.Name]; ok && !made(s, w) {
			f.Filled[w.Transfer.Name] = sample
		}
		if err := s.Unlisted[w.Transfer.Name]; err != nil && !made(s, w) {
			f.NotListed[w.Transfer.Name] = err
		}
	}
	ours := map[string]desired.Role{}
	for _, r := range w.Roles {
		ours[r.Arn] = r
	}
	for arn := range s.Failures {
		if _, ok := transfer.RoleNameOf(arn); ok {
			f.Unjudged = append(f.Unjudged, arn)
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(s.Roles)) {
		want, mine := ours[arn]
		noteRole(&f, arn, s.Roles[arn], want, mine)
	}
	return f
}

// noteRole notes what is known of one role. Of a role of ours, the policies that the plan writes or removes are left out: they are judged as
// they will be.
func noteRole(f *plan.Facts, arn string, s iamrole.State, want desired.Role, mine bool) {
	absent := !s.Exists && s.Unread[iamrole.PartRole] == nil
	if s.Exists && s.ARN != arn {
		f.Moved[arn], absent = s.ARN, true
	}
	switch {
	case absent && mine:
		if d, ok := s.Managed[want.Spec.PermissionsBoundary]; ok { // the role will have it
			f.Boundaries[arn] = d
		}
		return
	case absent: // a principal that does not exist is let in nowhere
		f.Identity[arn], f.Trusts[arn] = []policy.Document{}, policy.Document{}
		return
	case unreadPolicies(s) != nil:
		f.Unjudged = append(f.Unjudged, arn)
	}
	if !s.Exists {
		return
	}
	f.Trusts[arn], f.IDs[arn], f.Tags[arn] = s.Trust, s.ID, s.Tags
	if f.Tags[arn] == nil {
		f.Tags[arn] = map[string]string{} // known to be none
	}
	if unreadPolicies(s) != nil {
		return
	}
	boundary := s.PermissionsBoundary
	if mine {
		boundary = cmp.Or(want.Spec.PermissionsBoundary, boundary) // the role will have it
	}
	if boundary != "" {
		f.Boundaries[arn] = s.Managed[boundary]
	}
	var written []string
	if mine {
		written = want.PolicyNames()
	}
	docs := []policy.Document{}
	for _, name := range slices.Sorted(maps.Keys(s.Policies)) {
		if !slices.Contains(written, name) {
			docs = append(docs, s.Policies[name])
		}
	}
	for _, attached := range s.Attached {
		docs = append(docs, s.Managed[attached])
	}
	f.Identity[arn] = docs
}

// made reports whether the transfer has its task already: what lies at the destination may then be its own.
func made(s *Snapshot, w desired.Task) bool {
	state, err := s.OurTask(w)
	return err != nil || state.Exists
}

// unreadPolicies is why the policies that judge a role are not all known; nil if they are.
func unreadPolicies(s iamrole.State) error {
	for _, part := range slices.Sorted(maps.Keys(s.Unread)) {
		return fmt.Errorf("%s: %w", part, s.Unread[part])
	}
	return nil
}

// WithARNs is the document with the unique ids of living roles replaced by their ARNs, as S3 means them. It is for judging, never for writing.
func WithARNs(ids map[string]string, d policy.Document) policy.Document {
	data := d.Bytes()
	for id, arn := range ids {
		data = bytes.ReplaceAll(data, []byte(`"`+id+`"`), []byte(`"`+arn+`"`))
	}
	if named, err := policy.Parse(data); err == nil {
		return named
	}
	return d
}
