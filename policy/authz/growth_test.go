package authz_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/growthtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// grown is a decision of one size. Its documents are nobody else's, so that nothing is remembered from an earlier run.
type grown struct {
	r     authz.Request
	p     authz.Policies
	d     authz.Decision
	facts []authz.Fact
	tags  map[string]string
}

const grownRole = "arn:aws:iam::111122223333:role/mover"

// grow returns a maker of decisions about a bucket policy that allows the role, and has the statements.
func grow(n int, statements []policy.Statement, edit func(*grown)) func() *grown {
	text := policy.New(policy.Statements(statements), policy.Allow("s3:*").By(policy.AWS(grownRole)).On("*")).Bytes()
	facts, tags := make([]authz.Fact, n), map[string]string{}
	for i := range n {
		facts[i] = authz.Fact{Key: fmt.Sprintf("f:%d", i), Values: []string{"v"}, Certainty: authz.Certain}
		tags[fmt.Sprint("t", i)] = "v"
	}
	var decided *authz.Decision
	return func() *grown {
		d, err := policy.Parse(text)
		if err != nil {
			panic(err)
		}
		in := &grown{facts: facts, tags: tags,
			r: authz.Request{Principal: grownRole, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: "444455556666", Context: map[string][]string{"x:known": {"v"}}},
			p: authz.Policies{Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*"))}, Resource: d, SCPs: [][]policy.Document{}, RCPs: [][]policy.Document{}}}
		if edit != nil {
			edit(in)
		}
		if decided == nil {
			d := authz.Decide(in.r, in.p)
			decided = &d
			in.p.Resource, _ = policy.Parse(text)
		}
		in.d = *decided
		return in
	}
}

// times returns n statements.
func times(n int, statement func(i int) policy.Statement) []policy.Statement {
	out := make([]policy.Statement, n)
	for i := range out {
		out[i] = statement(i)
	}
	return out
}

func texts(n int, form string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strings.ReplaceAll(form, "#", fmt.Sprint(i))
	}
	return out
}

func grownDeny() policy.Statement { return policy.Deny("s3:*").By(policy.Everyone()).On("*") }

// keyed returns n conditions with a key each.
func keyed(n int, operator, key string, values ...string) []policy.Condition {
	var out []policy.Condition
	for _, k := range texts(n, key) {
		out = append(out, policy.Where(operator, k, values...))
	}
	return out
}

// given adds n keys to the request in each way.
func given(n int) func(*grown) {
	return func(in *grown) {
		in.r.Context, in.r.Like, in.r.Among = map[string][]string{}, map[string]string{}, map[string][]string{}
		for i := range n {
			in.r.Context[fmt.Sprint("k:", i)] = []string{"w"}
			in.r.Like[fmt.Sprint("l:", i)] = "w*"
			in.r.Among[fmt.Sprint("m:", i)] = []string{"w", "x"}
			in.r.Absent = append(in.r.Absent, fmt.Sprint("a:", i), fmt.Sprintf("b:%d*", i))
		}
	}
}

// Each shape grows one part of the policies or of the request. What makes decisions cost more than that spends the budget, as TestDecisionIsBounded shows.
var grownShapes = map[string]func(n int) func() *grown{
	"unknown keys in a Deny": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(keyed(n, "StringEquals", "k:#", "v")...)}, nil)
	},
	"unknown keys with a pattern in a Deny": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(keyed(n, "StringNotLike", "aws:PrincipalTag/#", "*v*", "w?")...)}, nil)
	},
	"Denies with an unknown key each": func(n int) func() *grown {
		return grow(n, times(n, func(i int) policy.Statement { return grownDeny().When(policy.StringEquals(fmt.Sprint("k:", i), "v")) }), nil)
	},
	"Denies with two unknown keys each": func(n int) func() *grown {
		return grow(n, times(n, func(i int) policy.Statement {
			return grownDeny().When(policy.StringEquals(fmt.Sprint("k:", i), "v"), policy.Null(fmt.Sprint("l:", i), true))
		}), nil)
	},
	"Allows with an unknown key each": func(n int) func() *grown {
		return grow(n, times(n, func(i int) policy.Statement {
			return policy.Allow("s3:*").By(policy.Account("111122223333")).On("*").When(policy.StringEquals(fmt.Sprint("k:", i), "v"))
		}), func(in *grown) { in.p.Resource = in.p.Resource.Without("") })
	},
	"known keys": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(append(append(keyed(n, "StringEquals", "k:#", "w"), keyed(n, "StringLike", "l:#", "v")...),
			append(append(keyed(n, "StringEquals", "m:#", "v"), keyed(n, "StringLike", "a:#", "v")...), keyed(n, "Null", "b:#1", "true")...)...)...)}, given(n))
	},
	"values of an unknown key": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.StringEquals("k:x", texts(n, "v#")...))}, nil)
	},
	"values of a known key": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.StringLike("x:known", texts(n, "a*#")...))}, nil)
	},
	"a long value": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.StringEquals("k:x", strings.Repeat("v", n)))}, nil)
	},
	"a long value of many letters": func(n int) func() *grown {
		var text []rune
		for i := range n {
			text = append(text, rune(0x4e00+i))
		}
		return grow(n, []policy.Statement{grownDeny().When(policy.StringEquals("k:x", string(text)))}, nil)
	},
	"principals": func(n int) func() *grown {
		return grow(n, times(1, func(int) policy.Statement {
			var all []policy.Principal
			for i := range n {
				all = append(all, policy.AWS(fmt.Sprintf("arn:aws:iam::111122223333:role/p/%d", i)), policy.AWS(fmt.Sprintf("AROA%d", i)))
			}
			return policy.Deny("s3:*").By(all...).On("*")
		}), nil)
	},
	"roles of one name": func(n int) func() *grown {
		return grow(n, times(n, func(i int) policy.Statement {
			return policy.Deny("s3:*").By(policy.AWS(fmt.Sprintf("arn:aws:iam::111122223333:role/p%d/mover", i))).On("*")
		}), func(in *grown) { in.r.Principal = "arn:aws:sts::111122223333:assumed-role/other/s" })
	},
	"actions": func(n int) func() *grown {
		return grow(n, []policy.Statement{policy.Deny(texts(n, "s3:*a#")...).By(policy.Everyone()).On("*")}, nil)
	},
	"resources": func(n int) func() *grown {
		return grow(n, []policy.Statement{policy.Deny("s3:*").By(policy.Everyone()).On(texts(n, "arn:aws:s3:::b/#*")...)}, nil)
	},
	"stars in a row": func(n int) func() *grown {
		stars := strings.Repeat("*", n)
		return grow(n, []policy.Statement{
			policy.Deny("s3:" + stars + "y").By(policy.Everyone()).On("*"), policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/"+stars+"y", stars+":"+stars+":y"),
			grownDeny().When(policy.ArnLike("aws:PrincipalArn", "arn:*:iam::111122223333:"+stars+"y"), policy.StringLike("k:x", stars+"a????")),
		}, nil)
	},
	"stars and question marks in a row": func(n int) func() *grown {
		both := strings.Repeat("*?", n)
		return grow(n, []policy.Statement{
			policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/"+both+"y", both+":"+both+":y"),
			grownDeny().When(policy.ArnLike("aws:PrincipalArn", "arn:*:iam::111122223333:"+both+"y")), grownDeny().When(policy.StringLike("k:x", both+"a")),
		}, nil)
	},
	"beginnings of variables": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.StringLike("k:x", strings.Repeat("${A", n)+"}", strings.Repeat("${A", n)+",}", strings.Repeat("${A,'", n)+"}"))}, nil)
	},
	"variables in a value": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.StringLike("aws:PrincipalArn", strings.Join(texts(n, "${k:#}"), "*"), strings.Repeat("${k:x}*", n)))}, nil)
	},
	"variables in a resource": func(n int) func() *grown {
		return grow(n, []policy.Statement{policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/" + strings.Join(texts(n, "${k:#}"), "*"))}, nil)
	},
	"numbers and dates": func(n int) func() *grown {
		return grow(n, []policy.Statement{grownDeny().When(policy.Where("NumericEquals", "k:x", texts(n, "#")...), policy.Where("DateEquals", "k:y", texts(n, "1767#")...))}, nil)
	},
	"statements that apply": func(n int) func() *grown {
		return grow(n, times(n, func(int) policy.Statement { return grownDeny() }), nil)
	},
	"statements that do not apply": func(n int) func() *grown {
		return grow(n, times(n, func(i int) policy.Statement {
			return policy.Deny("s3:Get*").By(policy.Everyone()).On(fmt.Sprintf("arn:aws:s3:::b/%d", i))
		}), nil)
	},
	"levels and documents": func(n int) func() *grown {
		return grow(n, nil, func(in *grown) {
			for range n {
				d := policy.New(policy.Allow("*").On("*"))
				in.p.SCPs, in.p.RCPs, in.p.Identity = append(in.p.SCPs, []policy.Document{d, d}), append(in.p.RCPs, []policy.Document{d}), append(in.p.Identity, d)
			}
		})
	},
}

// TestGrowth: no exported function takes much more than n log n, whatever grows in its input.
func TestGrowth(t *testing.T) {
	growthtest.Run(t, growthtest.Table[grown]{
		Shapes: grownShapes,
		Most:   1 << 12,
		Functions: map[string]func(*grown){
			"Decide":         func(in *grown) { authz.Decide(in.r, in.p) },
			"NewDecider":     func(in *grown) { authz.NewDecider(in.r, in.p) },
			"Decider.Decide": func(in *grown) { authz.NewDecider(in.r, in.p).Decide("s3:PutObject", "arn:aws:s3:::b/k") },
			"Decider.Considered": func(in *grown) {
				d := authz.NewDecider(in.r, in.p)
				d.Decide("s3:PutObject", "arn:aws:s3:::b/k")
				d.Considered("s3:x-amz-grant-*")
			},
			"Decision.Explain": func(in *grown) { in.d.Explain() },
			"Decision.String":  func(in *grown) { _ = in.d.String() },
			"Match.String": func(in *grown) {
				for _, m := range in.d.Deciding {
					_ = m.String()
				}
			},
			"Request.With":          func(in *grown) { in.r.With(in.facts, authz.Assumed) },
			"DataSyncCall.Facts":    func(in *grown) { authz.DataSyncCall{RoleARN: grownRole, RoleTags: in.tags}.Facts() },
			"DataSyncCall.KMSFacts": func(in *grown) { authz.DataSyncCall{RoleARN: grownRole, RoleTags: in.tags}.KMSFacts() },
			"DataSyncCall.S3":       func(in *grown) { authz.DataSyncCall{RoleARN: grownRole, RoleTags: in.tags}.S3("s3:GetObject", "*") },
			"DataSyncCall.KMS":      func(in *grown) { authz.DataSyncCall{RoleARN: grownRole, RoleTags: in.tags}.KMS("kms:Decrypt", "*") },
			"OperatorCall.Facts":    func(in *grown) { authz.OperatorCall{PrincipalARN: grownRole, Tags: in.tags}.Facts() },
			"OperatorCall.Request": func(in *grown) {
				authz.OperatorCall{PrincipalARN: grownRole, Tags: in.tags}.Request("s3:GetObject", "*")
			},
			"AssumeRoleCall.Facts": func(in *grown) { authz.AssumeRoleCall{RoleARN: grownRole, Regions: texts(len(in.tags), "r#")}.Facts() },
			"AssumeRoleCall.Request": func(in *grown) {
				authz.AssumeRoleCall{RoleARN: grownRole, Regions: texts(len(in.tags), "r#")}.Request()
			},
		},
		Fixed: []string{"Certainty.String", "Effect.Denied", "Effect.String", "Fact.Absent", "Layer.String", "Outcome.String"},
	})
}
