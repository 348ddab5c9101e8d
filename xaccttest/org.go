package xaccttest

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/policy"
)

// Organization is what an account's membership in an organisation means for requests. The zero value is an account in no organisation.
type Organization struct {
	ID string // o-…: aws:PrincipalOrgID of the account's principals and aws:ResourceOrgID of its resources; "" is none

	// SCPs and RCPs that hold for the account, for each level of the organisation, outermost first. At each level of SCPs some document has
	// to allow: AWS attaches FullAWSAccess unless it is taken away, and so has whoever sets this up. Of RCPs only what they deny counts.
	// nil is none.
	SCPs, RCPs [][]policy.Document
}

// FullAWSAccess is the SCP that AWS attaches to every level of an organisation.
// Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
func FullAWSAccess() policy.Document { return policy.New(policy.Allow("*").On("*")) }

// SetOrganization puts an account into an organisation, seen at once.
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
	c.account(account, "").org = clone(org)
}

// BlockPublicAccess turns BlockPublicPolicy and RestrictPublicBuckets on or off for all buckets of an account, whatever their own settings.
// Both are off at first.
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

// restricts reports whether a public statement in p makes S3 keep all other accounts out, also those that other statements let in.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (c *Cloud) restricts(b *bucketState, p *storedPolicy) bool {
	return p != nil && p.public && (b.block.publicBuckets || c.accounts[b.account].block.publicBuckets)
}

// organise adds what organisations say about a request of somebody of one account on something of another.
func (c *Cloud) organise(principal, resource string, context map[string][]string) {
	if a := c.accounts[principal]; a != nil && a.org.ID != "" {
		context["aws:PrincipalOrgID"] = []string{a.org.ID}
	}
	if a := c.accounts[resource]; a != nil && a.org.ID != "" {
		context["aws:ResourceOrgID"] = []string{a.org.ID}
	}
}

// scps are those of the account of principals.
func (c *Cloud) scps(account string) [][]policy.Document {
	if a := c.accounts[account]; a != nil && a.org.SCPs != nil {
		return a.org.SCPs
	}
	return [][]policy.Document{}
}

// rcps are those of the account of resources.
func (c *Cloud) rcps(account string) [][]policy.Document {
	if a := c.accounts[account]; a != nil && a.org.RCPs != nil {
		return a.org.RCPs
	}
	return [][]policy.Document{}
}
