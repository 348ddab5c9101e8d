package apply

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// proofFor is how long ago a read of a policy may have begun that proves that the policy does not name a role which is about to be deleted.
const proofFor = 10 * time.Second

// readBack is what was read of a policy that this apply has written or found as it is wanted.
type readBack struct {
	policy.Document
	begun, ended time.Time // of the read
}

// read reads the policy and keeps what it read, unless that fails.
func (b *readBack) read(ctx context.Context, read func(context.Context) (policy.Document, error)) (policy.Document, error) {
	begun := time.Now()
	d, err := read(ctx)
	if err == nil {
		*b = readBack{d, begun, time.Now()}
	}
	return d, err
}

// noteReadBack remembers what was read last of the policy of the change.
func (s step) noteReadBack(last readBack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readBacks[s.ch.ID] = last
}

// mayName is a policy that may name a role.
type mayName struct {
	id, what string // of its change; in words
	read     func(context.Context) (policy.Document, error)
	proof    time.Time // when the read began that shows that it does not name the role; zero is none
}

// prover proves that the policies of the buckets and keys that a role's transfers use do not name the role.
type prover struct {
	*run
	w        desired.Role
	state    iamrole.State
	policies []*mayName

	noted sync.Mutex // guards what follows, and the proofs
	where string     // the policy that names it, in words
	err   error
}

// newProver returns a prover of the policies that can be read. A policy that cannot has held the change back already.
func (r *run) newProver(w desired.Role, state iamrole.State) *prover {
	p := &prover{run: r, w: w, state: state}
	for _, b := range r.wanted.BucketsOf(w) {
		if !r.current.CanRead(b.Spec.Account) {
			continue
		}
		p.policies = append(p.policies, &mayName{id: b.ID(), what: "bucket " + b.Spec.Name, read: func(ctx context.Context) (policy.Document, error) {
			api, err := r.clients.S3(b.Spec.Account, b.Spec.Region)
			if err != nil {
				return policy.Document{}, err
			}
			d, err := guard.ReadBucketPolicy(ctx, api, b.Spec)
			if err != nil {
				err = &plan.CallError{Account: b.Spec.Account, Region: b.Spec.Region, Operation: "s3:GetBucketPolicy", Subject: b.Spec.Name, Err: err}
			}
			return d, err
		}})
	}
	for _, k := range r.wanted.KeysOf(w) {
		if !r.current.CanRead(k.Spec.Account()) {
			continue
		}
		p.policies = append(p.policies, &mayName{id: k.ID(), what: "key " + transfer.KeyName(k.Spec.ARN), read: func(ctx context.Context) (policy.Document, error) {
			api, err := r.clients.KMS(k.Spec.ARN)
			if err != nil {
				return policy.Document{}, err
			}
			d, err := guard.ReadKeyPolicy(ctx, api, k.Spec.ARN)
			if err != nil {
				err = &plan.CallError{Account: k.Spec.Account(), Region: k.Spec.Region(), Operation: "kms:GetKeyPolicy", Subject: k.Spec.ARN, Err: err}
			}
			return d, err
		}})
	}
	return p
}

// prove looks at the policies of which there is no proof that is young enough, all at once. Those that this apply is writing are left out if leave is true.
// The error says which of them names the role, or could not be read.
func (p *prover) prove(ctx context.Context, leave bool) error {
	var wg sync.WaitGroup
	for _, n := range p.policies {
		if time.Since(n.proof) <= proofFor || leave && p.results[n.id] != nil && p.status(n.id) == "" {
			continue
		}
		if back, ok := p.readBack(n.id); ok {
			p.note(n, back.Document, back.begun, nil)
			continue
		}
		wg.Go(func() {
			begun := time.Now()
			d, err := n.read(ctx)
			p.note(n, d, begun, err)
		})
	}
	wg.Wait()
	if p.err == nil && p.where != "" {
		return &plan.OwnerError{Account: p.w.Account, Kind: plan.IAMRole, Name: p.w.Spec.Name,
			Detail: "it stays, because the policy of " + p.where + " names it and could not be written any more once it is gone"}
	}
	return p.err
}

// awaitWrites waits for those changes of the policies that this apply is making, and which read them back. In a tear-down none of them waits for a role.
func (p *prover) awaitWrites() {
	for _, n := range p.policies {
		if p.results[n.id] != nil {
			<-p.done[n.id]
		}
	}
}

// readBack is what this apply has read of the policy of the change, if that is young enough.
func (r *run) readBack(id string) (readBack, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	back, ok := r.readBacks[id]
	return back, ok && time.Since(back.begun) <= proofFor
}

// note notes what was read of a policy.
func (p *prover) note(n *mayName, d policy.Document, begun time.Time, err error) {
	p.noted.Lock()
	defer p.noted.Unlock()
	switch {
	case err != nil:
		p.err = errors.Join(p.err, err)
	case desired.StatementNaming(d, nil, p.w.Arn, p.state.ID) != "":
		if p.where == "" || n.what < p.where {
			p.where = n.what
		}
	default:
		n.proof = begun
	}
}
