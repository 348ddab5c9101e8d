package xacct

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// formerRoles are the ends, by ARN, of the roles of the task account that locations of the transfer name, or named before, as a tag of theirs
// tells. Those that are wanted are among them.
func (s *snapshot) formerRoles(t *transfer.Transfer) map[string][]plan.Side {
	out := map[string][]plan.Side{}
	add := func(arn string, side plan.Side) {
		a, _ := region.ParseARN(arn)
		if _, ok := transfer.RoleNameOf(arn); ok && a.Account == t.TaskAccount && !slices.Contains(out[arn], side) {
			out[arn] = append(out[arn], side)
		}
	}
	for _, side := range transfer.Sides {
		if t.End(side).LocationARN != "" {
			continue
		}
		if l, _, err := s.ourLocation(desired.Location{Transfer: t, Side: side, Spec: t.LocationSpec(side)}); err == nil && l.Exists {
			add(l.RoleARN, side)
			for _, arn := range notedRoles(t, l.Tags) {
				add(arn, side)
			}
		}
	}
	for _, l := range s.orphanLocations(t) {
		for _, arn := range append(notedRoles(t, l.Tags), l.RoleARN) {
			add(arn, plan.Side(l.Tags[t.TagKey(transfer.TagSide)]))
		}
	}
	return out
}

// formerRolesOf are the roles of the side that may hold a policy of ours.
func (s *snapshot) formerRolesOf(t *transfer.Transfer, side plan.Side) []string {
	var out []string
	if t.End(side).OwnsRole {
		out = append(out, t.End(side).DataSyncRole)
	}
	former := s.formerRoles(t)
	for _, arn := range slices.Sorted(maps.Keys(former)) {
		if slices.Contains(former[arn], side) && !slices.Contains(out, arn) {
			out = append(out, arn)
		}
	}
	return out
}

// sidesOf are the ends of the transfer whose buckets and keys may name the role.
func (s *snapshot) sidesOf(w desired.Role, t *transfer.Transfer) []plan.Side {
	former := s.formerRoles(t)[w.Arn]
	var out []plan.Side
	for _, side := range transfer.Sides {
		_, holds := s.roles[w.Arn].Policies[t.End(side).PolicyName]
		if holds || slices.Contains(former, side) || t.End(side).OwnsRole && t.End(side).DataSyncRole == w.Arn {
			out = append(out, side)
		}
	}
	return out
}

// readFormerRoles reads the roles that locations name, or named before, and that were not read yet.
func (s *reader) readFormerRoles(ctx context.Context, w desired.Set) {
	reading := map[string]*transfer.Transfer{}
	for _, t := range w.Tasks {
		for arn := range s.formerRoles(t.Transfer) {
			if _, read := s.roles[arn]; !read && s.failures[arn] == nil {
				reading[arn] = t.Transfer
			}
		}
	}
	var wg sync.WaitGroup
	for arn, t := range reading {
		name, _ := transfer.RoleNameOf(arn)
		expected := map[string]policy.Document{t.End(plan.SourceSide).PolicyName: {}, t.End(plan.DestinationSide).PolicyName: {}}
		wg.Go(func() { s.readRole(ctx, arn, iamrole.Spec{Name: name, Policies: expected}) })
	}
	wg.Wait()
}

// orphanRoles are the roles of ours that the transfers have left: a location of theirs names it, or did, and none of them wants it any more.
// A role that was named by the user bears no transfer's mark; it is ours as far as it holds an inline policy of the transfer's name.
func (s *snapshot) orphanRoles(w desired.Set) []desired.Role {
	var out []desired.Role
	given := s.rolesGiven()
	for _, tw := range w.Tasks {
		t := tw.Transfer
		former := s.formerRoles(t)
		for _, arn := range slices.Sorted(maps.Keys(former)) {
			wanted := slices.ContainsFunc(transfer.Sides, func(side plan.Side) bool { return t.End(side).OwnsRole && t.End(side).DataSyncRole == arn })
			state := s.roles[arn]
			if wanted || given[arn] || !state.Exists || s.unreadFormer(arn) != nil || !holdsFormer(t, state) {
				continue
			}
			i := slices.IndexFunc(out, func(r desired.Role) bool { return r.Arn == arn })
			if i >= 0 {
				out[i].Transfers = append(out[i].Transfers, t)
				continue
			}
			name, _ := transfer.RoleNameOf(arn)
			out = append(out, desired.Role{Account: t.TaskAccount, Arn: arn, Spec: iamrole.Spec{Name: name, Path: state.Path, Tags: t.TagsFor("")},
				Transfers: []*transfer.Transfer{t}, Former: true, Shared: s.wantsRole(arn)})
		}
	}
	return out
}

// unreadFormer is why it is not known what a role holds that a location names, or named.
func (s *snapshot) unreadFormer(arn string) error {
	for _, part := range []string{iamrole.PartRole, iamrole.PartPolicies, iamrole.PartAttached} {
		if err := s.unread(arn, s.roles[arn].Unread, part); err != nil {
			return err
		}
	}
	return nil
}

