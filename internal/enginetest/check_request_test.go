package enginetest_test

import (
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// TestGuardrailsOnRequests: a policy that asks what the calls carry is judged by what the transfer makes them carry, and where they do not
// meet it, the remedy is to set that, never to lift it for the operator.
func TestGuardrailsOnRequests(t *testing.T) {
	const boundary = "arn:aws:iam::111122223333:policy/b"
	bound := policy.Deny("iam:CreateRole").WithSid("Guardrail").On("*").When(policy.StringNotEquals("iam:PermissionsBoundary", boundary))
	tagged := policy.Deny("iam:CreateRole", "datasync:CreateTask", "datasync:CreateLocationS3").WithSid("Guardrail").On("*").
		When(policy.Where("Null", "aws:RequestTag/CostCenter", "true"))
	listed := policy.Deny("datasync:CreateTask").WithSid("Guardrail").On("*").When(policy.Where("ForAnyValue:StringEquals", "aws:TagKeys", "CostCenter"))
	everywhere := policy.Deny("iam:*").WithSid("Guardrail").On("*").When(policy.Where("Null", "aws:RequestTag/CostCenter", "true"))
	withBoundary := func(tr *xacct.Transfer) {
		tr.Source.Role.PermissionsBoundary, tr.Destination.Role.PermissionsBoundary = boundary, boundary
	}
	withTag := func(tr *xacct.Transfer) { tr.Tags = map[string]string{"CostCenter": "17"} }
	for _, tt := range []struct {
		name   string
		scp    policy.Statement
		change func(*xacct.Transfer)
		want   string // severity and a part of the remedy; "" is allowed
	}{
		{"no boundary", bound, func(*xacct.Transfer) {}, "blocking set Role.PermissionsBoundary as statement \"Guardrail\" asks: StringNotEquals iam:PermissionsBoundary " + boundary},
		{"the boundary", bound, withBoundary, ""},
		{"another boundary", bound, func(tr *xacct.Transfer) {
			withBoundary(tr)
			tr.Source.Role.PermissionsBoundary += "2"
		}, "blocking set Role.PermissionsBoundary as statement \"Guardrail\" asks"},
		{"no tag", tagged, func(*xacct.Transfer) {}, "blocking set CostCenter in Transfer.Tags as statement \"Guardrail\" asks: Null aws:RequestTag/CostCenter true"},
		{"the tag", tagged, withTag, ""},
		{"a tag that may not be", listed, withTag, "blocking set Transfer.Tags as statement \"Guardrail\" asks"},
		{"not the tag that may not be", listed, func(*xacct.Transfer) {}, ""},
		{"of calls that carry no tags too", everywhere, withTag, "blocking let the organisation of account 111122223333 limit statement \"Guardrail\" to calls that carry aws:RequestTag/CostCenter, unlike "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr, f := kittest.Demo(), knownFacts()
			tt.change(&tr)
			f.Boundaries["arn:aws:iam::111122223333:role/media-archive-source"] = anything
			f.Boundaries["arn:aws:iam::111122223333:role/media-archive-destination"] = anything
			f.SCPs[accountA] = [][]policy.Document{{anything, policy.New(tt.scp)}}
			var got string
			for _, found := range checked(t, tr, f) {
				if found.Statement != "Guardrail" {
					continue
				}
				if got == "" {
					got = string(found.Severity) + " " + found.Remedy
				}
				if len(found.Proposal) > 0 || strings.Contains(found.Remedy, "exempt") {
					t.Errorf("%s %q would lift the guardrail", found.Remedy, found.Proposal)
				}
			}
			if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestAllowThatAsksForABoundary: the operator's own policy allows roles with a boundary only. It is not proposed to allow others.
func TestAllowThatAsksForABoundary(t *testing.T) {
	tr, f := kittest.Demo(), knownFacts()
	f.Identity[opsARN] = []policy.Document{policy.New(policy.Statements{
		policy.Allow("iam:CreateRole").On("*").When(policy.StringEquals("iam:PermissionsBoundary", "arn:aws:iam::111122223333:policy/b")),
		policy.Allow("iam:PassRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy", "iam:UntagRole", "iam:CreateServiceLinkedRole", "s3:*", "datasync:*").On("*"),
	})}
	var got []string
	for _, found := range checked(t, tr, f) {
		if found.Code == xacct.CodeDenied {
			got = append(got, found.Remedy)
			got = append(got, found.Proposal...)
		}
	}
	if want := "set Role.PermissionsBoundary as the policies of " + opsARN + " ask"; len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}
