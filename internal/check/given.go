package check

import (
	"cmp"
	"fmt"

	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// tutorialSid is the id that AWS's tutorial gives to its statement, in every bucket and for every role.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
const tutorialSid = "DataSyncCreateS3LocationAndTaskAccess"

// checkGiven judges the role and location that were made by somebody else: what a transfer asks for is compared, nothing is changed.
func (r *checker) checkGiven(side plan.Side) []plan.Finding {
	t, e := r.Transfer, r.Transfer.End(side)
	var out []plan.Finding
	find := func(s plan.Severity, code plan.Code, subject, detail, remedy string) {
		out = append(out, plan.Finding{Severity: s, Code: code, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: subject, Detail: detail, Remedy: remedy})
	}
	givenRole(r.facts, e.RoleARN, find)
	if s, ok := r.facts.Locations[e.LocationARN]; ok && e.LocationARN != "" {
		r.givenLocation(side, s, find)
	}
	out = append(out, r.tutorialStatement(side)...)
	return out
}

// givenRole reports a given role that does not exist; "" is none.
func givenRole(f plan.Facts, arn string, find func(plan.Severity, plan.Code, string, string, string)) {
	if moved := f.Moved[arn]; moved != "" {
		find(plan.Blocking, plan.CodeNoRole, arn, "role "+arn+" does not exist, but "+moved+" does", "set RoleARN to "+moved)
	} else if docs, ok := f.Identity[arn]; ok && arn != "" && docs != nil && len(docs) == 0 && f.Trusts[arn].IsZero() {
		find(plan.Blocking, plan.CodeNoRole, arn, "role "+arn+" does not exist", "correct RoleARN, or leave it empty")
	}
}

func (r *checker) givenLocation(side plan.Side, s location.State, find func(plan.Severity, plan.Code, string, string, string)) {
	e := r.Transfer.End(side)
	spec := r.Source
	if side == plan.DestinationSide {
		spec = r.Destination
	}
	switch {
	case !s.Exists:
		find(plan.Blocking, plan.CodeNoLocation, e.LocationARN, "the location does not exist", "correct LocationARN, or leave it empty")
		return
	case s.URI != spec.URI():
		find(plan.Blocking, plan.CodeNoLocation, e.LocationARN, fmt.Sprintf("the location is %s, not %s", s.URI, spec.URI()), "correct the bucket and prefix of that end, or LocationARN")
	}
	if e.RoleARN != "" && s.RoleARN != e.RoleARN {
		find(plan.Blocking, plan.CodeNoLocation, e.LocationARN, fmt.Sprintf("the location uses role %s, not %s", s.RoleARN, e.RoleARN), "correct RoleARN, or leave it empty: the location names its role")
	}
	if side == plan.DestinationSide && e.StorageClass != "" && s.StorageClass != e.StorageClass {
		find(plan.Blocking, plan.CodeNoLocation, e.LocationARN, fmt.Sprintf("the location writes objects of class %s, not %s", cmp.Or(string(s.StorageClass), "STANDARD"), e.StorageClass),
			"correct StorageClass, or leave LocationARN empty")
	}
}

// tutorialStatement reports the tutorial's statement on a bucket: its id is the same for everybody who follows the tutorial, so that the next
// one who does replaces it.
func (r *checker) tutorialStatement(side plan.Side) []plan.Finding {
	t, e := r.Transfer, r.Transfer.End(side)
	d, known := r.facts.BucketPolicies[e.Bucket]
	st, ok := d.Statement(tutorialSid)
	if !known || !ok || !t.End(side).Remote {
		return nil
	}
	finding := plan.Finding{Severity: plan.Info, Code: plan.CodeTutorial, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket, Statement: tutorialSid,
		Detail: fmt.Sprintf("bucket %s has the tutorial's statement for somebody else; whoever follows the tutorial again replaces it, as its id is always the same", e.Bucket),
		Remedy: "rename it"}
	principals, _ := st.Principals()
	for _, p := range principals {
		if p == policy.AWS(r.roleOf(side)) {
			finding.Detail = fmt.Sprintf("bucket %s lets this role in by the tutorial's statement; whoever follows the tutorial again replaces it, as its id is always the same", e.Bucket)
			finding.Remedy = "once the transfer has its own statement, the owner can remove " + tutorialSid
		}
	}
	return []plan.Finding{finding}
}
