package kmskey

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// changeable reports whether a principal of the key's account may change the policy again: the account itself, which delegates to its IAM
// policies, or a principal that a statement names. Other policies are not known and are not considered.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
func (s Spec) changeable(document policy.Document) bool {
	for _, who := range s.candidates(document) {
		d := authz.Decide(authz.Request{Principal: who, Action: "kms:PutKeyPolicy", Resource: s.ARN},
			authz.Policies{Resource: document, Unread: authz.Identity})
		if !d.Effect.Denied() {
			return true
		}
	}
	return false
}

// candidates returns the root of the key's account, and every principal of that account that the document names.
func (s Spec) candidates(document policy.Document) []string {
	a := s.arn()
	root := region.ARN{Partition: a.Partition, Service: "iam", Account: a.Account, Resource: "root"}.String()
	out := []string{root}
	for st := range document.All() {
		principals, _ := st.Principals()
		for _, p := range principals {
			if who, ok := region.ParseARN(p.Value()); ok && p.Type() == "AWS" && who.Account == a.Account && p.Value() != root {
				out = append(out, p.Value())
			}
		}
	}
	return out
}
