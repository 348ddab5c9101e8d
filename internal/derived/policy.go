package derived

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// sharedPolicy derives the change of a policy that others write too.
func (d *deriver) sharedPolicy(c *plan.Change, w desired.Index, id string) (*Change, error) {
	s := &shared{deriver: d, c: c, out: &Policy{}}
	former, name := true, c.Name
	switch c.Kind {
	case plan.BucketPolicy:
		var l problem.List
		if s3name.Check(&l, "Name", c.Name, c.Region); l.Err() != nil {
			return nil, mismatch(c, "its name is no bucket's")
		}
		s.out.ARN = region.Bucket(region.Partition(c.Region), c.Name)
		if b := at(w.Buckets, id); b != nil {
			former, name, s.want, s.serving = false, b.Spec.Name, b.Spec.Statements, b.Transfers
		}
	case plan.KeyPolicy:
		key := kmskey.Spec{ARN: c.ARN}
		if !region.ValidKey(c.ARN) || key.Account() != c.Account || key.Region() != c.Region || transfer.KeyName(c.ARN) != c.Name {
			return nil, mismatch(c, "its ARN is not that of the key")
		}
		s.out.ARN = c.ARN
		if k := at(w.Keys, id); k != nil {
			former, s.want, s.serving = false, k.Spec.Statements, k.Transfers
		}
	case plan.LogPolicy:
		l := desired.NewLogPolicy(c.Account, c.Region, region.Partition(c.Region))
		s.ours, name = l.Ours, l.Change().Name
		if have := at(w.Logs, id); have != nil {
			former, s.want, s.serving = false, policy.Statements{have.Statement()}, have.Transfers
		}
	}
	if name != c.Name || id != transfer.ChangeID(c.Account, c.Region, c.Kind, name) {
		return nil, mismatch(c, "its name is another")
	}
	if err := serves(c, s.serving); err != nil {
		return nil, err
	}
	s.asked = s.want
	if d.plan.Mode == plan.TearDown {
		s.want = nil
	}
	for _, name := range c.Transfers {
		t := d.byName[name]
		s.ours = slices.Concat(s.ours, t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids)
		s.held = s.held || d.blocked[name]
	}
	if err := s.compare(); err != nil {
		return nil, err
	}
	return &Change{Change: c, Former: former, Policy: s.out}, nil
}

// shared is one policy that others write too, as its change tells of it.
type shared struct {
	*deriver
	c       *plan.Change
	want    policy.Statements
	asked   policy.Statements    // what a set-up would want
	ours    []string             // every Sid that the change's transfers can have
	serving []*transfer.Transfer // those that want statements there
	held    bool                 // a finding blocks one of the change's transfers
	out     *Policy

	before, after policy.Document
}

// compare fills in what becomes of the policy.
func (s *shared) compare() error {
	for _, text := range []struct {
		of string
		to *policy.Document
	}{{s.c.Before, &s.before}, {s.c.After, &s.after}} {
		if text.of == "" {
			continue
		}
		doc, err := policy.Parse([]byte(text.of))
		if err != nil {
			return mismatch(s.c, "its text is no policy: %v", err)
		}
		*text.to = doc
	}
	if err := s.listed(); err != nil {
		return err
	}
	if s.c.Before == "" && s.c.After == "" && (!s.c.Add.IsZero() || len(s.c.Remove) > 0) {
		return cmp.Or(s.unread(), s.told())
	}
	s.out.Read = true
	for _, st := range s.want {
		if err := s.wants(st); err != nil {
			return err
		}
	}
	if err := s.rest(); err != nil {
		return err
	}
	if err := s.told(); err != nil {
		return err
	}
	if s.c.Op == plan.NoOp && len(s.out.Gains)+len(s.out.Loses) > 0 {
		return mismatch(s.c, "it changes the policy, and its operation says that it does not")
	}
	return nil
}

// listed compares what is to be added and removed with what the transfers ask for.
func (s *shared) listed() error {
	for st := range s.c.Add.All() {
		if i := s.index(st.Sid()); i < 0 || !st.Equal(s.want[i]) {
			return mismatch(s.c, "%s to add is none of the transfers'", text.Named(st.Sid(), 1))
		}
	}
	for _, sid := range s.c.Remove {
		if s.index(sid) >= 0 {
			return mismatch(s.c, "it takes out %s, which the transfers ask for", text.Statement(sid))
		}
		if was, stood := s.before.Statement(sid); !slices.Contains(s.ours, sid) && !(stood && s.goes(was)) {
			return mismatch(s.c, "it takes out %s, which is not the transfers'", text.Statement(sid))
		}
	}
	return nil
}

func (s *shared) index(sid string) int {
	return slices.IndexFunc(s.want, func(st policy.Statement) bool { return st.Sid() == sid })
}

// unread fills in what is to be done to a policy that was not read.
func (s *shared) unread() error {
	for _, st := range s.want {
		if _, ok := s.c.Add.Statement(st.Sid()); !ok {
			return mismatch(s.c, "it does not add %s, which the transfers ask for", text.Statement(st.Sid()))
		}
		s.out.Gains = append(s.out.Gains, Gain{Statement: st})
	}
	for _, sid := range s.c.Remove {
		s.out.Loses = append(s.out.Loses, s.loss(sid, policy.Statement{}, true))
	}
	return nil
}

