package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// What a picture shows at most. What it leaves out is counted in it.
const (
	drawnTransfers = 4
	drawnKeys      = 3 // of one transfer
	drawnOperators = 2 // of one transfer
)

// picture is who may do what: accounts as boxes; in them tasks with their roles, operators, buckets and keys; grants as arrows.
type picture struct {
	accounts []*account
	edges    []*edge
	uses     [][2]*node // a task and a role that it runs as
	more     []string   // what is left out, in our words
}

// account is a box. On the left stands who acts, on the right what is acted on.
type account struct {
	id          string
	ownsTask    bool
	left, right []*node
}

// node is a task, role, operator, bucket or key.
type node struct {
	id    string // n1, n2 …
	word  string // what it is
	name  string
	in    []*edge
	under *node    // the task that it stands below, whose role it is; nil is none
	also  []string // of a task: names of its roles that stand below another task
}

// edge is a grant, and what is known of it.
type edge struct {
	from, to *node
	verb     string
	state    mark
}

// stateWords say what is known of a grant.
var stateWords = map[mark]string{allowed: "allowed", limited: "limited", denied: "denied", unknown: "unknown", removed: "ends", notes: "stays"}

// stateClasses are the colours of arrows.
var stateClasses = map[mark]string{allowed: "yes", limited: "ask", denied: "no", unknown: "ask", removed: "ends", notes: "note", none: "ends"}

// label says what is granted, and what is known of it.
func (e *edge) label() string {
	if known := stateWords[e.state]; known != "" {
		return e.verb + ": " + known
	}
	return e.verb
}

// sketch makes a picture.
type sketch struct {
	*report
	picture  *picture
	nodes    map[[3]string]*node
	grants   map[access]mark
	loses    map[[3]string]bool      // kind, account and name of a policy that loses statements
	roles    map[[2]string]plan.Hold // account and name of a role that goes or loses policies
	keysLeft int
	opsLeft  int
}

// access is what findings about access are about.
type access struct{ transfer, side, subject, service string }

// draw draws the first transfers.
func (r *report) draw() *picture {
	s := &sketch{report: r, picture: &picture{}, nodes: map[[3]string]*node{}, grants: map[access]mark{}, loses: map[[3]string]bool{}, roles: map[[2]string]plan.Hold{}}
	s.know()
	shown := r.Transfers[:min(len(r.Transfers), drawnTransfers)]
	for _, t := range shown {
		s.account(t.TaskAccount).ownsTask = true
	}
	for _, t := range shown {
		s.transfer(t)
	}
	for _, left := range []struct {
		n    int
		noun string
	}{{len(r.Transfers) - len(shown), "transfer"}, {s.keysLeft, "key"}, {s.opsLeft, "operator"}} {
		if left.n > 0 {
			s.picture.more = append(s.picture.more, "and "+strings.Replace(plural(left.n, left.noun), " ", " more ", 1))
		}
	}
	return s.picture
}

// know indexes what the findings and changes tell of grants.
func (s *sketch) know() {
	for _, f := range s.Findings {
		m, ok := verdictMarks[f.Code]
		if !ok || len(f.Actions) == 0 || unsettled(f) && s.ownMatter(f) {
			continue
		}
		service, _, _ := strings.Cut(f.Actions[0], ":")
		k := access{f.Transfer, string(f.Side), f.Subject, service}
		s.grants[k] = worse(s.grants[k], m)
	}
	for _, c := range s.Changes {
		switch {
		case c.Policy != nil && len(c.Policy.Loses) > 0:
			s.loses[[3]string{string(c.Kind), c.Account, c.Name}] = true
		case c.Role != nil && c.Op != plan.NoOp:
			s.roles[[2]string{c.Account, c.Name}] = c.Hold
		}
	}
}

