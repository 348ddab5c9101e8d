package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
)

func TestOptionRules(t *testing.T) {
	org := func(id string) error {
		return checkAccounts(plan.Settings{OrgIDs: map[string]string{"111122223333": id}}, "")
	}
	regions := func(account string, names ...string) error {
		return checkAccounts(plan.Settings{Regions: map[string][]string{account: names}}, "")
	}
	problemtest.Run(t, optionRules, []problemtest.Case{
		{Rule: "organisation-id", Name: "the shortest", Err: org("o-0123456789")},
		{Rule: "organisation-id", Name: "the longest", Err: org("o-" + strings.Repeat("a", 32))},
		{Rule: "organisation-id", Name: "too short", Refuse: true, Err: org("o-012345678")},
		{Rule: "organisation-id", Name: "too long", Refuse: true, Err: org("o-" + strings.Repeat("a", 33))},
		{Rule: "organisation-id", Name: "empty", Refuse: true, Err: org("")},
		{Rule: "region-name", Name: "an opt-in Region", Err: regions("111122223333", "me-central-1", "ap-southeast-7")},
		{Rule: "region-name", Name: "one that every account has", Err: regions("111122223333", "us-east-1")},
		{Rule: "region-name", Name: "none", Err: regions("111122223333")},
		{Rule: "region-name", Name: "empty", Refuse: true, Err: regions("111122223333", "")},
		{Rule: "region-name", Name: "a zone", Refuse: true, Err: regions("111122223333", "me-central-1a")},
		{Rule: "region-name", Name: "a name for people", Refuse: true, Err: regions("111122223333", "Middle East (UAE)")},
		{Rule: "not-negative", Name: "zero", Err: CheckConcurrency(0)},
		{Rule: "not-negative", Name: "a duration", Err: CheckDuration("Budget", time.Second, time.Minute)},
		{Rule: "not-negative", Name: "keys to look at", Err: checkLookAtKeys(1)},
		{Rule: "not-negative", Name: "less than no key", Refuse: true, Err: checkLookAtKeys(-1)},
		{Rule: "not-negative", Name: "less than none at once", Refuse: true, Err: CheckConcurrency(-1)},
		{Rule: "not-negative", Name: "a negative duration", Refuse: true, Err: CheckDuration("Budget", -1, time.Minute)},
	})
}

func TestOrganisationRemedy(t *testing.T) {
	for _, tt := range []struct{ name, id, want string }{
		{"a space behind", "o-exampleorgid ", `write "o-exampleorgid"`},
		{"a line break behind", "o-exampleorgid\n", `write "o-exampleorgid"`},
		{"upper case", "O-EXAMPLEORGID", `write "o-exampleorgid"`},
		{"an ARN", "arn:aws:organizations::111122223333:organization/o-exampleorgid", `write "o-exampleorgid"`},
		{"the ARN of an account", "arn:aws:organizations::111122223333:account/o-exampleorgid/444455556666", `write "o-exampleorgid"`},
		{"a path of aws:PrincipalOrgPaths", "o-exampleorgid/r-ab12/ou-ab12-11111111/", `write "o-exampleorgid"`},
		{"the id of a root", "r-ab12", ruleOrganisation.Remedy},
		{"the id of a unit", "ou-ab12-11111111", ruleOrganisation.Remedy},
		{"an account", "111122223333", ruleOrganisation.Remedy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			problems := problem.All(checkAccounts(plan.Settings{OrgIDs: map[string]string{"111122223333": tt.id}}, ""))
			if len(problems) != 1 || problems[0].Remedy != tt.want {
				t.Errorf("problems: %v, want one with the remedy %s", problems, tt.want)
			}
		})
	}
}

func TestRegionProblems(t *testing.T) {
	for _, tt := range []struct{ name, account, region, path, remedy string }{
		{"upper case", "111122223333", "ME-CENTRAL-1", `Settings.Regions["111122223333"][0]`, `write "me-central-1"`},
		{"a line break behind", "111122223333", "me-central-1\n", `Settings.Regions["111122223333"][0]`, `write "me-central-1"`},
		{"no Region", "111122223333", "dubai", `Settings.Regions["111122223333"][0]`, ruleRegionName.Remedy},
		{"no account", "1111-2222-3333", "me-central-1", `Settings.Regions["1111-2222-3333"]`, `write "111122223333"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			problems := problem.All(checkAccounts(plan.Settings{Regions: map[string][]string{tt.account: {tt.region}}}, "Settings."))
			if len(problems) != 1 || problems[0].Path != tt.path || problems[0].Remedy != tt.remedy {
				t.Errorf("problems: %v, want one of %s with the remedy %s", problems, tt.path, tt.remedy)
			}
		})
	}
}

func TestPlanRules(t *testing.T) {
	change := func(op plan.Op) error {
		return CheckWords(plan.SetUp, 1, []plan.Change{{ID: "a", Kind: plan.IAMRole, Op: op}}, nil)
	}
	problemtest.Run(t, planRules, []problemtest.Case{
		{Rule: "plan-member", Name: "a transfer", Err: CheckWords(plan.TearDown, 1, nil, nil)},
		{Rule: "plan-member", Name: "no transfer", Refuse: true, Err: CheckWords(plan.SetUp, 0, nil, nil)},
		{Rule: "plan-word", Name: "an operation", Err: change(plan.Replace)},
		{Rule: "plan-word", Name: "an unknown operation", Refuse: true, Err: change("upsert")},
		{Rule: "plan-word", Name: "no operation", Refuse: true, Err: change("")},
	})
}