// wants says whether the policy gains the statement or has it.
func (s *shared) wants(st policy.Statement) error {
	was, stood := s.before.Statement(st.Sid())
	got, ok := s.after.Statement(st.Sid())
	kept := stood && ok && bytes.Equal(was.Bytes(), got.Bytes())
	switch {
	case kept && was.EqualWith(st, unresolved(was, st)), stood && was.Equal(st) && ok && got.Equal(st):
		s.out.Ours++
		return nil
	case s.held && kept: // somebody else's statement has our Sid
		return nil
	case s.c.Kind == plan.LogPolicy && s.c.Op == plan.NoOp: // another statement may say it
		return nil
	case !ok || !got.Equal(st):
		return mismatch(s.c, "%s is another", text.Statement(st.Sid()))
	}
	if _, listed := s.c.Add.Statement(st.Sid()); !listed && !s.c.Add.IsZero() {
		return mismatch(s.c, "it does not add %s, which the transfers ask for", text.Statement(st.Sid()))
	}
	s.out.Gains = append(s.out.Gains, Gain{Statement: st, Changed: stood})
	return nil
}

// told compares the lines for people with the statements that are written: each is named, and no other.
func (s *shared) told() error {
	var written []string
	for _, g := range s.out.Gains {
		written = append(written, g.Statement.Sid())
	}
	var named []string
	for _, line := range s.c.Details {
		if rest, ok := strings.CutPrefix(line, "+ "); ok || strings.HasPrefix(line, "~ ") {
			sid, _, _ := strings.Cut(strings.TrimPrefix(rest, "~ "), "   ") // a Sid in a bucket's policy may have spaces
			if named = append(named, sid); !slices.Contains(written, sid) {
				return mismatch(s.c, "its details name %s, which it does not write", text.Statement(sid))
			}
		}
	}
	for _, sid := range written {
		if !slices.Contains(named, sid) {
			return mismatch(s.c, "its details do not name %s, which it writes", text.Statement(sid))
		}
	}
	return nil
}

// unresolved maps the unique id by which AWS may show the role of the wanted statement, for the moment, to its ARN.
func unresolved(was, wanted policy.Statement) map[string]string {
	shown, _ := was.Principals()
	principals, _ := wanted.Principals()
	if len(shown) != 1 || len(principals) != 1 || !desired.UniqueID(shown[0].Value()) {
		return nil
	}
	return map[string]string{shown[0].Value(): principals[0].Value()}
}

// rest says what becomes of the statements that the transfers do not ask for. The new policy has none that did not stand there.
func (s *shared) rest() error {
	rest := slices.Collect(s.before.All())
	n := 0
	for st := range s.after.All() {
		n++
		i := slices.IndexFunc(rest, func(r policy.Statement) bool { return bytes.Equal(r.Bytes(), st.Bytes()) })
		if i < 0 {
			i = slices.IndexFunc(rest, st.Equal)
		}
		switch wanted := s.index(st.Sid()) >= 0; {
		case i < 0 && wanted:
			continue
		case i < 0:
			return mismatch(s.c, "%s is nobody's", text.Named(st.Sid(), n))
		case !wanted && slices.Contains(s.ours, st.Sid()):
			s.out.Ours++
		case !wanted:
			s.out.Others++
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, st := range rest {
		ours := slices.Contains(s.ours, st.Sid())
		switch {
		case s.index(st.Sid()) >= 0: // ours, written anew
		case ours || s.goes(st):
			s.out.Loses = append(s.out.Loses, s.loss(st.Sid(), st, ours))
		default:
			return mismatch(s.c, "it takes out %s of others", cmp.Or(text.Statement(st.Sid()), "a statement"))
		}
	}
	return nil
}

// loss is a statement that leaves the policy. If a set-up would write just that, it follows from the transfers what it is.
func (s *shared) loss(sid string, was policy.Statement, ours bool) Loss {
	l := Loss{Sid: sid, Was: was, Ours: ours}
	for _, st := range s.asked {
		if st.Sid() == sid && (was.IsZero() || was.Equal(st)) {
			l.Asked = st
		}
	}
	return l
}

// goes reports whether a statement without a Sid of ours may leave the policy: the tutorial's, or one for what the transfers adopt.
func (s *shared) goes(st policy.Statement) bool {
	principals, not := st.Principals()
	if st.Effect() != "Allow" || not || len(principals) == 0 || s.c.Kind != plan.BucketPolicy {
		return false
	}
	for _, p := range principals {
		if p.Type() != "AWS" || !slices.ContainsFunc(s.c.Transfers, func(name string) bool { return s.leaves(s.byName[name], st, p.Value()) }) {
			return false
		}
	}
	return true
}

// leaves reports whether a statement for the principal may leave the policy with or for the transfer.
func (s *shared) leaves(t *transfer.Transfer, st policy.Statement, principal string) bool {
	a, isARN := region.ParseARN(principal)
	if isARN && a.Account != t.TaskAccount || !isARN && !desired.UniqueID(principal) {
		return false
	}
	if st.Sid() == bucket.TutorialSid {
		return true
	}
	for _, side := range transfer.Sides {
		e := t.End(side)
		if e.Bucket == s.c.Name && e.Adopt.Role != "" && (!isARN || principal == e.Adopt.Role || slices.Contains(t.Operators, principal)) {
			return true
		}
	}
	return false
}
