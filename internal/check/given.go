package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// checkGiven compares the given role and location of the side, which somebody else made, with what the transfer needs.
func (c *checker) checkGiven(side plan.Side) []plan.Finding {
	t, e := c.Transfer, c.Transfer.End(side)
	var out []plan.Finding
	find := func(s plan.Severity, code plan.Code, subject, detail, remedy string) {
		out = append(out, plan.Finding{Severity: s, Code: code, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: subject,
			Detail: detail, Remedy: remedy})
	}
	givenRole(c.facts, e.RoleARN, "RoleARN of the "+string(side), find)
	if s, ok := c.facts.Locations[e.LocationARN]; ok && e.LocationARN != "" {
		c.givenLocation(side, s, find)
		if e.RoleARN == "" && absent(c.facts, s.RoleARN) {
			find(plan.Blocking, plan.CodeNoRole, s.RoleARN, "role "+s.RoleARN+", which the location uses, does not exist",
				"let the location use a role that exists, or leave LocationARN empty")
		}
	}
	out = append(out, c.tutorialStatement(side)...)
	return out
}

// subjectFunc adds a finding on a given role or location.
type subjectFunc func(severity plan.Severity, code plan.Code, subject, detail, remedy string)

// givenRole reports a given role that does not exist. arn is "" if none is given; field names where it was given, in words.
func givenRole(f plan.Facts, arn, field string, find subjectFunc) {
	if moved := f.Moved[arn]; moved != "" {
		find(plan.Blocking, plan.CodeNoRole, arn, "role "+arn+" does not exist, but "+moved+" does", "set "+field+" to "+moved)
	} else if absent(f, arn) {
		find(plan.Blocking, plan.CodeNoRole, arn, "role "+arn+" does not exist", "correct "+field+", or leave it empty")
	}
}

// absent reports whether the role is known not to exist: it has neither a trust policy nor others.
func absent(f plan.Facts, arn string) bool {
	docs, known := f.Identity[arn]
	return known && arn != "" && docs != nil && len(docs) == 0 && f.Trusts[arn].IsZero()
}

// givenLocation reports how the given location of the side differs from the one that the transfer describes.
func (c *checker) givenLocation(side plan.Side, s location.State, find subjectFunc) {
	e := c.Transfer.End(side)
	mismatch := func(detail, remedy string) {
		find(plan.Blocking, plan.CodeNoLocation, e.LocationARN, detail, remedy)
	}
	spec := c.Source
	if side == plan.DestinationSide {
		spec = c.Destination
	}
	switch {
	case !s.Exists:
		mismatch("location "+e.LocationARN+" does not exist", fmt.Sprintf("correct LocationARN of the %s, or leave it empty", side))
		return
	case s.URI != spec.URI():
		mismatch(fmt.Sprintf("location %s is %s, not %s", e.LocationARN, s.URI, spec.URI()), fmt.Sprintf("correct the bucket and prefix of the %s, or its LocationARN", side))
	}
	if e.RoleARN != "" && s.RoleARN != e.RoleARN {
		mismatch(fmt.Sprintf("location %s uses role %s, not %s", e.LocationARN, s.RoleARN, e.RoleARN),
			fmt.Sprintf("correct RoleARN of the %s, or leave it empty: the location names its role", side))
	}
	if side == plan.DestinationSide && e.StorageClass != "" && s.StorageClass != e.StorageClass {
		mismatch(
			fmt.Sprintf("location %s writes objects of class %s, not %s", e.LocationARN, cmp.Or(string(s.StorageClass), "STANDARD"), e.StorageClass),
			fmt.Sprintf("correct StorageClass of the %s, or leave its LocationARN empty", side))
	}
}

// tutorialStatement reports the tutorial's statement on a bucket outside the task account. Its Sid is the same for everybody who follows the
// tutorial, so that the next one who does replaces the statement. With Grant Tutorial the transfer's own statement is that one; one of somebody else
// blocks it, which the plan of the policy finds.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (c *checker) tutorialStatement(side plan.Side) []plan.Finding {
	t, e := c.Transfer, c.Transfer.End(side)
	d, known := c.facts.BucketPolicies[e.Bucket]
	st, ok := d.Statement(bucket.TutorialSid)
	asked := t.Grant == transfer.GrantTutorial && side == plan.DestinationSide && e.DataSyncRole != ""
	stands := known && ok && !slices.Contains(c.facts.Leaving[e.Bucket], bucket.TutorialSid)
	if !asked && !stands || !e.Remote {
		return nil
	}
	const replaces = "whoever follows the tutorial again replaces it, as its id is always the same"
	finding := plan.Finding{Severity: plan.Info, Code: plan.CodeTutorial, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
		Statement: bucket.TutorialSid,
		Remedy:    "let the owner of bucket " + e.Bucket + " rename statement " + bucket.TutorialSid}
	principals, _ := st.Principals()
	var names []string
	for _, p := range principals {
		names = append(names, p.Value())
	}
	finding.Detail = fmt.Sprintf("bucket %s has the tutorial's statement for %s, which is not the role of this transfer; %s", e.Bucket, cmp.Or(text.Few(names), "nobody"), replaces)
	finding.Remedy += ", or, if that is the role of a set-up by hand for the same transfer, take the set-up over with Adopt"
	switch own := !ok || slices.Contains(principals, policy.AWS(e.DataSyncRole)); {
	case asked && !own:
		return nil
	case asked:
		finding.Detail = fmt.Sprintf("the tutorial's statement, as Grant asks, allows role %s all of bucket %s, whatever the prefix; %s", e.DataSyncRole, e.Bucket, replaces)
		finding.Remedy = "leave Grant empty for a statement of the prefix alone, with a Sid of its own"
		return []plan.Finding{finding}
	}
	if slices.Contains(principals, policy.AWS(c.roleOf(side))) {
		finding.Detail = fmt.Sprintf("bucket %s allows role %s by the tutorial's statement; %s", e.Bucket, c.roleOf(side), replaces)
		finding.Remedy = "once the transfer has its own statement, let the owner of bucket " + e.Bucket + " remove statement " + bucket.TutorialSid
	}
	return []plan.Finding{finding}
}
