package kittest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

var requestID = regexp.MustCompile(`RequestID: [0-9a-f-]+`)

const applierName = "applier"

var everything, nothing = policy.New(policy.Allow("*").On("*")), policy.New(policy.Allow("sts:GetCallerIdentity").On("*"))

// Appliers are roles of all accounts of a cloud by whose clients a plan is applied, and which may then do what [Appliers.Apply] says.
type Appliers struct {
	cloud *xaccttest.Cloud
	ARNs  map[string]string // by account
}

// AddAppliers makes the roles, which may do everything at first. They are made before the plan, so that its transfers can name them as operators.
func AddAppliers(cloud *xaccttest.Cloud) Appliers {
	a := Appliers{cloud, map[string]string{}}
	for account := range cloud.Clients() {
		a.ARNs[account] = cloud.AddRole(account, applierName, everything)
	}
	return a
}

// Operators are those of the transfer, with the applier of the task account among them if there are any.
func (a Appliers) Operators(tr xacct.Transfer) []string {
	if len(tr.Operators) == 0 {
		return nil
	}
	return append(slices.Clone(tr.Operators), a.ARNs[cmp.Or(tr.TaskAccount, tr.Source.Account)])
}

// Policies are what the plan says that its operators need, by account.
func (a Appliers) Policies(t *testing.T, p *xacct.Plan) map[string]policy.Document {
	t.Helper()
	known := map[string]bool{}
	for _, c := range p.Changes {
		known[c.Account] = true
	}
	for _, tr := range p.Transfers {
		known[tr.Source.Account], known[tr.Destination.Account], known[cmp.Or(tr.TaskAccount, tr.Source.Account)] = true, true, true
	}
	out := map[string]policy.Document{}
	for account := range known {
		d, err := p.OperatorPolicy(account)
		if err != nil {
			t.Fatalf("the policy for account %s: %v", account, err)
		}
		if err := d.Validate(policy.Identity); err != nil && !d.IsZero() {
			t.Fatalf("the policy for account %s: %v", account, err)
		}
		out[account] = d
	}
	return out
}

// Everything lets the appliers do everything.
func (a Appliers) Everything() map[string]policy.Document {
	out := map[string]policy.Document{}
	for account := range a.ARNs {
		out[account] = everything
	}
	return out
}

// Apply applies the plan by the appliers with these policies and nothing else. It returns the calls that were refused in the
// accounts of the policies, how the changes ended, and the error of the apply.
func (a Appliers) Apply(t *testing.T, p *xacct.Plan, policies map[string]policy.Document) (refused map[string]bool, end string) {
	t.Helper()
	a.May(t, policies)
	clients := xacct.Clients{}
	for account, arn := range a.ARNs {
		clients[account] = a.cloud.ClientsAs(arn)
	}
	a.cloud.ResetCalls()
	r, err := p.Apply(t.Context(), clients)
	refused = map[string]bool{}
	for _, c := range a.cloud.Calls() {
		operator := slices.ContainsFunc(p.Transfers, func(tr xacct.Transfer) bool { return slices.Contains(tr.Operators, a.ARNs[c.Account]) })
		if _, known := policies[c.Account]; known && awserr.Denied(c.Err) && (operator || !ofApplier(c)) {
			in, err := json.Marshal(c.Input)
			if err != nil {
				t.Fatal(err)
			}
			refused[fmt.Sprintf("%s %s %s %s", c.Account, c.Region, c.Operation, in)] = true
		}
	}
	var lines []string
	if r != nil {
		for _, c := range r.Changes {
			lines = append(lines, fmt.Sprintf("%s %s", c.ID, c.Status))
		}
	}
	return refused, strings.Join(append(lines, requestID.ReplaceAllString(fmt.Sprint(err), "")), "\n")
}

// May gives the appliers these policies and nothing else.
func (a Appliers) May(t *testing.T, policies map[string]policy.Document) {
	t.Helper()
	for account := range a.ARNs {
		d := policies[account]
		if d.Len() == 0 {
			d = nothing
		}
		text := string(d.Bytes())
		if _, err := a.cloud.Clients()[account].IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: new(applierName), PolicyName: new("policy-0"), PolicyDocument: &text}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Minute) // of the fake's time: IAM tells of the policy only after a while
}

// Refused are the calls that were refused in one apply and not in the other, sorted.
func Refused(in, butNotIn map[string]bool) []string {
	var out []string
	for _, call := range slices.Sorted(maps.Keys(in)) {
		if !butNotIn[call] {
			out = append(out, call)
		}
	}
	return out
}

// ofApplier reports whether the call reads the role that applies: which role that is no plan can tell, unless Operators names it.
func ofApplier(call xaccttest.Call) bool {
	name := ""
	switch in := call.Input.(type) {
	case *iam.GetRoleInput:
		name = *in.RoleName
	case *iam.ListRolePoliciesInput:
		name = *in.RoleName
	case *iam.GetRolePolicyInput:
		name = *in.RoleName
	case *iam.ListAttachedRolePoliciesInput:
		name = *in.RoleName
	}
	return name == applierName
}
