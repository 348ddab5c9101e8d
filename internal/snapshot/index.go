package snapshot

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// index orders the locations and tasks of a snapshot, so that a question about one transfer does not look at those of others. All lists are sorted.
type index struct {
	taggedLocations, taggedTasks map[tagged][]string // ARNs
	unreadLocations              map[transfer.Place][]string
	unsureLocations              map[placedBucket][]string // those with a part that could not be read
	uriLocations                 map[placedBucket][]string // by URI in place of the bucket
	roleLocations                map[string][]string       // by the role's ARN
	accountTasks                 map[string][]string       // by account: those with a part that could not be read
	users                        map[string][]string       // the tasks, read, that use a location
	rolesByName                  map[accountName]string
	rolesByPolicy                map[string][]string      // by the name of an inline policy
	rolesMade                    map[string]bool          // the ARNs of those that we make for a transfer, planned or blocked
	roleIDs                      func() map[string]string // those of RoleIDs, made once
	bucketUsers                  map[string]string        // by bucket: the account that the first transfer with such an end names

	ours    memo[placedEnd, ourLocations]
	tasks   memo[*transfer.Transfer, ourTasks]
	orphans memo[*transfer.Transfer, []location.State]
	roles   memo[*transfer.Transfer, map[string][]plan.Side]
	buckets memo[*transfer.Transfer, []FormerBucket]
}

// tagged is the key and the value of a tag that names a transfer.
type tagged struct{ key, value string }

type placedBucket struct {
	place transfer.Place
	name  string
}

// accountName is the account and the name, in lower case, of a role. IAM's names of roles differ in more than case.
type accountName struct{ account, name string }

type placedEnd struct {
	transfer *transfer.Transfer
	side     plan.Side
}

type ourLocations struct {
	ours  []location.State
	alike []string
	err   error
}

type ourTasks struct {
	main task.State
	old  []task.State
	err  error
}

// memo keeps the answers to questions that are asked often.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]V
}

// of is the answer for k, which ask finds the first time.
func (m *memo[K, V]) of(k K, ask func() V) V {
	m.mu.Lock()
	v, known := m.answers[k]
	m.mu.Unlock()
	if known {
		return v
	}
	v = ask()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil {
		m.answers = map[K]V{}
	}
	m.answers[k] = v
	return v
}

// Seal says that nothing is written to the snapshot until Unseal. Questions are answered from an index meanwhile. A snapshot that is not sealed
// answers them too, but makes the index for each question anew.
func (s *Snapshot) Seal() {
	if s.sealed == nil {
		s.sealed = s.newIndex()
	}
}

// Unseal is called before something is written to the snapshot.
func (s *Snapshot) Unseal() { s.sealed = nil }

// index is that of the sealed snapshot, or a new one.
func (s *Snapshot) index() *index {
	if s.sealed != nil {
		return s.sealed
	}
	return s.newIndex()
}

func (s *Snapshot) newIndex() *index {
	x := &index{
		taggedLocations: map[tagged][]string{}, taggedTasks: map[tagged][]string{}, unreadLocations: map[transfer.Place][]string{},
		unsureLocations: map[placedBucket][]string{}, uriLocations: map[placedBucket][]string{}, roleLocations: map[string][]string{}, accountTasks: map[string][]string{}, users: map[string][]string{},
		rolesByName: map[accountName]string{}, rolesByPolicy: map[string][]string{}, rolesMade: map[string]bool{}, bucketUsers: map[string]string{},
	}
	x.roleIDs = sync.OnceValue(s.RoleIDs)
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		l := s.Locations[arn]
		a, _ := region.ParseARN(arn)
		pl := transfer.Place{Account: a.Account, Region: a.Region}
		if !l.Exists {
			if s.Unread(arn, l.Unread, location.PartLocation) != nil {
				x.unreadLocations[pl] = append(x.unreadLocations[pl], arn)
			}
			continue
		}
		tag(x.taggedLocations, arn, l.Tags)
		x.roleLocations[l.RoleARN] = append(x.roleLocations[l.RoleARN], arn)
		if in := placed(arn, l); in != (placedBucket{}) {
			x.uriLocations[placedBucket{pl, l.URI}] = append(x.uriLocations[placedBucket{pl, l.URI}], arn)
			if s.Unread(arn, l.Unread, location.PartLocation) != nil || s.Unread(arn, l.Unread, location.PartTags) != nil {
				x.unsureLocations[in] = append(x.unsureLocations[in], arn)
			}
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(s.Tasks)) {
		t := s.Tasks[arn]
		if s.Unread(arn, t.Unread, task.PartTask) != nil || s.Unread(arn, t.Unread, task.PartTags) != nil {
			a, _ := region.ParseARN(arn)
			x.accountTasks[a.Account] = append(x.accountTasks[a.Account], arn)
		}
		tag(x.taggedTasks, arn, t.Tags)
		for _, l := range slices.Compact([]string{t.SourceLocationARN, t.DestinationLocationARN}) {
			x.users[l] = append(x.users[l], arn)
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(s.Roles)) {
		role := s.Roles[arn]
		for name := range role.Policies {
			x.rolesByPolicy[name] = append(x.rolesByPolicy[name], arn)
		}
		if name, ok := transfer.RoleNameOf(role.ARN); ok && role.Exists {
			a, _ := region.ParseARN(role.ARN)
			x.rolesByName[accountName{a.Account, strings.ToLower(name)}] = role.ARN
		}
	}
	for _, t := range s.Transfers {
		for _, side := range transfer.Sides {
			if e := t.End(side); e.OwnsRole {
				x.rolesMade[e.DataSyncRole] = true
			}
		}
		for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
			if _, known := x.bucketUsers[e.Bucket]; !known {
				x.bucketUsers[e.Bucket] = e.Account
			}
		}
	}
	return x
}

// tag adds the ARN under each tag that may name a transfer. Tag prefixes differ, so that the end of the key tells.
func tag(into map[tagged][]string, arn string, tags map[string]string) {
	for key, value := range tags {
		if strings.HasSuffix(key, transfer.TagTransfer) {
			into[tagged{key, value}] = append(into[tagged{key, value}], arn)
		}
	}
}

// owned are the ARNs, sorted, of those that may be the transfer's: tagged with its name, or to be adopted and known.
func owned[State any](t *transfer.Transfer, byTag map[tagged][]string, all map[string]State, adopt ...string) []string {
	out := byTag[tagged{t.TagKey(transfer.TagTransfer), t.Name}]
	for _, arn := range adopt {
		if _, known := all[arn]; known && arn != "" && !slices.Contains(out, arn) {
			out = append(slices.Clone(out), arn)
			slices.Sort(out)
		}
	}
	return out
}

// ownedLocations are the ARNs, sorted, of the locations that may be the transfer's; ask Owns of each.
func (s *Snapshot) ownedLocations(t *transfer.Transfer) []string {
	return s.ownedLocationsOf(s.index(), t)
}

func (s *Snapshot) ownedLocationsOf(x *index, t *transfer.Transfer) []string {
	return owned(t, x.taggedLocations, s.Locations, t.End(plan.SourceSide).Adopt.Location, t.End(plan.DestinationSide).Adopt.Location)
}

// ownedTasks are the ARNs, sorted, of the tasks that may be the transfer's; ask Owns of each.
func (s *Snapshot) ownedTasks(t *transfer.Transfer) []string {
	return owned(t, s.index().taggedTasks, s.Tasks, t.Adopt.Task)
}

// usersRead are the ARNs, sorted, of the tasks that were read and use the location.
func (s *Snapshot) usersRead(location string) []string { return s.index().users[location] }
