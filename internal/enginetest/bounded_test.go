package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

type hostilePolicy struct {
	name                    string
	policy                  policy.Document
	undetermined, exhausted bool
}

// hostilePolicies are bucket policies of at most 20 KB, what S3 stores, that are made to cost as much as they can.
//
// undetermined says what becomes of the verdict on DataSync's role, exhausted whether it spent its budget.
func hostilePolicies(bucket string) []hostilePolicy {
	deny := func() policy.Statement {
		return policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*")
	}
	each := func(n int, statement func(i int) policy.Statement) policy.Document {
		var out policy.Statements
		for i := range n {
			out = append(out, statement(i))
		}
		return policy.New(out)
	}
	key := func(i int) policy.Condition { return policy.StringEquals(fmt.Sprintf("k:%d", i), "v") }
	together := func(n int, value string) policy.Statement {
		s := deny()
		var all []policy.Condition
		for i := range n {
			all = append(all, policy.StringEquals(fmt.Sprintf("k:%d", i), value))
		}
		return s.When(all...)
	}
	on := func(n int, pattern string) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("arn:aws:s3:::%s/"+pattern, bucket, i))
		}
		return out
	}
	part := policy.Deny("s3:*").By(policy.Everyone())
	chain := func(i int) policy.Statement { return deny().When(key(i), key(i+1)) }
	return []hostilePolicy{
		{"a Deny with 780 keys", policy.New(together(780, "v")), true, false},
		{"two Denies about the same 390 keys", policy.New(together(390, "v"), together(390, "w")), true, true},
		{"80 Denies, each with a key of the next", each(80, chain), true, true},
		{"60 patterns, and 50 Denies in a chain", policy.New(each(60, func(i int) policy.Statement { return part.On(on(60, "incoming/p%d*")[i]) }), each(50, chain)), true, true},
		{"a resource of 9,000 stars", policy.New(part.On("arn:aws:s3:::" + bucket + "/" + strings.Repeat("*a", 9000))), true, false},
		{"500 patterns elsewhere", policy.New(part.On(on(500, "%d*")...)), false, false},
		{"440 patterns below the prefix", policy.New(part.On(on(440, "incoming/%d*")...)), true, false},
		{"440 Allows below the prefix", policy.New(policy.Allow("s3:*").By(policy.Account(accountA)).On(on(440, "incoming/%d*")...)), false, false},
		{"200 principals and 200 actions", policy.New(policy.Deny(numbered(200, "s3:*a%d*b")...).By(principals(200)...).On("*")), false, false},
		{"600 values of a key", policy.New(deny().When(policy.StringLike("k:x", numbered(600, "*a%d*")...))), true, false},
		{"a value of 19 KB", policy.New(deny().When(policy.StringLike("k:x", strings.Repeat("*a", 9500)))), true, false},
		{"a known ARN with 19,000 stars", policy.New(deny().When(policy.ArnLike("aws:PrincipalArn", "arn:*:iam::111122223333:"+strings.Repeat("*", 19000)+"x"))), false, false},
		{"19,000 stars and question marks", policy.New(deny().When(policy.StringLike("k:x", strings.Repeat("*?", 9500)+"a"))), true, false},
		{"a resource of 19,000 stars in a row", policy.New(part.On("arn:aws:s3:::" + bucket + "/" + strings.Repeat("*", 9500) + ":" + strings.Repeat("*", 9500))), true, false},
		{"resources of 19,000 stars in a row around a key", policy.New(part.On("arn:aws:s3:::" + bucket + "/" + strings.Repeat("*", 9500) + "x" + strings.Repeat("*", 9500))), true, false},
		{"stars and question marks in a row", policy.New(part.On("arn:aws:s3:::" + bucket + "/" + strings.Repeat("*?", 9500))), true, false},
		{"one letter 18,000 times", policy.New(part.On("arn:aws:s3:::"+bucket+"/incoming/*"+strings.Repeat("a", 9000)+"b", "arn:aws:s3:::"+bucket+"/incoming/"+strings.Repeat("a", 9900))), true, false},
		{"one letter 9,000 times, 200 times as key", policy.New(part.On(append(on(140, "incoming/"+strings.Repeat("a", 20)+"%d"), "arn:aws:s3:::"+bucket+"/incoming/*"+strings.Repeat("a?", 4500)+"b")...)), true, false},
		{"beginnings of variables", policy.New(part.On("arn:aws:s3:::" + bucket + "/" + strings.Repeat("${A", 6000) + "}")), false, false},
		{"a quote in the key of a variable", policy.New(deny().When(policy.StringLike("k:x", "${a'b, 'x'}"))), true, false},
		{"stars in a row in 20 Denies about a key", each(20, func(i int) policy.Statement {
			return deny().When(policy.StringLike("k:x", strings.Repeat("*", 800)+numbered(20, "%da")[i]))
		}), true, false},
		{"a number with 405 digits", policy.New(deny().When(policy.Where("NumericLessThan", "k:x", "1e-405"))), true, false},
		{"a key of 19 KB", policy.New(deny().When(policy.StringLike("aws:RequestTag/"+strings.Repeat("k", 19000), "v"))), true, false},
	}
}

