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
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

var (
	everything = policy.New(policy.Allow("*").On("*"))
	reading    = policy.New(policy.Allow("iam:Get*", "iam:List*", "datasync:Describe*", "datasync:List*", "s3:Get*", "s3:List*").On("*"))
)

// lets is a bucket policy that allows the principal to list the archive, as its owner may have written it long ago.
func lets(principal policy.Principal) []byte {
	return policy.New(policy.Allow("s3:ListBucket").WithSid("Lister").By(principal).On("arn:aws:s3:::media-archive")).Bytes()
}

// TestCaller plans as different callers, with and without operators. What the plan says of the caller has to be what Apply makes of it.
func TestCaller(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	const someoneElse = "arn:aws:iam::111122223333:role/migrator"
	type given struct {
		t     *testing.T
		cloud *xaccttest.Cloud
		tr    *xacct.Transfer
		c     xacct.Clients
	}
	as := func(g given, arn string) { g.c[accountA] = g.cloud.ClientsAs(arn) }
	for _, tt := range []struct {
		name  string
		edit  func(given)
		want  []string // the findings on the caller: severity, code, side
		names string   // in every remedy of them
		apply string   // "" succeeds; caller, blocked
	}{
		{"an administrator, nobody named", func(g given) { g.tr.Operators = nil },
			[]string{"blocking no-operator destination"}, "role/Operator in Operators", "blocked"},
		{"an administrator, who is named", func(given) {}, nil, "", ""},
		{"another one is named", func(g given) { g.tr.Operators = []string{g.cloud.AddRole(accountA, "migrator", everything)} },
			[]string{"warning caller destination"}, "role/Operator in Operators", "caller"},
		{"a role with a path, nobody named", func(g given) {
			g.tr.Operators = nil
			as(g, g.cloud.AddRole(accountA, "teams/media/mover", everything))
		}, []string{"blocking no-operator destination"}, "role/teams/media/mover in Operators", "blocked"},
		{"a role with a path, that is named", func(g given) {
			g.tr.Operators = []string{g.cloud.AddRole(accountA, "teams/media/mover", everything)}
			as(g, g.tr.Operators[0])
		}, nil, "", ""},
		{"the owner lets the account list", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", lets(policy.AWS("arn:aws:iam::111122223333:root")))
		}, nil, "", ""},
		{"the owner lets the caller list, and another one is named", func(g given) {
			g.tr.Operators = []string{g.cloud.AddRole(accountA, "migrator", everything)}
			g.cloud.SetBucketPolicy("media-archive", lets(policy.AWS(g.cloud.OperatorARN(accountA))))
		}, nil, "", ""},
		{"the owner lets a role of another path list", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", lets(policy.AWS(g.cloud.AddRole(accountA, "old/Operator2", everything))))
		}, []string{"blocking no-operator destination"}, "role/Operator in Operators", "blocked"},
		{"a reader, and another one is named", func(g given) {
			g.tr.Operators = []string{g.cloud.AddRole(accountA, "migrator", everything)}
			as(g, g.cloud.AddRole(accountA, "reviewer", reading))
		}, []string{"warning caller", "warning caller destination"}, "role/reviewer", "caller"},
		{"a reader, nobody named", func(g given) {
			g.tr.Operators = nil
			as(g, g.cloud.AddRole(accountA, "reviewer", reading))
		}, []string{"blocking no-operator", "blocking no-operator destination"}, "name", "blocked"},
		{"a user, nobody named", func(g given) {
			g.tr.Operators = nil
			as(g, g.cloud.AddUser(accountA, "ann", everything))
		}, []string{"blocking no-operator destination", "warning no-operator", "warning no-operator source"}, "", "blocked"},
		{"a user, who is named", func(g given) {
			g.tr.Operators = []string{g.cloud.AddUser(accountA, "ann", everything)}
			as(g, g.tr.Operators[0])
		}, nil, "", ""},
		{"a caller that may not read its own role", func(g given) {
			g.tr.Operators = nil
			blind := policy.New(policy.Allow("*").On("*"), policy.Deny("iam:GetRole").On("arn:aws:iam::111122223333:role/mole"))
			as(g, g.cloud.AddRole(accountA, "mole", blind))
		}, []string{"blocking no-operator destination", "warning no-operator"}, "name in Operators who applies the plan", "blocked"},
		{"a caller that may not read its own role, and may list", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", policy.New(
				policy.Allow("s3:ListBucket").By(policy.AWS("arn:aws:iam::111122223333:root")).On("arn:aws:s3:::media-archive")).Bytes())
			blind := policy.New(policy.Allow("*").On("*"), policy.Deny("iam:GetRole").On("arn:aws:iam::111122223333:role/mole"))
			as(g, g.cloud.AddRole(accountA, "mole", blind))
		}, []string{"warning no-operator"}, "iam:GetRole", ""},
		{"a Deny of the caller, nobody named", func(g given) {
			g.tr.Operators = nil
			g.cloud.SetBucketPolicy("media-archive", policy.New(
				policy.Allow("s3:ListBucket").By(policy.AWS("arn:aws:iam::111122223333:root")).On("arn:aws:s3:::media-archive"),
				policy.Deny("s3:ListBucket").WithSid("NotYou").By(policy.AWS(g.cloud.OperatorARN(accountA))).On("arn:aws:s3:::media-archive")).Bytes())
		}, []string{"blocking no-operator destination"}, "NotYou", "blocked"},
		{"the source is the remote end", func(g given) {
			g.tr.Source, g.tr.Destination, g.tr.TaskAccount = g.tr.Destination, g.tr.Source, accountA
			g.tr.Source.Prefix, g.tr.Destination.Prefix, g.tr.Operators = "", "copies", nil
		}, []string{"blocking no-operator source"}, "role/Operator in Operators", "blocked"},
		{"an operator that does not exist", func(g given) { g.tr.Operators = []string{someoneElse} },
			[]string{"warning caller destination"}, "role/Operator in Operators", "blocked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				g := given{t, cloud, &tr, nil}
				cloud.OperatorARN(accountA)
				g.c = cloud.Clients()
				tt.edit(g)
				p, err := xacct.NewPlan(t.Context(), g.c, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range p.Findings {
					if f.Code == xacct.CodeNoOperator || f.Code == xacct.CodeCaller {
						got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Severity, f.Code, f.Side)))
						if !strings.Contains(f.Remedy, tt.names) {
							t.Errorf("the remedy %q lacks %q", f.Remedy, tt.names)
						}
					}
				}
				slices.Sort(got)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("findings on the caller (-want +got):\n%s", diff)
				}
				cloud.ResetCalls()
				_, err = p.Apply(t.Context(), g.c)
				var caller *xacct.CallerError
				var blocked *xacct.BlockedError
				end := ""
				switch {
				case errors.As(err, &caller):
					end = "caller"
					if caller.Account != accountA || caller.Caller == "" || caller.Hint() == "" || !slices.Contains(caller.Transfers, tr.Name) {
						t.Errorf("%#v", caller)
					}
				case errors.As(err, &blocked):
					end = "blocked"
				case err != nil:
					end = "fails"
				}
				if end != tt.apply {
					t.Errorf("applied: %q, want %q: %v", end, tt.apply, err)
				}
				if writes := writesOf(cloud); (end == "caller" || end == "blocked") && len(writes) > 0 {
					t.Errorf("written although it was refused: %v", writes)
				}
				if end == "" {
					again, err := xacct.NewPlan(t.Context(), g.c, []xacct.Transfer{tr})
					if err != nil || !again.Empty() {
						t.Errorf("after the apply: %v\n%v", err, again)
					}
				}
			})
		})
	}
}

