package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

func numbered(n int, form string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(form, i)
	}
	return out
}

// TestDecideBelowIsBounded decides with policies that have as many patterns as they can.
func TestDecideBelowIsBounded(t *testing.T) {
	const base = "arn:aws:s3:::b/in/"
	chain := func(i int) policy.Statement {
		return policy.Deny("s3:*").By(policy.Everyone()).On(fmt.Sprintf(base+"%d*", i)).
			When(policy.StringEquals(fmt.Sprintf("k:%d", i), "v"))
	}
	exhausting := func(on string) policy.Statements {
		var out policy.Statements
		for i := range 60 {
			out = append(out, policy.Deny("s3:*").By(policy.Everyone()).On(on).
				When(policy.StringEquals(fmt.Sprintf("x:%d", i), "v"), policy.StringEquals(fmt.Sprintf("x:%d", i+1), "v")))
		}
		return out
	}
	var chained policy.Statements
	for i := range 100 {
		chained = append(chained, chain(i))
	}
	allow := policy.Allow("s3:*").By(policy.Account("111122223333")).On("*")
	for _, tt := range []struct {
		name     string
		resource policy.Document
		want     authz.Effect
		many     bool // the verdict depends on patterns that were not tried
	}{
		{"1,000 patterns", denyOn(numbered(1000, "arn:aws:s3:::b/in/%d/*")...), authz.Undetermined, false},
		{"1,001 patterns", denyOn(numbered(1001, "arn:aws:s3:::b/in/%d/*")...), authz.Undetermined, true},
		{"1,001 patterns that allow what is allowed", policy.New(allow, policy.Allow("s3:*").By(policy.Account("111122223333")).
			On(numbered(1001, "arn:aws:s3:::b/in/%d/*")...)), authz.Undetermined, true},
		{"20,000 patterns elsewhere", denyOn(numbered(20000, "arn:aws:s3:::b/%d/*")...), authz.Allowed, false},
		{"a pattern of 10,000 stars", denyOn("arn:aws:s3:::b/" + strings.Repeat("*a", 10000)), authz.Undetermined, false},
		{"10,000 stars and nothing else", denyOn("arn:aws:s3:::b/" + strings.Repeat("*", 10000)), authz.ExplicitlyDenied, false},
		{"20,000 stars around a key", denyOn(base + strings.Repeat("*", 10000) + "x" + strings.Repeat("*", 10000)), authz.Undetermined, false},
		{"20,000 stars around a colon", denyOn("arn:aws:s3:::b" + strings.Repeat("*", 10000) + ":" + strings.Repeat("*", 10000)), authz.Undetermined, false},
		{"10,000 stars and question marks", denyOn("arn:aws:s3:::b/" + strings.Repeat("*?", 10000)), authz.Undetermined, false},
		{"10,000 stars, question marks and nothing needed", denyOn("arn:aws:s3:::b/??" + strings.Repeat("*", 10000)), authz.ExplicitlyDenied, false},
		{"a pattern of 10,000 question marks", denyOn("arn:aws:s3:::b/in/" + strings.Repeat("?", 10000)), authz.Undetermined, false},
		{"patterns with a key each", policy.New(chained), authz.Undetermined, false},
		{"decisions that spend their budget", policy.New(exhausting("*"), chained), authz.Undetermined, false},
		{"objects whose decisions spend their budget", policy.New(exhausting(base+"*x"), allow, policy.Allow("s3:*").By(policy.Account("111122223333")).On(numbered(100, base+"%d*x")...)), authz.Undetermined, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Case{Policies: authz.Policies{Resource: tt.resource, Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*"))}}}
			req := authz.Request{Principal: "arn:aws:iam::111122223333:role/r", Action: "s3:PutObject", Resource: base + Probe, ResourceAccount: "111122223333"}
			start := time.Now()
			c.DecideBelow(req, base, Always, "")
			if took := time.Since(start); took > 3*time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("took %v", took)
			}
			v := c.Verdicts[0]
			if many := slices.Contains(v.DependsOn, tooMany); v.Effect != tt.want || many != tt.many {
				t.Errorf("%s, depends on patterns that were not tried: %v; want %s, %v", v.Effect, many, tt.want, tt.many)
			}
		})
	}
}

// TestStop: once the findings are wanted no more, nothing is decided, whatever was asked.
func TestStop(t *testing.T) {
	const base = "arn:aws:s3:::b/in/"
	req := authz.Request{Principal: "arn:aws:iam::111122223333:role/r", Action: "s3:PutObject", Resource: base + Probe, ResourceAccount: "111122223333"}
	for after := range 6 {
		asked := 0
		c := Case{Policies: authz.Policies{Resource: denyOn(numbered(50, base+"%d/*")...), Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*"))}},
			Stop: func() bool { asked++; return asked > after }}
		c.DecideBelow(req, base, Always, "")
		if asked > after+4 {
			t.Errorf("stopped after %d: asked %d times more", after, asked-after)
		}
		if len(c.Verdicts) != 1 {
			t.Errorf("stopped after %d: %d verdicts", after, len(c.Verdicts))
		}
		before := asked
		req.Action = fmt.Sprintf("s3:Get%d", after)
		c.Decide(req, Always, "")
		if v := c.Verdicts[1]; asked == before || v.Effect != authz.Undetermined || len(v.Deciding)+len(v.DependsOn) > 0 {
			t.Errorf("stopped after %d: decided %+v", after, v.Decision)
		}
	}
}

// TestWordsAreBounded explains a Deny with as many conditions as a policy can have, all of which hold because their keys are absent.
func TestWordsAreBounded(t *testing.T) {
	var all []policy.Condition
	for i := range 500 {
		all = append(all, policy.Where("StringEqualsIfExists", fmt.Sprintf("aws:PrincipalTag/%d", i), "x"))
	}
	start := time.Now()
	if words, v := said(t, deny("Guard", "s3:*").When(all...)); words != "" || v.Effect != authz.ExplicitlyDenied {
		t.Errorf("%s: %q", v.Effect, words)
	}
	if took := time.Since(start); took > 2*time.Second*time.Duration(testlimit.UnderRace) {
		t.Errorf("took %v", took)
	}
}

// TestRemedyIsBounded: an Allow with a great many conditions is not tried without each of them.
func TestRemedyIsBounded(t *testing.T) {
	var conditions []policy.Condition
	for i := range 1000 {
		conditions = append(conditions, policy.StringEquals(fmt.Sprintf("aws:RequestTag/%d", i), "v"))
	}
	var statements policy.Statements
	for i := range 1000 {
		statements = append(statements, policy.Allow("s3:*").By(policy.AWS(other)).On("*").When(policy.StringEquals(fmt.Sprintf("aws:RequestTag/%d", i), "v")))
	}
	for name, resource := range map[string]policy.Document{
		"conditions": policy.New(policy.Allow("s3:*").By(policy.AWS(role)).On("*").When(conditions...)),
		"statements": policy.New(statements),
	} {
		t.Run(name, func(t *testing.T) {
			j := newCase()
			j.Policies.Resource = resource
			j.Decide(authz.Request{Principal: role, Action: "s3:ListBucket", Resource: media, ResourceAccount: j.Owner}, Always, "")
			start := time.Now()
			if f := j.Conclude()[0]; f.Remedy == "" {
				t.Error("no remedy")
			}
			if took := time.Since(start); took > 3*time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("took %v", took)
			}
		})
	}
}