// numbered fills numbers into the form.
func numbered(n int, form string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(form, i))
	}
	return out
}

func principals(n int) (out []policy.Principal) {
	for i := range n {
		out = append(out, policy.Account(fmt.Sprintf("9%011d", i)))
	}
	return out
}

// TestPoliciesOfOthersBoundThePlan plans with bucket policies that others made costly: the plan is there soon, and says what it did not examine.
func TestPoliciesOfOthersBoundThePlan(t *testing.T) {
	kittest.SkipUnderRace(t)
	limit := 5 * time.Second * time.Duration(testlimit.UnderRace)
	for _, tt := range hostilePolicies("media-archive") {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t)
			cloud.SetBucketPolicy("media-archive", tt.policy.Bytes())
			start := time.Now()
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
			if took := time.Since(start); took > limit {
				t.Errorf("took %v", took)
			}
			var undetermined, exhausted bool
			for _, f := range p.Findings {
				if f.Code == xacct.CodeUndetermined && f.Subject == "arn:aws:iam::111122223333:role/media-archive-destination" {
					undetermined = true
					exhausted = strings.Contains(f.Detail, "not every case was examined") && strings.Contains(f.Remedy, "fewer conditions")
				}
				if n := len(f.Detail) + len(f.Remedy); n > 4000 {
					t.Errorf("%s: %d bytes of text", f.Code, n)
				}
			}
			if undetermined != tt.undetermined || exhausted != tt.exhausted {
				t.Errorf("undetermined %v, exhausted %v; want %v, %v:\n%s", undetermined, exhausted, tt.undetermined, tt.exhausted, p)
			}
		})
	}
}

// costly are so many transfers into a bucket with a costly policy that planning them takes much longer than a moment.
func costly(cloud *xaccttest.Cloud) []xacct.Transfer {
	var out []xacct.Transfer
	for i := range 60 {
		tr := kittest.Push(cloud)
		tr.Name = fmt.Sprintf("t%d", i)
		tr.Destination.Prefix = tr.Name
		out = append(out, tr)
	}
	return out
}

// TestContextEndsBetweenDecisions ends the context of a plan and of an apply while policies are decided: both return its error soon.
func TestContextEndsBetweenDecisions(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	cloud := kittest.World(t)
	transfers := costly(cloud)
	approved := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
	cloud.SetBucketPolicy("media-archive", hostilePolicies("media-archive")[2].policy.Bytes())
	for _, tt := range []struct {
		name string
		call func(ctx context.Context) error
	}{
		{"NewPlan", func(ctx context.Context) error {
			_, err := xacct.NewPlan(ctx, cloud.Clients(), transfers)
			return err
		}},
		{"Apply", func(ctx context.Context) error {
			_, err := approved.Apply(ctx, cloud.Clients())
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const moment = 500 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), moment)
			defer cancel()
			before := kittest.Dump(cloud)
			start := time.Now()
			err := tt.call(ctx)
			if late := time.Since(start) - moment; late > 2*time.Second*time.Duration(testlimit.UnderRace) {
				t.Errorf("returned %v after the context ended", late)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want that of the context", err)
			}
			if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
				t.Errorf("changed (-want +got):\n%s", diff)
			}
		})
	}
}
