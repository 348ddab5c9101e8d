package authz_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// letters is a text of n different letters.
func letters(n int) string {
	var out []rune
	for i := range n {
		out = append(out, rune(0x4e00+i))
	}
	return string(out)
}

func aws(arns ...string) []policy.Principal {
	var out []policy.Principal
	for _, arn := range arns {
		out = append(out, policy.AWS(arn))
	}
	return out
}

// TestDecisionIsBounded decides with policies of about 20 KB, the most that S3 stores, which are made to cost as much as they can. deps is how many
// keys the answer depends on; exhausted says that not everything was examined.
func TestDecisionIsBounded(t *testing.T) {
	deny := func() policy.Statement { return policy.Deny("s3:*").By(policy.Everyone()).On("*") }
	each := func(n int, statement func(i int) policy.Statement) policy.Statements {
		var out policy.Statements
		for i := range n {
			out = append(out, statement(i))
		}
		return out
	}
	is := func(i int) policy.Condition { return policy.StringEquals(fmt.Sprintf("k:%d", i), "v") }
	together := func(n int, s policy.Statement, c func(i int) policy.Condition) policy.Statement {
		for i := range n {
			s = s.When(c(i))
		}
		return s
	}
	var principals []policy.Principal
	for i := range 400 {
		principals = append(principals, policy.AWS(fmt.Sprintf("arn:aws:iam::111122223333:role/r%d", i)))
	}
	var values []string
	for i := range 400 {
		values = append(values, fmt.Sprintf("*a%d*", i))
	}
	for _, tt := range []struct {
		name      string
		policies  policy.Fragment
		effect    authz.Effect
		deps      int
		exhausted bool
	}{
		{"a Deny with 780 keys", together(780, deny(), is), authz.Undetermined, 780, false},
		{"200 Denies with a key each", each(200, func(i int) policy.Statement { return deny().When(is(i)) }), authz.Undetermined, 200, false},
		{"50 Denies with ten keys each", each(50, func(i int) policy.Statement {
			return together(10, deny(), func(k int) policy.Condition { return is(10*i + k) })
		}), authz.Undetermined, 500, false},
		{"two Denies about the same 390 keys", policy.Statements{together(390, deny(), is), together(390, deny(), func(i int) policy.Condition {
			return policy.StringEquals(fmt.Sprintf("k:%d", i), "w")
		})}, authz.Undetermined, 390, true},
		{"100 Denies, each with a key of the next", each(100, func(i int) policy.Statement { return deny().When(is(i), is(i+1)) }), authz.Undetermined, 101, true},
		{"an Allow and a Deny about 300 keys", policy.Statements{together(300, deny(), is), together(300, policy.Allow("s3:*").By(policy.Account("111122223333")).On("*"), is)},
			authz.Undetermined, 300, true},
		{"a key with 400 patterns", deny().When(policy.StringLike("k:x", values...)), authz.Undetermined, 1, false},
		{"150 patterns of a key in a Deny each", each(150, func(i int) policy.Statement {
			return deny().When(policy.StringLike("k:x", fmt.Sprintf("*a%d*b*", i)))
		}), authz.Undetermined, 1, true},
		{"200 numbers of a key", each(200, func(i int) policy.Statement {
			return deny().When(policy.Where("NumericLessThan", "k:n", fmt.Sprint(i)))
		}),
			authz.Undetermined, 1, false},
		{"100 lists of a key", each(100, func(i int) policy.Statement {
			return deny().When(policy.Where("ForAllValues:StringLike", "aws:TagKeys", fmt.Sprintf("*a%d*", i)))
		}), authz.Undetermined, 1, true},
		{"40 keys with long patterns", together(40, deny(), func(i int) policy.Condition {
			return policy.StringLike(fmt.Sprintf("k:%d", i), strings.Repeat("*ab?", 40))
		}), authz.Undetermined, 40, false},
		{"a resource of 2,000 stars", policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::" + strings.Repeat("*a", 2000) + "b"), authz.Allowed, 0, false},
		{"an action of 2,000 stars", policy.Deny("s3:" + strings.Repeat("*a", 2000) + "b").By(policy.Everyone()).On("*"), authz.Allowed, 0, false},
		{"2,000 exact values of a key", deny().When(policy.StringEquals("k:x", texts(2000, "v#")...)), authz.Undetermined, 1, false},
		{"2,000 numbers of a key", deny().When(policy.Where("NumericLessThan", "k:x", texts(2000, "#")...)), authz.Undetermined, 1, false},
		{"1,000 numbers of a key in two Denies", each(2, func(i int) policy.Statement {
			return deny().When(policy.Where("NumericLessThan", "k:x", texts(1000, fmt.Sprint("#.", i))...))
		}), authz.Undetermined, 1, true},
		{"a value of 6,000 different letters", deny().When(policy.StringEquals("k:x", letters(6000))), authz.Undetermined, 1, false},
		{"a pattern of 6,000 different letters", deny().When(policy.StringLike("k:x", "*"+letters(6000)+"*")), authz.Undetermined, 1, false},
		{"20 patterns of a key with 300 different letters each", each(20, func(int) policy.Statement {
			return deny().When(policy.StringLike("k:x", "*"+letters(300)+"*a*"))
		}), authz.Undetermined, 1, true},
		{"700 actions with stars", policy.Deny(texts(700, "s3:*a*#*b*")...).By(policy.Everyone()).On("*"), authz.Allowed, 0, false},
		{"700 NotActions with stars", parse(`{'Statement':{'Effect':'Deny','Principal':'*','Resource':'*','NotAction':["` +
			strings.Join(append(texts(700, "s3:*a*#*b*"), "s3:Put*"), `","`) + `"]}}`), authz.Allowed, 0, false},
		{"700 NotResources with stars", parse(`{'Statement':{'Effect':'Deny','Principal':'*','Action':'*','NotResource':["` +
			strings.Join(append(texts(700, "arn:aws:s3:::*a*#*b*"), "arn:aws:s3:::b/*"), `","`) + `"]}}`), authz.Allowed, 0, false},
		{"400 NotPrincipals", parse(`{'Statement':{'Effect':'Deny','Action':'*','Resource':'*','NotPrincipal':{'AWS':["` +
			strings.Join(texts(400, "arn:aws:sts::111122223333:assumed-role/x/s#"), `","`) + `"]}}}`), authz.ExplicitlyDenied, 0, false},
		{"600 principals by id", policy.Deny("s3:*").By(aws(texts(600, "AROA#")...)...).On("*"), authz.Undetermined, 1, false},
		{"300 conditions on two keys each", each(60, func(i int) policy.Statement {
			return deny().When(policy.StringEquals(fmt.Sprintf("k:%d", i), "${aws:PrincipalTag/"+fmt.Sprint(i)+"}"))
		}), authz.Undetermined, 120, false},
		{"a variable 900 times in a value", deny().When(policy.StringLike("aws:PrincipalAccount", strings.Repeat("*${aws:PrincipalTag/t}", 900))),
			authz.Undetermined, 1, false},
		{"a variable 900 times in a resource", policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/" + strings.Repeat("*${aws:PrincipalTag/t}", 900)),
			authz.Undetermined, 1, true},
		{"an ARN of 4,000 parts", deny().When(policy.ArnLike("aws:SourceArn", "arn:aws:"+strings.Repeat("*a:", 4000))), authz.Undetermined, 1, false},
		{"100 statements about 60 keys", each(100, func(i int) policy.Statement { return together(60, deny(), is) }), authz.Undetermined, 60, true},
		{"a value of 19 KB", deny().When(policy.StringLike("k:x", strings.Repeat("*a", 9500))), authz.Undetermined, 1, false},
		{"600 ranges of addresses in 60 statements, of which no address is in all", each(60, func(i int) policy.Statement {
			return deny().When(policy.NotIPAddress("aws:SourceIp", texts(10, fmt.Sprintf("10.%d.#.0/24", i))...))
		}), authz.ExplicitlyDenied, 0, false},
		{"400 principals", policy.Deny("s3:*").By(principals...).On("*"), authz.Allowed, 0, false},
		{"100 variables in resources", each(100, func(i int) policy.Statement {
			return policy.Deny("s3:*").By(policy.Everyone()).On(fmt.Sprintf("arn:aws:s3:::b/${aws:PrincipalTag/t%d}/*${aws:PrincipalTag/u%d}", i, i))
		}), authz.Allowed, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := policy.New(policy.Allow("s3:*").By(policy.AWS("arn:aws:iam::111122223333:role/x")).On("*"), tt.policies)
			r := authz.Request{Principal: "arn:aws:iam::111122223333:role/x", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: "444455556666"}
			start := time.Now()
			got := authz.Decide(r, authz.Policies{Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*"))}, Resource: d})
			deciding := time.Since(start)
			explained := got.Explain()
			if took := time.Since(start); took > 2*time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("took %v, of which %v to decide", took, deciding)
			}
			if got.Effect != tt.effect || len(got.DependsOn) != tt.deps || got.Exhausted != tt.exhausted {
				t.Errorf("%v, depends on %d keys, exhausted %v; want %v, %d, %v", got.Effect, len(got.DependsOn), got.Exhausted, tt.effect, tt.deps, tt.exhausted)
			}
			if len(explained) == 0 {
				t.Error("no explanation")
			}
		})
	}
}
