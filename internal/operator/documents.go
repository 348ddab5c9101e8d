package operator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// managedSize is how many characters a managed policy may have, not counting white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const managedSize = 6144

var rulePhase = problem.Rule{ID: "phase", Text: "must be plan, apply, run, destroy or bulk-iam", Remedy: "use the Phase constants", Source: "xacct"}

var phaseRules = []problem.Rule{rulePhase}

// allPhases are those that are meant if none is named. Nobody gets to read a whole account without asking for it.
var allPhases = []plan.Phase{plan.PlanPhase, plan.ApplyPhase, plan.RunPhase, plan.DestroyPhase}

// Policy returns what the account's operator needs in the phases, or in all but the BulkIAMPhase if none is given, as one document. It is an error if the
// document is too long for a managed policy, if the account takes part in none of the transfers, or if transfers or phases are not valid.
func Policy(account string, transfers []*transfer.Transfer, phases []plan.Phase) (policy.Document, error) {
	all, err := statements(account, transfers, phases)
	if err != nil {
		return policy.Document{}, err
	}
	d := policy.New(all)
	if used, _ := d.Size(policy.Identity); used > managedSize {
		return policy.Document{}, fmt.Errorf("operator policy: %d of %d characters: ask for one phase at a time, for fewer transfers, or use OperatorPolicies",
			used, managedSize)
	}
	return d, nil
}

// Policies returns what Policy returns in as many documents as it takes for each to fit into a managed policy; none if the operator calls nothing in
// these phases.
func Policies(account string, transfers []*transfer.Transfer, phases []plan.Phase) ([]policy.Document, error) {
	all, err := statements(account, transfers, phases)
	if err != nil {
		return nil, err
	}
	var out []policy.Document
	var page policy.Statements
	for _, st := range split(all) {
		if used, _ := policy.New(append(slices.Clone(page), st)).Size(policy.Identity); used > managedSize && len(page) > 0 {
			out, page = append(out, policy.New(page)), nil
		}
		page = append(page, st)
	}
	if len(page) > 0 {
		out = append(out, policy.New(page))
	}
	return out, nil
}

// split halves the resources of each statement that alone is too long for a managed policy, until every part fits. The parts get numbered Sids.
func split(statements policy.Statements) policy.Statements {
	var out policy.Statements
	for _, st := range statements {
		resources, _ := st.Resources()
		if used, _ := policy.New(st).Size(policy.Identity); used <= managedSize || len(resources) < 2 {
			out = append(out, st)
			continue
		}
		half := len(resources) / 2
		sid := strings.TrimRight(st.Sid(), "0123456789")
		out = append(out, split(policy.Statements{st.On(resources[:half]...).WithSid(""), st.On(resources[half:]...).WithSid("")})...)
		for i := range out {
			if out[i].Sid() == "" {
				out[i] = out[i].WithSid(fmt.Sprintf("%s%d", sid, i+1))
			}
		}
	}
	return out
}

// statements returns one statement for each need of the phases that has resources in the account.
func statements(account string, transfers []*transfer.Transfer, phases []plan.Phase) (policy.Statements, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	var l problem.List
	for _, p := range phases {
		l.Check(slices.Contains(allPhases, p) || p == plan.BulkIAMPhase, rulePhase, "phases", string(p))
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	if len(phases) == 0 {
		phases = allPhases
	}
	resources := Scopes(account, transfers)
	if len(resources) == 0 {
		return nil, fmt.Errorf("operator policy: account %s takes part in none of the transfers: give one of their accounts", account)
	}
	service := region.DataSync(transfers[0].Partition)
	var out policy.Statements
	for _, n := range slices.Concat(TaskNeeds, bucketNeeds, dataNeeds, logNeeds, keyNeeds) {
		on := resources[n.On]
		if len(on) == 0 || !slices.ContainsFunc(n.Phases, func(p plan.Phase) bool { return slices.Contains(phases, p) }) {
			continue
		}
		st := policy.Allow(n.Actions...).WithSid(n.sid).On(on...)
		if n.ServiceKey != "" {
			st = st.When(policy.StringEquals(n.ServiceKey, service))
		}
		out = append(out, st)
	}
	return out, nil
}
