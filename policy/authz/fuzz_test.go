package authz_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Decide answers every request, gives the same answer twice, and can explain it.
func FuzzDecide(f *testing.F) {
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username, 'x'}*","Condition":{"StringLike":{"a":["${b}?"]}}}}`), role, "s3:GetObject", "arn:aws:s3:::b/x", "a", "v", false)
	f.Add([]byte(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"AROA"},"NotAction":"s3:*","NotResource":"${x}","Condition":{"ForAllValues:ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/a/*"]},"NumericLessThan":{"n":[1e99,"x"]},"DateEquals":{"d":"2026"}}}}`), session, "kms:Decrypt", key, "n", "1", true)
	f.Fuzz(func(t *testing.T, text []byte, principal, action, resource, name, value string, complete bool) {
		d, err := policy.Parse(text)
		if err != nil {
			return
		}
		r := authz.Request{Principal: principal, Action: action, Resource: resource, Context: map[string][]string{name: {value}}, Complete: complete}
		for _, p := range []authz.Policies{
			{Identity: []policy.Document{d}}, {Resource: d, Identity: one(all)}, {Boundary: d, Session: d, SCPs: [][]policy.Document{{d}}, RCPs: [][]policy.Document{{d}}, Resource: allows("*"), Identity: one(all)},
		} {
			got := authz.Decide(r, p)
			if complete && got.Effect == authz.Undetermined {
				t.Errorf("a complete request is %s", got)
			}
			if got.Effect != authz.Undetermined && len(got.DependsOn) > 0 {
				t.Errorf("%s depends on %v", got.Effect, got.DependsOn)
			}
			if got.Effect == authz.Undetermined && len(got.DependsOn) == 0 {
				t.Errorf("undetermined, and depends on nothing")
			}
			if again := authz.Decide(r, p); again.String() != got.String() {
				t.Errorf("%s, and then %s", got, again)
			}
			got.Explain()
		}
	})
}

// A further Deny never makes a denied request allowed or undetermined.
func FuzzAddDeny(f *testing.F) {
	f.Add([]byte("some choices"), []byte("other choices"))
	f.Fuzz(func(t *testing.T, b, more []byte) {
		s := &source{bytes: b}
		p := s.policies()
		r, _ := s.request()
		before := authz.Decide(r, p)
		add := &source{bytes: more}
		p.Identity = append(slices.Clip(p.Identity), doc(add.statement("Deny", false)))
		p.RCPs = append(slices.Clip(p.RCPs), docs(add.statement("Deny", true)))
		after := authz.Decide(r, p)
		if before.Effect.Denied() && !after.Effect.Denied() {
			t.Errorf("%s, and with another Deny %s\n%s", before, after, show(p, after))
		}
		if before.Effect == authz.ExplicitlyDenied && after.Effect != before.Effect {
			t.Errorf("%s, and with another Deny %s\n%s", before, after, show(p, after))
		}
	})
}

// Knowing more keys never changes a decided answer, and knowing all keys decides every request.
func FuzzKnowMore(f *testing.F) {
	f.Add([]byte("some choices"), uint16(7))
	f.Fuzz(func(t *testing.T, b []byte, which uint16) {
		s := &source{bytes: b}
		p := s.policies()
		r, open := s.request()
		before := authz.Decide(r, p)
		for i, k := range open {
			r.Context = maps.Clone(r.Context)
			values := unknownValues[k].values
			assume1(&r, unknownValues[k].key, values[(int(which)>>(i*4))%len(values)])
			after := authz.Decide(r, p)
			if before.Effect != authz.Undetermined && (before.Effect == authz.Allowed) != (after.Effect == authz.Allowed) {
				t.Errorf("%s, and with %s known %s\n%s", before, unknownValues[k].key, after, show(p, after))
			}
			before = after
		}
		r.Complete = true
		after := authz.Decide(r, p)
		if after.Effect == authz.Undetermined || before.Effect != authz.Undetermined && (before.Effect == authz.Allowed) != (after.Effect == authz.Allowed) {
			t.Errorf("%s, and completed %s\n%s", before, after, show(p, after))
		}
	})
}