// writesOf are the operations of the calls that write.
func writesOf(cloud *xaccttest.Cloud) []string {
	var out []string
	for _, c := range cloud.Calls() {
		if !kittest.Reads(c.Operation) {
			out = append(out, c.Operation)
		}
	}
	return out
}

// TestThreePeople applies one transfer by three people, of whom nobody may do it alone: an administrator of IAM makes the roles, the owner of the
// destination's bucket writes its policy, and the operator makes the locations and the task.
func TestThreePeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		reads := policy.Allow("iam:Get*", "iam:List*", "datasync:Describe*", "datasync:List*", "s3:Get*", "s3:List*").On("*")
		operator := cloud.AddRole(accountA, "mover", policy.New(reads, policy.Allow("datasync:*", "iam:PassRole", "iam:CreateServiceLinkedRole").On("*")))
		admin := cloud.AddRole(accountA, "iam-admin", policy.New(reads, policy.Allow("iam:*").On("*")))
		tr.Operators = []string{operator}
		transfers := []xacct.Transfer{tr}
		ctx := t.Context()
		apply := func(who string, c xacct.Clients, kinds ...xacct.Kind) (*xacct.Result, error) {
			t.Helper()
			p, err := xacct.NewPlan(ctx, c, transfers)
			if err != nil {
				t.Fatalf("%s: %v", who, err)
			}
			for _, f := range p.Findings {
				if f.Severity == xacct.Blocking {
					t.Errorf("%s: %s %s: %s", who, f.Code, f.Subject, f.Detail)
				}
			}
			if kinds != nil { // a plan is data: who applies may take out what is for others
				p.Changes = slices.DeleteFunc(p.Changes, func(ch xacct.Change) bool { return !slices.Contains(kinds, ch.Kind) })
			}
			return p.Apply(ctx, c)
		}
		var refused *xacct.CallerError
		if r, err := apply("the administrator", xacct.Clients{accountA: cloud.ClientsAs(admin)}); !errors.As(err, &refused) || r != nil {
			t.Errorf("all as the administrator: %v\n%v", err, r)
		} else if !strings.Contains(refused.Hint(), operator) {
			t.Errorf("the hint %q does not name the operator", refused.Hint())
		}
		r, err := apply("the administrator", xacct.Clients{accountA: cloud.ClientsAs(admin)}, xacct.IAMRole)
		if err != nil || r.Count(xacct.Done) != 2 {
			t.Fatalf("the administrator: %v\n%v", err, r)
		}
		r, err = apply("the owner", xacct.Clients{accountB: cloud.Clients()[accountB]})
		if err != nil || r.Count(xacct.Done) != 1 {
			t.Fatalf("the owner: %v\n%v", err, r)
		}
		r, err = apply("the operator", xacct.Clients{accountA: cloud.ClientsAs(operator)})
		if err != nil || r.Count(xacct.Done) != 3 || r.TaskARN(tr.Name) == "" {
			t.Fatalf("the operator: %v\n%v", err, r)
		}
		p, err := xacct.NewPlan(ctx, xacct.Clients{accountA: cloud.ClientsAs(operator), accountB: cloud.Clients()[accountB]}, transfers)
		if err != nil || !p.Empty() {
			t.Errorf("afterwards: %v\n%v", err, p)
		}
	})
}

// An operator that does not exist is called that, whatever its path.
func TestOperatorThatDoesNotExist(t *testing.T) {
	for name, op := range map[string]string{
		"a role":               "arn:aws:iam::111122223333:role/nobody",
		"a role with a path":   "arn:aws:iam::111122223333:role/teams/media/nobody",
		"the path of no role":  "arn:aws:iam::111122223333:role/teams/Operator",
		"one of two operators": "arn:aws:iam::111122223333:role/nobody",
	} {
		t.Run(name, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			if name == "one of two operators" {
				tr.Operators = append(tr.Operators, op)
			} else {
				tr.Operators = []string{op}
			}
			p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range p.Findings {
				if f.Subject == op {
					codes = append(codes, string(f.Severity)+" "+f.Code)
				}
			}
			if diff := cmp.Diff([]string{"blocking no-role"}, codes); diff != "" {
				t.Errorf("findings on the operator (-want +got):\n%s", diff)
			}
		})
	}
}