// holdsFormer reports whether something of the transfer's is left on a role that it does not want.
func holdsFormer(t *transfer.Transfer, s iamrole.State) bool {
	if s.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy {
		return false
	}
	switch s.Tags[t.TagKey(transfer.TagTransfer)] {
	case t.Name:
		return true
	case "":
		_, source := s.Policies[t.End(plan.SourceSide).PolicyName]
		_, destination := s.Policies[t.End(plan.DestinationSide).PolicyName]
		return source || destination || len(s.Policies)+len(s.Attached) == 0
	}
	return false
}

// wantsRole reports whether a transfer, planned or blocked, has us make the role.
func (s *snapshot) wantsRole(arn string) bool {
	return slices.ContainsFunc(s.transfers, func(t *transfer.Transfer) bool {
		return slices.ContainsFunc(transfer.Sides, func(side plan.Side) bool { return t.End(side).OwnsRole && t.End(side).DataSyncRole == arn })
	})
}

// rolesGiven are the roles that a transfer uses as they are.
func (s *snapshot) rolesGiven() map[string]bool {
	out := map[string]bool{}
	for _, t := range s.transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			out[e.RoleARN] = true
			if e.LocationARN != "" {
				out[s.locations[e.LocationARN].RoleARN] = true
			}
		}
		for _, arn := range t.Operators {
			out[arn] = true
		}
		if m := t.Task.Manifest; m != nil {
			out[m.RoleARN] = true
		}
		if r := t.Task.Report; r != nil {
			out[r.RoleARN] = true
		}
		if m := t.Retries; m != nil {
			out[m.RoleARN] = true
		}
	}
	return out
}

// dropOrphanRoles plans that our policies leave the roles that the transfers have left, and that these go with the last of them. It returns the
// IDs of these changes by transfer, and which transfers' roles have to stay: the locations, which tell of them, go only after them.
func (b *builder) dropOrphanRoles(all desired.Set, after map[string][]string) (ids map[string][]string, stay map[string]bool) {
	ids, stay = map[string][]string{}, map[string]bool{}
	for _, w := range b.snap.orphanRoles(all) {
		id, held := b.dropRole(all, w, after)
		for _, t := range w.Transfers {
			if id != "" {
				ids[t.Name] = append(ids[t.Name], id)
			}
			stay[t.Name] = stay[t.Name] || held
		}
	}
	for _, tw := range all.Tasks {
		t := tw.Transfer
		for _, arn := range slices.Sorted(maps.Keys(b.snap.formerRoles(t))) {
			if err := b.snap.unreadFormer(arn); err != nil && !b.snap.wantsRole(arn) && !b.snap.rolesGiven()[arn] {
				b.find([]*transfer.Transfer{t}, unreadFinding(t.TaskAccount, arn, err, plan.Warning, "grant the reader iam:GetRole and iam:ListRolePolicies on the role, which a location of the transfer had before: if it is ours, it stays"))
			}
		}
	}
	return ids, stay
}

// notedRoles are the roles that the tag of a location names.
func notedRoles(t *transfer.Transfer, tags map[string]string) []string {
	var out []string
	for _, path := range strings.Fields(tags[t.TagKey(transfer.TagReplaces)]) {
		out = append(out, region.ARN{Partition: t.Partition, Service: "iam", Account: t.TaskAccount, Resource: "role" + path}.String())
	}
	return out
}

// noteRoles is the tag of a location that gets another role: those that it had before and that are not known to be gone, the last one
// first. "" is none.
func (s *snapshot) noteRoles(w desired.Location, tags map[string]string, had string) string {
	text := ""
	for _, arn := range append([]string{had}, notedRoles(w.Transfer, tags)...) {
		a, _ := region.ParseARN(arn)
		path, ok := strings.CutPrefix(a.Resource, "role")
		state, read := s.roles[arn]
		gone := read && !state.Exists && state.Unread[iamrole.PartRole] == nil
		if !ok || a.Account != w.Spec.Account || arn == w.Spec.RoleARN || gone || slices.Contains(strings.Fields(text), path) || strings.Contains(path, ",") {
			continue // a comma can stand in the name of a role, and not in a tag of DataSync
		}
		if next := strings.TrimSpace(text + " " + path); len(next) <= transfer.MostTag {
			text = next
		}
	}
	return text
}

// removeOrphanRole takes our policies off a role that the change's transfers have left, and deletes it with the last of them.
func (r *run) removeOrphanRole(ctx context.Context, ch *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.IAM(ch.Account)
	if err != nil {
		return plan.Failed, err
	}
	for _, w := range r.current.snap.orphanRoles(r.desired) {
		if w.ID() == ch.ID {
			return r.removeRole(ctx, ch, api, w, r.current.snap.roles[w.Arn], res)
		}
	}
	return plan.Failed, &plan.MismatchError{Change: ch.ID, Detail: "the transfers have not left it"}
}
