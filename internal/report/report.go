// Package report turns what operators of other accounts reported into claims that a plan may go by, and says why a claim counts for nothing. [Claims]
// reads the reports, [Check] the claims of a plan from elsewhere, and [Doubt] compares one claim with what the transfers want now and with what was
// read. A claim is somebody's word: whoever uses one shows it as such.
package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
)

// Ahead is how far a report's time may be ahead of the clock here.
const Ahead = 5 * time.Minute

// Rules are those of reports.
var Rules = []problem.Rule{ruleTime, ruleClaim}

var (
	ruleTime = problem.Rule{
		ID: "report-time", Text: "must not be more than five minutes ahead of the clock",
		Remedy: "see whose clock is wrong, and ask for a report that is made anew", Source: "xacct",
	}
	ruleClaim = problem.Rule{
		ID: "report-claim", Text: "must be a claim about a policy or Object Ownership of an account",
		Remedy: "do not trust this plan: make a new one from the transfers and the report", Source: "xacct",
	}
)

// Ignored is a part of a report that counts for nothing.
type Ignored struct {
	Account, Subject, Why string
}

// Claims are what the reports claim, of each resource the latest, in the order of their IDs, and what in them counts for nothing. A time ahead of now
// is an error that names the member.
func Claims(reports []*plan.Result, now time.Time) ([]plan.Claim, []Ignored, error) {
	var l problem.List
	latest := map[string]plan.Claim{}
	var ignored []Ignored
	for i, r := range reports {
		if r == nil || len(r.Changes) == 0 {
			ignored = append(ignored, Ignored{Why: fmt.Sprintf("report %d has no changes", i+1)})
			continue
		}
		roles := rolesOf(r)
		for j, c := range r.Changes {
			if c.Stored != nil {
				path := fmt.Sprintf("Reported[%d].Changes[%d].Stored.Time", i, j)
				l.Check(!c.Stored.Time.After(now.Add(Ahead)), ruleTime, path, c.Stored.Time.UTC().Format(time.RFC3339))
			}
			if !about(c.Kind) {
				continue
			}
			if why := flaw(c); why != "" {
				ignored = append(ignored, Ignored{Account: c.Account, Subject: cmp.Or(c.Name, c.ID), Why: why})
				continue
			}
			claim := plan.Claim{Account: c.Account, Region: c.Region, Kind: c.Kind, Name: c.Name, Time: c.Stored.Time.UTC(), Ownership: c.Stored.Ownership}
			if c.Kind != plan.BucketOwnership {
				claim.Ours, claim.Rest, claim.Sids, claim.Roles = c.Stored.Ours, c.Stored.Rest, c.Stored.Sids, roles
			}
			if have, ok := latest[c.ID]; !ok || !have.Time.After(claim.Time) {
				latest[c.ID] = claim
			}
		}
	}
	if err := l.Err(); err != nil {
		return nil, nil, err
	}
	var out []plan.Claim
	for _, id := range slices.Sorted(maps.Keys(latest)) {
		out = append(out, latest[id])
	}
	return out, ignored, nil
}

// ID is that of the change which the claim is about.
func ID(c plan.Claim) string { return transfer.ChangeID(c.Account, c.Region, c.Kind, c.Name) }

// about reports whether a change of the kind is one that a report can vouch for. Of a kind that does not exist it says why.
func about(k plan.Kind) bool {
	return !slices.Contains([]plan.Kind{plan.IAMRole, plan.LogPolicy, plan.LogGroup, plan.DataSyncLocation, plan.DataSyncTask}, k)
}

// rolesOf are the unique ids of the roles that the report is about, by ARN; nil if there are none.
func rolesOf(r *plan.Result) map[string]string {
	var out map[string]string
	for _, c := range r.Changes {
		if c.Kind != plan.IAMRole || c.RoleID == "" || c.ARN == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[c.ARN] = c.RoleID
	}
	return out
}

// flaw says why a part of a report claims nothing; "" if it claims something.
func flaw(c plan.ChangeResult) string {
	switch {
	case !policyOrOwnership(c.Kind):
		return fmt.Sprintf("kind %q is none of a plan's", c.Kind)
	case !region.ValidAccount(c.Account):
		return fmt.Sprintf("account %q is no account id", c.Account)
	case c.ID != transfer.ChangeID(c.Account, c.Region, c.Kind, c.Name):
		return fmt.Sprintf("its ID is %q, which is not that of %s %s of account %s", c.ID, c.Kind, c.Name, c.Account)
	case c.Status != plan.Done && c.Status != plan.Unchanged:
		return fmt.Sprintf("it says that the change ended as %q", c.Status)
	case c.Stored == nil || c.Stored.Time.IsZero():
		return "it does not say what was read, and when"
	case !digest(c.Stored.Rest):
		return "the digest of the other statements is none"
	case !ownership(c.Stored.Ownership), c.Kind == plan.BucketOwnership && c.Stored.Ownership == "":
		return "it does not say what the Object Ownership is"
	}
	return ""
}

func policyOrOwnership(k plan.Kind) bool {
	return k == plan.BucketPolicy || k == plan.KeyPolicy || k == plan.BucketOwnership
}

// ownership reports whether the Object Ownership is one, or not known.
func ownership(o s3types.ObjectOwnership) bool {
	return o == "" || slices.Contains(o.Values(), o)
}

// digest reports whether the text is a digest, or none because there is nothing to digest.
func digest(s string) bool {
	hash, ok := strings.CutPrefix(s, "sha256:")
	return s == "" || ok && len(hash) == 64 && strings.Trim(hash, "0123456789abcdef") == ""
}

// Check reports what is wrong with the claims of a plan. at is put before the names of settings: "" or "Settings.".
func Check(claims []plan.Claim, at string, now time.Time) error {
	var l problem.List
	seen := map[string]bool{}
	for i, c := range claims {
		path, id := fmt.Sprintf("%sReported[%d]", at, i), ID(c)
		l.Check(policyOrOwnership(c.Kind) && !seen[id] && !c.Time.IsZero() && digest(c.Rest) && ownership(c.Ownership), ruleClaim, path, id)
		region.CheckAccount(&l, path+".Account", c.Account, false)
		l.Check(!c.Time.After(now.Add(Ahead)), ruleTime, path+".Time", c.Time.UTC().Format(time.RFC3339))
		seen[id] = true
	}
	return l.Err()
}
