package verdict

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Case gathers the verdicts on what one principal may do with one resource. Its user fills in the fields, calls Decide or DecideBelow for each
// request, and Conclude at the end.
type Case struct {
	Transfer  *transfer.Transfer
	Policies  authz.Policies
	Principal string // an ARN
	Trust     bool   // the service assumes a role: Principal is that role
	Caller    bool   // the principal is whoever calls AWS, not a role of DataSync
	OwnCalls  bool   // the requests are the caller's own, which set up and run the transfer, so that the transfer can change what they carry

	Bucket   string // the resource, if it is a bucket; "" otherwise
	Resource string // the resource, if it is no bucket, in words
	Owner    string // the account of the resource

	Report plan.Claim // what was reported of the resource's policy, which was not read; zero if nothing was

	May, MayNot string       // how findings begin: "DataSync may read the source", "DataSync may not read the source"
	Finding     plan.Finding // the fields that all findings have in common
	Facts       []authz.Fact // from which the requests were made
	Verdicts    []Verdict

	Stop func() bool // reports whether the findings are wanted no more: then nothing is decided, and they say nothing; nil is never

	// The end of our statements in Policies.Resource, which has them without their dates. The zero Until is none, or the time of the check is not known.
	Until       time.Time
	Over        bool            // the end has come
	Live, Ended policy.Document // Policies.Resource as long as our statements allow, and afterwards

	Foreign func(authz.Match) bool // reports whether a statement is of others, so that findings advise on it where it decides; nil: none is

	Shared        *Exemptions       // of all cases whose findings are reported together
	Organisations map[string]string // their ids, by account
}

// Verdict is the decision on one action, and what it means for the transfer.
type Verdict struct {
	action  string
	request authz.Request
	Use     Use
	Why     string             // what a denial means if the use is Rarely
	When    []policy.Condition // that a statement which allows the action should have
	authz.Decision
	assumed []string // the condition keys whose assumed values the action is allowed by
	ends    bool     // it is allowed until the end of our statements, or was

	reported *authz.Decision // the decision if the report on the resource's policy holds, if that allows the action; nil otherwise
}

// Use tells how a transfer uses an action.
type Use int

const (
	Always        Use = iota // nothing works without it
	Rarely                   // only in cases that this transfer may never meet: a denial limits the transfer, and does not stop it
	Conditionally            // always or never, and it is not known which
	Never                    // not with these options
)

// Probe is the name of the object that stands for all objects below a prefix.
const Probe = "object"

// Decide adds the verdict on the request. why tells what a denial means if the use is Rarely, and what the use depends on if it is
// Conditionally. An action on a bucket or object that has a verdict already gets no second one.
func (c *Case) Decide(req authz.Request, u Use, why string) {
	c.Like(req).Decide(req.Action, req.Resource, u, why)
}

// decide decides the request, unless the findings are wanted no more.
func (c *Case) decide(req authz.Request, p authz.Policies) authz.Decision {
	if c.stopped() {
		return authz.Decision{}
	}
	return authz.Decide(req, p)
}

func (c *Case) stopped() bool { return c.Stop != nil && c.Stop() }

// certain returns the request without the facts that are only assumed.
func certain(req authz.Request, facts []authz.Fact) authz.Request {
	req.Context, req.Like, req.Among = maps.Clone(req.Context), maps.Clone(req.Like), maps.Clone(req.Among)
	assumed := make(map[string]bool, len(facts))
	for _, f := range facts {
		if f.Certainty != authz.Assumed {
			continue
		}
		assumed[f.Key] = true
		delete(req.Context, f.Key)
		delete(req.Like, f.Key)
		delete(req.Among, f.Key)
	}
	req.Absent = slices.DeleteFunc(slices.Clone(req.Absent), func(k string) bool { return assumed[k] })
	return req
}

// code returns the code of the finding that the verdict belongs to.
func (v Verdict) code() plan.Code {
	switch {
	case v.Effect == authz.Allowed:
		return plan.CodeAllowed
	case v.Effect == authz.Undetermined:
		return plan.CodeUndetermined
	case v.Use == Rarely:
		return plan.CodeLimited
	}
	return plan.CodeDenied
}

// MakesRole reports whether the action makes or completes a role, as an administrator of IAM does it; passing a role to DataSync does not.
func (v Verdict) MakesRole() bool {
	return strings.HasPrefix(v.action, "iam:") && v.action != "iam:PassRole"
}
