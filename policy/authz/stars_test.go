package authz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestRunsOfWildcardsAreBounded decides with policies of about 20 KB in which wildcards follow each other, or in which wildcards and text are made to
// be tried in many ways. A run of stars means one star, so that the answers are those of short policies.
func TestRunsOfWildcardsAreBounded(t *testing.T) {
	stars, marks, both := strings.Repeat("*", 19000), strings.Repeat("?", 19000), strings.Repeat("*?", 9000)
	deny := func() policy.Statement { return policy.Deny("s3:*").By(policy.Everyone()).On("*") }
	like := func(values ...string) policy.Statement { return deny().When(policy.StringLike("k:x", values...)) }
	arn := func(value string) policy.Statement { return deny().When(policy.ArnLike("aws:PrincipalArn", value)) }
	on := func(resources ...string) policy.Statement {
		return policy.Deny("s3:*").By(policy.Everyone()).On(resources...)
	}
	each := func(n int, statement func(i int) policy.Statement) (out policy.Statements) {
		for i := range n {
			out = append(out, statement(i))
		}
		return out
	}
	const allowed, denied, undetermined = authz.Allowed, authz.ExplicitlyDenied, authz.Undetermined
	a := strings.Repeat
	for _, tt := range []struct {
		name      string
		policies  policy.Fragment
		resource  string // "" is that of a short object key
		effect    authz.Effect
		exhausted bool
	}{
		{"stars in the ARN of a known key", arn("arn:*:iam::111122223333:" + stars + "x"), "", denied, false},
		{"stars in the ARN of a known key, which do not match", arn("arn:*:iam::111122223333:" + stars + "y"), "", allowed, false},
		{"stars in each part of an ARN", arn(strings.Repeat(stars[:3000]+":", 5) + stars[:3000] + "x"), "", denied, false},
		{"stars and question marks in an ARN", arn("arn:*:iam::111122223333:" + both + "x"), "", allowed, false},
		{"stars in a pattern of a known key", deny().When(policy.StringLike("aws:PrincipalArn", "arn"+stars+"x", stars+"y")), "", denied, false},
		{"stars in a pattern of an unknown key", like(stars + "a????????????"), "", undetermined, false},
		{"stars in two patterns of an unknown key", like(stars[:9000]+"a????????????????????????", "*b??????????????????????????????"), "", undetermined, false},
		{"stars in patterns of two Denies", policy.Statements{like(stars[:9000] + "a????????????????????????"), like(stars[:9000] + "b????????????????????????")}, "", undetermined, true},
		{"stars on either side of a letter, in two Denies", policy.Statements{like(stars[:4500] + "a" + stars[:4500]), like(stars[:4500] + "b" + stars[:4500])}, "", undetermined, false},
		{"stars and question marks in two Denies", policy.Statements{like(both[:9000] + "a"), like(both[:9000] + "b")}, "", undetermined, true},
		{"stars in patterns of lists", each(2, func(i int) policy.Statement {
			return deny().When(policy.Where("ForAnyValue:StringLike", "aws:TagKeys", stars[:9000]+string(rune('a'+i))+stars[:100]))
		}), "", undetermined, false},
		{"stars in a Bool", deny().When(policy.Where("Bool", "aws:SecureTransport", stars)), "", allowed, false},
		{"stars in a resource", on(stars[:9000] + ":" + stars[:9000]), "", denied, false},
		{"stars in a resource that does not match", on(stars[:6000] + ":" + stars[:6000] + ":s3:::b/*x"), "", allowed, false},
		{"stars and question marks in a resource", on(a("?*", 4500) + ":" + a("*?", 4500)), "", allowed, false},
		{"question marks in a resource", on("arn:aws:s3:::b/" + marks), "", allowed, false},
		{"stars in an action", policy.Deny("s3:" + stars + "x").By(policy.Everyone()).On("*"), "", allowed, false},
		{"stars between variables", on("arn:aws:s3:::b/" + a("**${aws:PrincipalTag/t}", 800)), "", undetermined, true},
		{"a long text that nearly matches", on("arn:aws:s3:::b/*" + a("a", 9000) + "b"), "arn:aws:s3:::b/" + a("a", 18000), allowed, false},
		{"a long text that nearly matches behind a wildcard of its partition", on("arn:a?s:s3:::b/*" + a("a", 9000) + "b"), "arn:aws:s3:::b/" + a("a", 18000), allowed, false},
		{"a long text with stars between its letters", on("arn:aws:*:" + a("*a", 9000) + "b"), "arn:aws:s3:::b/" + a("xa", 9000), allowed, false},
		{"a long text with a question mark", on("arn:aws:*:*" + a("a", 4500) + "?" + a("a", 4500) + "b"), "arn:aws:s3:::b/" + a("a", 18000), allowed, false},
		{"a long text of colons", on("arn:a?s:*:" + a("*:?", 6000) + "b"), "arn:aws:s3:::b/" + a(":", 18000), allowed, false},
		{"a long text of many letters", on("arn:a?s:s3:::b/*" + letters(6000) + "?" + letters(300) + "b"), "arn:aws:s3:::b/" + letters(6000) + letters(300), allowed, false},
		{"long texts of lists", each(60, func(i int) policy.Statement {
			return deny().When(policy.Where("ForAnyValue:StringLike", "aws:TagKeys", "*"+a("a", 200)+string(rune('b'+i))))
		}), "", undetermined, true},
		{"beginnings of variables that never end", like(a("${A", 6000) + "}"), "", undetermined, false},
		{"beginnings of variables before a comma", like(a("${A", 3000) + "," + a(" ", 9000) + "x'}"), "", undetermined, false},
		{"defaults of variables that never end", like(a("${A, '", 3000) + "}"), "", undetermined, false},
		{"the same variable spelled in many ways", deny().When(policy.StringLike("aws:PrincipalArn", a("${Aws:x}*${aWs:x}*", 1000))), "", undetermined, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			role := "arn:aws:iam::111122223333:role/x"
			d := policy.New(policy.Allow("s3:*").By(policy.AWS(role)).On("*"), tt.policies)
			r := authz.Request{Principal: role, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: "444455556666"}
			if tt.resource != "" {
				r.Resource = tt.resource
			}
			start := time.Now()
			got := authz.Decide(r, authz.Policies{Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*"))}, Resource: d})
			deciding := time.Since(start)
			explained := got.Explain()
			if took := time.Since(start); took > time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("took %v, of which %v to decide", took, deciding)
			}
			if got.Effect != tt.effect || got.Exhausted != tt.exhausted || len(explained) == 0 {
				t.Errorf("%v, exhausted %v, %d statements explained; want %v, %v", got.Effect, got.Exhausted, len(explained), tt.effect, tt.exhausted)
			}
		})
	}
}
