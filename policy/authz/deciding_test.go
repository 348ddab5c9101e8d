package authz_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestDenialsHaveReasons decides generated requests of every kind of caller under generated policies: a denial always names a statement or a layer.
func TestDenialsHaveReasons(t *testing.T) {
	callers := map[string]func(authz.Request) authz.Request{
		"the generated one": func(r authz.Request) authz.Request { return r },
		"a user":            func(r authz.Request) authz.Request { r.Principal = alice; return r },
		"the root user":     func(r authz.Request) authz.Request { r.Principal = "arn:aws:iam::111122223333:root"; return r },
		"a role":            func(r authz.Request) authz.Request { r.Principal = role; return r },
		"a session": func(r authz.Request) authz.Request {
			r.Principal = "arn:aws:sts::111122223333:assumed-role/mover/s"
			return r
		},
		"a stranger": func(r authz.Request) authz.Request { r.Principal = "arn:aws:iam::999999999999:role/stranger"; return r },
		"a service":  func(r authz.Request) authz.Request { r.Principal, r.Service = "", "datasync.amazonaws.com"; return r },
		"a service that assumes a role": func(r authz.Request) authz.Request {
			r.Principal, r.Service, r.Action, r.Resource = "", "datasync.amazonaws.com", "sts:AssumeRole", role
			return r
		},
	}
	rounds := 4000
	if testing.Short() || testlimit.UnderRace > 1 {
		rounds = 400
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	denied := map[string]int{}
	for range rounds {
		s := &source{bytes: make([]byte, 64)}
		for i := range s.bytes {
			s.bytes[i] = byte(rnd.Uint32())
		}
		p := s.policies()
		generated, _ := s.request()
		for name, as := range callers {
			r := as(generated)
			d := authz.Decide(r, p)
			if !d.Effect.Denied() {
				continue
			}
			denied[name]++
			if len(d.Deciding) == 0 {
				t.Fatalf("%s: %s without a reason\nrequest %+v\n%s", name, d.Effect, r, show(p, d))
			}
		}
	}
	for name := range callers {
		if denied[name] < rounds/50 {
			t.Errorf("%s was denied %d times only", name, denied[name])
		}
	}
}

// TestDenialOfAnAllowThatCannotMatch names the trust policy, although it has a statement for the service.
func TestDenialOfAnAllowThatCannotMatch(t *testing.T) {
	d := authz.Decide(authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role}, authz.Policies{
		Resource: parse(`{'Statement':{'Effect':'Allow','Principal':{'Service':'datasync.amazonaws.com'},'Action':'sts:AssumeRole','Condition':{'StringEquals':{'x:text':'a'},'StringLike':{'x:text':'b*'}}}}`)})
	if d.Effect != authz.ImplicitlyDenied || len(d.Deciding) != 1 || d.Deciding[0].Layer != authz.Resource || d.Deciding[0].Why == "" {
		t.Errorf("%v, %+v", d.Effect, d.Deciding)
	}
}

// TestDenialsEscapeTheRequest: the words of a layer that does not allow show no sign of the request as it is, whoever the caller is.
func TestDenialsEscapeTheRequest(t *testing.T) {
	never := parse(`{'Statement':{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'StringEquals':{'x:text':'a'},'StringLike':{'x:text':'b*'}}}}`)
	for name, tt := range map[string]struct {
		request  authz.Request
		resource policy.Document
	}{
		"a service, no statement":                     {authz.Request{Service: "datasync.amazonaws.com"}, allows("arn:aws:s3:::other")},
		"a service, a statement that can never apply": {authz.Request{Service: "datasync.amazonaws.com"}, never},
		"anybody, a statement that can never apply":   {authz.Request{}, never},
		"a role, no statement":                        {authz.Request{Principal: role}, policy.Document{}},
	} {
		for _, sign := range []string{"\x1b[2J", "\r", "\n", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\x00"} {
			r := tt.request
			r.Action, r.Resource = "s3:Get"+sign+"Object", "arn:aws:s3:::media/"+sign+"k"
			d := authz.Decide(r, authz.Policies{Resource: tt.resource})
			if !d.Effect.Denied() || len(d.Deciding) == 0 {
				t.Errorf("%s: %s", name, d)
			}
			for _, m := range d.Deciding {
				if strings.Contains(m.Why, sign) || strings.Contains(m.Why, "allow") && !strings.Contains(m.Why, "media/") {
					t.Errorf("%s: %q shows %q", name, m.Why, sign)
				}
			}
		}
	}
}
