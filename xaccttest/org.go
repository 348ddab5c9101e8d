package xaccttest

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/clone"
)

// Organization is an account's membership in an organisation. The zero value is an account in no organisation.
type Organization struct {
	ID string // the organisation's id, o-…: aws:PrincipalOrgID of the account's principals, aws:ResourceOrgID of its resources; "" is none. The account is in no unit: aws:PrincipalOrgPaths is the root

	// SCPs and RCPs are the policies that apply to the account, for each level of the organisation, outermost first. At each level of SCPs
	// some document has to allow a request, so a level needs FullAWSAccess or a policy in its place. Of RCPs only Deny statements count.
	// nil is none.
	SCPs, RCPs [][]policy.Document
}

// FullAWSAccess is the SCP that AWS attaches to every level of an organisation.
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
func FullAWSAccess() policy.Document { return policy.New(policy.Allow("*").On("*")) }

// SetOrganization puts an account into an organisation, visible at once.
func (c *Cloud) SetOrganization(account string, org Organization) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, level := range slices.Concat(org.SCPs, org.RCPs) {
		for _, d := range level {
			if d.IsZero() {
				panic(fmt.Sprintf("xaccttest: account %s: a policy of its organisation is no document", account))
			}
		}
	}
	c.account(account, "").org = clone.Of(org)
}

// BlockPublicAccess turns BlockPublicPolicy and RestrictPublicBuckets of an account on or off. Turned on, they apply to all buckets of the
// account, whatever their own settings. Both are off by default.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (c *Cloud) BlockPublicAccess(account string, policies, buckets bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(account, "")
	a.block.publicPolicies, a.block.publicBuckets = policies, buckets
}

// blocks reports whether Block Public Access refuses public policies for the bucket: by its own settings or by its account's.
func (c *Cloud) blocks(b *bucketState) bool {
	return b.block.publicPolicies || c.accounts[b.account].block.publicPolicies
}

// restricts reports whether a public statement in p makes S3 refuse all other accounts, also those that other statements allow.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (c *Cloud) restricts(b *bucketState, p *storedPolicy) bool {
	return p != nil && p.public && (b.block.publicBuckets || c.accounts[b.account].block.publicBuckets)
}

// root is the rest of the path of an account that is in no unit of its organisation, as all accounts of a Cloud are.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:PrincipalOrgPaths)
const root = "/r-ab12/"

// organise adds the condition keys about the organisations of the principal's and the resource's accounts.
func (c *Cloud) organise(principal, resource string, context map[string][]string) {
	if a := c.accounts[principal]; a != nil && a.org.ID != "" {
		context["aws:PrincipalOrgID"], context["aws:PrincipalOrgPaths"] = []string{a.org.ID}, []string{a.org.ID + root}
	}
	if a := c.accounts[resource]; a != nil && a.org.ID != "" {
		context["aws:ResourceOrgID"], context["aws:ResourceOrgPaths"] = []string{a.org.ID}, []string{a.org.ID + root}
	}
}

// scps are the SCPs of an account, which apply to its principals.
func (c *Cloud) scps(account string) [][]policy.Document {
	if a := c.accounts[account]; a != nil && a.org.SCPs != nil {
		return a.org.SCPs
	}
	return [][]policy.Document{}
}

// rcps are the RCPs of an account, which apply to its resources.
func (c *Cloud) rcps(account string) [][]policy.Document {
	if a := c.accounts[account]; a != nil && a.org.RCPs != nil {
		return a.org.RCPs
	}
	return [][]policy.Document{}
}
