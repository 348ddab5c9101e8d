package snapshot

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
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

// Facts are what the checks of the transfers can rely on: what was read, and what the settings add. What is missing in them is not known. callers
// are the ARNs of those who will write, by account.
func (s *Snapshot) Facts(transfers []*transfer.Transfer, settings plan.Settings, callers map[string]string) plan.Facts {
	f := plan.Facts{
		BucketPolicies: map[string]policy.Document{}, KeyPolicies: map[string]policy.Document{}, Leaving: map[string][]string{},
		Trusts: map[string]policy.Document{}, Identity: map[string][]policy.Document{}, Boundaries: map[string]policy.Document{},
		IDs: map[string]string{}, Tags: map[string]map[string]string{}, Moved: map[string]string{},
		Locations: map[string]location.State{}, Filled: map[string]bucket.Sample{}, NotListed: map[string]error{}, DisablingACLs: map[string]bool{},
		Buckets: s.Buckets, Keys: s.Keys, DeadIDs: s.Dead, Writers: callers,
		OrgIDs: settings.OrgIDs, Regions: settings.Regions, Reached: map[string][]string{}, SCPs: settings.SCPs, RCPs: settings.RCPs,
	}
	for pl, ok := range s.Listed {
		if ok {
			f.Reached[pl.Account] = append(f.Reached[pl.Account], pl.Region)
		}
	}
	w := s.WithFormer(desired.Of(transfers))
	s.addPolicies(&f, w)
	for arn, state := range s.Locations {
		if s.Unread(arn, state.Unread, location.PartLocation) == nil {
			f.Locations[arn] = state
		}
	}
	for _, t := range w.Tasks {
		if s.HasTask(t) {
			continue // what lies at the destination may be its own
		}
		if sample, ok := s.Samples[t.Transfer.Name]; ok {
			f.Filled[t.Transfer.Name] = sample
		}
		if err := s.Unlisted[t.Transfer.Name]; err != nil {
			f.NotListed[t.Transfer.Name] = err
		}
	}
	for arn := range s.Failures {
		if _, ok := transfer.RoleNameOf(arn); ok {
			f.Unjudged = append(f.Unjudged, arn)
		}
	}
	ours := map[string]desired.Role{}
	for _, r := range w.Roles {
		ours[r.Arn] = r
	}
	for _, arn := range slices.Sorted(maps.Keys(s.Roles)) {
		want, mine := ours[arn]
		addRole(&f, arn, s.Roles[arn], want, mine)
		if real := s.Roles[arn]; real.Exists && real.ARN != arn { // a caller may have that role
			if _, read := s.Roles[real.ARN]; !read {
				addRole(&f, real.ARN, real, desired.Role{}, false)
			}
		}
	}
	return f
}

// addPolicies adds the policies of buckets and keys, and which statements in them the transfers will take out.
func (s *Snapshot) addPolicies(f *plan.Facts, w desired.Set) {
	ids := s.RoleIDs()
	for name, state := range s.Buckets {
		if state.Unread[bucket.PartPolicy] == nil {
			f.BucketPolicies[name] = WithARNs(ids, state.Policy)
		}
	}
	for b, state := range s.DataBuckets {
		if _, end := s.Buckets[b.Name]; !end && state.OwnerProved && state.Unread[bucket.PartPolicy] == nil {
			f.BucketPolicies[b.Name] = WithARNs(ids, state.Policy)
		}
	}
	for arn, state := range s.Keys {
		if state.Exists && state.Unread[kmskey.PartPolicy] == nil {
			f.KeyPolicies[arn] = WithARNs(ids, state.Policy)
		}
	}
	for _, b := range w.Buckets {
		f.DisablingACLs[b.Spec.Name] = b.Spec.DisableACLs
		if d, known := f.BucketPolicies[b.Spec.Name]; known && b.Grants {
			f.Leaving[b.Spec.Name] = b.Diff(d, ids).Gone
		}
	}
	for _, k := range w.Keys {
		if d, known := f.KeyPolicies[k.Spec.ARN]; known && k.Grants {
			f.Leaving[k.Spec.ARN] = k.Diff(d, ids).Gone
		}
	}
}

// addRole adds what is known of one role. want is the role that the transfers want, if it is one that they make (mine). Inline policies of such a role
// that the plan writes or removes are left out, because the checks take them as they will be.
func addRole(f *plan.Facts, arn string, s iamrole.State, want desired.Role, mine bool) {
	absent := !s.Exists && s.Unread[iamrole.PartRole] == nil
	if s.Exists && s.ARN != arn {
		f.Moved[arn], absent = s.ARN, true
	}
	unread := unreadPolicies(s) != nil
	switch {
	case absent && mine:
		if d, ok := s.Managed[want.Spec.PermissionsBoundary]; ok { // the role will have it
			f.Boundaries[arn] = d
		}
		return
	case absent: // a principal that does not exist is allowed nothing
		f.Identity[arn], f.Trusts[arn] = []policy.Document{}, policy.Document{}
		return
	case unread:
		f.Unjudged = append(f.Unjudged, arn)
	}
	if !s.Exists {
		return
	}
	f.Trusts[arn], f.IDs[arn], f.Tags[arn] = s.Trust, s.ID, s.Tags
	if f.Tags[arn] == nil {
		f.Tags[arn] = map[string]string{} // known to be none
	}
	if unread {
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

// HasTask reports whether the transfer has a task already, or may have one.
func (s *Snapshot) HasTask(w desired.Task) bool {
	state, err := s.OurTask(w)
	return err != nil || state.Exists
}

// uniqueID matches a JSON string that may be the unique ID of a role or user.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
var uniqueID = regexp.MustCompile(`"A[^"\\:/*]{3,127}"`)

// WithARNs returns the document with the ARNs of roles in place of their unique IDs, as S3 means them. It is for the checks, and never to be written.
func WithARNs(ids map[string]string, d policy.Document) policy.Document {
	data := d.Bytes()
	named := uniqueID.ReplaceAllFunc(data, func(quoted []byte) []byte {
		if arn, known := ids[string(quoted[1:len(quoted)-1])]; known {
			return []byte(`"` + arn + `"`)
		}
		return quoted
	})
	if bytes.Equal(named, data) {
		return d
	}
	if out, err := policy.Parse(named); err == nil {
		return out
	}
	return d
}
