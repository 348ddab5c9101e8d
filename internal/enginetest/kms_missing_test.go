package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// Each single permission of a key that DataSync's guide lists, missing in the role's policy or the key's, because it is denied or because it is
// not allowed: the plan tells it. If the plan is applied anyway, what is missing stops the transfer where a request that needs it is documented:
// reading decrypts, writing takes a data key, and reading back what was written in parts decrypts. No documented request needs the others: the
// plan only warns of these, and the fake, which makes the documented requests, does not ask for them.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (the list),
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (the requests).
func TestEveryMissingKeyPermission(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	cases := 0
	for _, tt := range []struct {
		side   xacct.Side
		action string   // that is missing
		judged []string // that the plan must name, and nothing else
		needed bool     // by a request that is documented
	}{
		{xacct.SourceSide, "kms:Decrypt", []string{"kms:Decrypt"}, true},
		{xacct.SourceSide, "kms:DescribeKey", []string{"kms:DescribeKey"}, false},
		{xacct.DestinationSide, "kms:GenerateDataKey*", []string{"kms:GenerateDataKey"}, true},
		{xacct.DestinationSide, "kms:Decrypt", []string{"kms:Decrypt"}, true},
		{xacct.DestinationSide, "kms:Encrypt", []string{"kms:Encrypt"}, false},
		{xacct.DestinationSide, "kms:ReEncrypt*", []string{"kms:ReEncryptFrom", "kms:ReEncryptTo"}, false},
		{xacct.DestinationSide, "kms:DescribeKey", []string{"kms:DescribeKey"}, false},
	} {
		for _, where := range []string{"role", "key"} {
			for _, how := range []string{"denied", "not allowed"} {
				for _, of := range []string{"the task's account", "another account"} {
					if where == "key" && how == "not allowed" && of == "another account" {
						continue // there the plan itself adds what is missing
					}
					if cases++; cases%(kittest.Sample(2, 1)*testlimit.UnderRace) != 0 {
						continue
					}
					t.Run(fmt.Sprintf("%s %s by the %s's %s, a key of %s", tt.action, how, tt.side, where, of), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							cloud, tr := kittest.EncryptedWorld()
							if (tt.side == xacct.DestinationSide) == (of == "the task's account") {
								tr.TaskAccount, tr.Operators = accountB, []string{cloud.OperatorARN(accountB)}
							} else {
								tr.TaskAccount = accountA
							}
							s := sabotage{cloud, &tr, tt.side, tt.action}
							s.do(t, where, how)
							p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
							predicted(t, p, tt.side, tt.judged, tt.needed, how)
							err := runs(t, cloud, tr, func(o *xacct.PlanOptions) { o.Override = []string{xacct.CodeDenied} })
							reproduced(t, p.Explain(tr.Name, err), tt.side, tt.needed)
						})
					})
				}
			}
		}
	}
}

// predicted checks that the plan names the actions, and no other action of a key, blocking or as a warning.
func predicted(t *testing.T, p *xacct.Plan, side xacct.Side, actions []string, needed bool, how string) {
	t.Helper()
	code, severity, effect := xacct.CodeLimited, xacct.Warning, "implicitly denied"
	if needed {
		code, severity = xacct.CodeDenied, xacct.Blocking
	}
	if how == "denied" {
		effect = "explicitly denied"
	}
	var got []string
	for _, f := range p.Findings {
		if f.Code != xacct.CodeDenied && f.Code != xacct.CodeLimited && f.Code != xacct.CodeUndetermined || !strings.HasPrefix(strings.Join(f.Actions, ""), "kms:") {
			continue
		}
		got = append(got, f.Actions...)
		if f.Side != side || f.Code != code || f.Severity != severity || f.Remedy == "" || !strings.Contains(f.Detail, effect) {
			t.Errorf("%s %s on the %s: %s; want %s, %s", f.Severity, f.Code, f.Side, f.Detail, code, effect)
		}
	}
	if diff := cmp.Diff(actions, got); diff != "" {
		t.Errorf("the plan (-want +got):\n%s\n%s", diff, p)
	}
}

// reproduced checks how the apply and the run ended, and that the error has the plan's verdict.
func reproduced(t *testing.T, err error, side xacct.Side, needed bool) {
	t.Helper()
	var incomplete *task.IncompleteError
	var test *xacct.AccessTestError
	switch {
	case !needed:
		if err != nil {
			t.Errorf("no documented request needs it, and it ended as %v", err)
		}
	case !errors.As(err, &test), side == xacct.DestinationSide && !errors.As(err, &incomplete):
		t.Errorf("applied anyway, it ended as %v", err)
	case test.Side != side || test.Verdict != xacct.CodeDenied:
		t.Errorf("the error says %s of the %s", test.Verdict, test.Side)
	}
}

// sabotage takes an action on a key from the role of one side.
type sabotage struct {
	cloud  *xaccttest.Cloud
	tr     *xacct.Transfer
	side   xacct.Side
	action string
}

func (s sabotage) end() *xacct.Endpoint {
	if s.side == xacct.DestinationSide {
		return &s.tr.Destination
	}
	return &s.tr.Source
}

func (s sabotage) do(t *testing.T, where, how string) {
	t.Helper()
	if where == "key" {
		s.key(t, how)
		return
	}
	r, err := s.tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range r.Roles {
		for name, d := range role.Policies {
			if role.Name != "media-archive-"+string(s.side) {
				continue
			}
			if how == "denied" {
				d = d.With(policy.Deny(s.action).WithSid("Missing").On(s.end().KMSKeys...))
			} else {
				d = s.lacking(t, d)
			}
			s.end().Role.Policies = map[string]policy.Document{name: d}
		}
	}
}

// lacking is the document without the action.
func (s sabotage) lacking(t *testing.T, d policy.Document) policy.Document {
	t.Helper()
	var out policy.Statements
	found := false
	for st := range d.All() {
		actions, _ := st.Actions()
		if i := slices.Index(actions, s.action); i >= 0 {
			resources, _ := st.Resources()
			found = true
			st = policy.Allow(slices.Delete(slices.Clone(actions), i, i+1)...).WithSid(st.Sid()).On(resources...).When(st.Conditions()...)
		}
		out = append(out, st)
	}
	if !found {
		t.Fatalf("nothing allows %s:\n%s", s.action, d)
	}
	return policy.New(out)
}

// key denies the role the action in the key's policy, or lets the key's administrator in and the role for all the other actions.
func (s sabotage) key(t *testing.T, how string) {
	t.Helper()
	key := s.end().KMSKeys[0]
	role := policy.ArnEquals("aws:PrincipalArn", "arn:aws:iam::"+s.tr.TaskAccount+":role/media-archive-"+string(s.side))
	if how == "denied" {
		current, err := policy.Parse(s.cloud.KeyPolicy(key))
		if err != nil {
			t.Fatal(err)
		}
		s.cloud.SetKeyPolicy(key, current.With(policy.Deny(s.action).WithSid("Theirs").By(policy.Everyone()).On("*").When(role)).Bytes())
		return
	}
	listed := []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
	listed = slices.DeleteFunc(listed, func(a string) bool { return a == s.action })
	s.cloud.SetKeyPolicy(key, policy.New(
		policy.Allow("kms:*").WithSid("Administrators").By(policy.AWS(s.cloud.OperatorARN(s.tr.TaskAccount))).On("*"),
		policy.Allow(listed...).WithSid("Ours").By(policy.Account(s.tr.TaskAccount)).On("*").When(role)).Bytes())
}