// worse is the verdict that speaks more against the grant.
func worse(a, b mark) mark {
	order := []mark{none, allowed, limited, unknown, denied}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

func (s *sketch) account(id string) *account {
	for _, a := range s.picture.accounts {
		if a.id == id {
			return a
		}
	}
	a := &account{id: id}
	s.picture.accounts = append(s.picture.accounts, a)
	return a
}

// node is the one of that kind and name in the account, which is drawn once.
func (s *sketch) node(id, word, name string) *node {
	key := [3]string{id, word, name}
	if n := s.nodes[key]; n != nil {
		return n
	}
	n := &node{id: fmt.Sprintf("n%d", len(s.nodes)+1), word: word, name: name}
	s.nodes[key] = n
	if a := s.account(id); word == "bucket" || word == "key" {
		a.right = append(a.right, n)
	} else {
		a.left = append(a.left, n)
	}
	return n
}

// transfer draws one transfer.
func (s *sketch) transfer(t *transfer.Transfer) {
	task := s.node(t.TaskAccount, "task", cmp.Or(t.Task.Name, t.Name))
	for _, side := range transfer.Sides {
		e := t.End(side)
		role := s.role(t, side)
		if use := [2]*node{task, role}; !slices.Contains(s.picture.uses, use) {
			s.picture.uses = append(s.picture.uses, use)
			if role.under = cmp.Or(role.under, task); role.under != task {
				task.also = append(task.also, role.name)
			}
		}
		verb := "may read"
		if side == plan.DestinationSide {
			verb = "may write"
		}
		bucket := s.node(e.Account, "bucket", e.Bucket)
		s.edge(role, bucket, verb, s.state(t, e, e.DataSyncRole, plan.BucketPolicy, e.Account, e.Bucket, e.Remote))
	}
	s.keys(t)
	s.operators(t)
}

// role is the one that the task runs as on this side.
func (s *sketch) role(t *transfer.Transfer, side plan.Side) *node {
	e := t.End(side)
	if name, ok := transfer.RoleNameOf(e.DataSyncRole); ok {
		return s.node(t.TaskAccount, "role", name)
	}
	return s.node(t.TaskAccount, "role of location", e.LocationARN[strings.LastIndexByte(e.LocationARN, '/')+1:])
}

func (s *sketch) keys(t *transfer.Transfer) {
	n := 0
	for _, need := range t.KeyNeeds {
		verb := "may decrypt"
		if need.Role == plan.DestinationSide {
			verb = "may encrypt"
		}
		e := t.End(need.Role)
		for _, spec := range t.Keys {
			if !slices.Contains(need.Keys, spec.ARN) {
				continue
			}
			if n++; n > drawnKeys {
				s.keysLeft++
				continue
			}
			key := s.node(spec.Account(), "key", transfer.KeyName(spec.ARN))
			s.edge(s.role(t, need.Role), key, verb, s.state(t, e, e.DataSyncRole, plan.KeyPolicy, spec.Account(), transfer.KeyName(spec.ARN), t.RemoteKey(spec.ARN)))
		}
	}
}

// operators draws those whom a bucket of another account allows to list it.
func (s *sketch) operators(t *transfer.Transfer) {
	for i, arn := range slices.Compact(slices.Sorted(slices.Values(t.Operators))) {
		if i >= drawnOperators {
			s.opsLeft++
			continue
		}
		for _, side := range transfer.Sides {
			if e := t.End(side); e.Remote && e.LocationARN == "" {
				operator := s.node(t.TaskAccount, "operator", arn[strings.LastIndexByte(arn, '/')+1:])
				s.edge(operator, s.node(e.Account, "bucket", e.Bucket), "may list", s.state(t, e, arn, plan.BucketPolicy, e.Account, e.Bucket, true))
			}
		}
	}
}

// state is what is known of the grant to the subject, of the policy of a bucket or key. A tear-down knows which grants end.
func (s *sketch) state(t *transfer.Transfer, e *transfer.End, subject string, kind plan.Kind, account, name string, remote bool) mark {
	if s.Mode == plan.TearDown {
		role, _ := transfer.RoleNameOf(subject)
		hold, goes := s.roles[[2]string{t.TaskAccount, role}]
		switch {
		case remote && s.loses[[3]string{string(kind), account, name}], !remote && goes && hold == "":
			return removed
		case !remote && goes:
			return notes
		}
		return none
	}
	service := "s3"
	if kind == plan.KeyPolicy {
		service = "kms"
	}
	return s.grants[access{t.Name, string(e.Side), subject, service}]
}

// edge draws a grant once; several transfers may have it, and then the worst that is known of it counts.
func (s *sketch) edge(from, to *node, verb string, state mark) {
	for _, e := range to.in {
		if e.from == from && e.verb == verb {
			e.state = worse(e.state, state)
			return
		}
	}
	e := &edge{from: from, to: to, verb: verb, state: state}
	to.in, s.picture.edges = append(to.in, e), append(s.picture.edges, e)
}

// legend says how to read the picture.
func (r *report) legend() []item {
	out := []item{{line: say("Each box is an account. An arrow is a grant, from whom to what, with what the policies make of it.")}}
	switch {
	case r.Mode == plan.TearDown:
		out[0].line = say("Each box is an account. An arrow is a grant that the transfers have, and whether it ends.")
	case r.reader != "":
		out[0].line = say("Each box is an account. An arrow is a grant, from whom to what, with what the policies make of it where this part of the plan says so.")
	}
	for _, m := range r.out.picture.more {
		out = append(out, item{line: say("Not in the picture: " + m + ".")})
	}
	return out
}
