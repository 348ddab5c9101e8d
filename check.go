package xacct

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Facts is what is known about the accounts of a transfer before anything is changed. What is missing from a map is not known; a zero
// document in it is known to be none.
type Facts struct {
	BucketPolicies map[string]policy.Document   // by bucket name: the policy as it is
	Trusts         map[string]policy.Document   // by ARN of an existing role (RoleARN): its trust policy
	Identity       map[string][]policy.Document // by ARN of an operator or existing role: every policy attached to it; of a role of ours: those besides ours
	Boundaries     map[string]policy.Document   // by ARN of a role or operator: its permissions boundary
	IDs            map[string]string            // by ARN of a role or operator: its unique id, AROA… or AIDA…
	Tags           map[string]map[string]string // by ARN of a role or operator: all of its tags

	// SCPs of the accounts of principals and RCPs of the accounts of buckets; see [PlanOptions].
	SCPs, RCPs map[string][][]policy.Document
}

// probe is the key with which "an object below the prefix" is judged.
const probe = "object"

// Check says who will be let in once everything is set up: DataSync's roles on both buckets, the service into these roles, and the
// operators on both buckets. It judges the documents as they will be, ours merged into those given, and makes no call.
// What the facts do not settle is undetermined, never allowed and never denied.
func (r *Resources) Check(f Facts) []Finding {
	var out []Finding
	for _, side := range sides {
		if role := r.Transfer.roleARN(side); role != "" {
			out = append(out, r.checkTrust(f, side, role), r.checkRole(f, side, role))
		}
	}
	for _, op := range slices.Compact(slices.Sorted(slices.Values(r.Transfer.Operators))) {
		for _, side := range sides {
			out = append(out, r.checkOperator(f, side, op))
		}
	}
	if len(r.Transfer.Operators) == 0 {
		out = append(out, r.noOperator()...)
	}
	return append(out, r.notGiven(f)...)
}

// noOperator reports the remote buckets on which nobody was named as operator.
func (r *Resources) noOperator() []Finding {
	t := r.Transfer
	var out []Finding
	for _, side := range sides {
		if e := t.end(side); t.remote(side) && e.LocationARN == "" {
			out = append(out, Finding{Severity: Warning, Code: CodeNoOperator, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
				Detail: fmt.Sprintf("whoever creates the %s location needs s3:ListBucket on bucket %s, and no operator was named", side, e.Bucket),
				Remedy: "name the role or user that applies the plan in Operators"})
		}
	}
	return out
}

// role is the role of ours with the ARN.
func (r *Resources) role(arn string) (iamrole.Spec, bool) {
	for _, ar := range r.Roles {
		if ar.ARN(r.Transfer.partition(), ar.Account) == arn {
			return ar.Spec, true
		}
	}
	return iamrole.Spec{}, false
}

// tagsOf are all tags of a role; nil if they are not known.
func (r *Resources) tagsOf(f Facts, arn string) map[string]string {
	spec, ours := r.role(arn)
	if !ours {
		return f.Tags[arn]
	}
	tags := maps.Clone(spec.Tags)
	maps.Copy(tags, f.Tags[arn])
	maps.Copy(tags, spec.Tags)
	return tags
}

// policies are what judges a principal on the bucket of a side. The bucket's policy is taken with our statements merged in.
func (r *Resources) policies(f Facts, side Side, principal string) authz.Policies {
	t, e := r.Transfer, r.Transfer.end(side)
	p := authz.Policies{SCPs: f.SCPs[t.TaskAccount], RCPs: f.RCPs[e.Account]}
	extra, known := f.Identity[principal]
	p.Identity = slices.Clone(extra)
	if spec, ours := r.role(principal); ours {
		for _, name := range slices.Sorted(maps.Keys(spec.Policies)) {
			p.Identity = append(p.Identity, spec.Policies[name])
		}
		known = true // a role that is to be made holds our policies and no others
		if spec.PermissionsBoundary != "" && f.Boundaries[principal].IsZero() {
			p.Unread |= authz.Boundary
		}
	}
	p.Boundary = f.Boundaries[principal]
	if !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	current, read := f.BucketPolicies[e.Bucket]
	if !read {
		p.Unread |= authz.Resource
	}
	p.Resource = current
	for _, b := range r.Buckets {
		if b.Name == e.Bucket {
			for _, st := range b.Statements {
				p.Resource = p.Resource.With(st)
			}
		}
	}
	return p
}

// checkRole judges every action that DataSync will use on the bucket.
func (r *Resources) checkRole(f Facts, side Side, role string) Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	verb := "read"
	if side == DestinationSide {
		verb = "write"
	}
	p := r.policies(f, side, role)
	call := authz.DataSyncCall{RoleARN: role, RoleID: f.IDs[role], RoleTags: r.tagsOf(f, role), Account: e.Account, Region: e.Region}
	actions, _ := t.grant(side).Actions()
	var verdicts []verdict
	for _, action := range actions {
		verdicts = append(verdicts, verdict{action, authz.Decide(call.S3(action, e.resource(action)), p)})
	}
	return conclude(verdicts, Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: role},
		e.Bucket, fmt.Sprintf("DataSync may %s the %s", verb, side), fmt.Sprintf("DataSync may not %s the %s", verb, side))
}

// resource is the ARN that the action is judged on: the bucket, or an object below the prefix.
func (e Endpoint) resource(action string) string {
	switch action {
	case "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads":
		return e.bucketARN()
	}
	return e.bucketARN() + "/" + slashed(e.Prefix) + probe
}

// checkTrust judges whether the service may assume the role.
func (r *Resources) checkTrust(f Facts, side Side, role string) Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	p := authz.Policies{}
	if spec, ours := r.role(role); ours {
		p.Resource = spec.Trust
	} else if trust, ok := f.Trusts[role]; ok {
		p.Resource = trust
	} else {
		p.Unread = authz.Resource
	}
	p.RCPs = f.RCPs[t.TaskAccount]
	d := authz.Decide(authz.AssumeRoleCall{RoleARN: role, Account: t.TaskAccount, Regions: []string{e.Region}}.Request(), p)
	return conclude([]verdict{{"sts:AssumeRole", d}}, Finding{Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: role},
		role, fmt.Sprintf("DataSync may assume the %s role", side), fmt.Sprintf("DataSync may not assume the %s role", side))
}

// checkOperator judges whether whoever creates the location may list the bucket: AWS tests that with the caller's own credentials.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (r *Resources) checkOperator(f Facts, side Side, op string) Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	p := r.policies(f, side, op)
	call := authz.OperatorCall{PrincipalARN: op, PrincipalID: f.IDs[op], Tags: f.Tags[op], Account: e.Account, Region: e.Region, Forwarded: true}
	d := authz.Decide(call.Request("s3:ListBucket", e.bucketARN()), p)
	return conclude([]verdict{{"s3:ListBucket", d}}, Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: op},
		e.Bucket, fmt.Sprintf("the operator may create the %s location", side), fmt.Sprintf("the operator may not create the %s location", side))
}

// verdict is the decision on one action.
type verdict struct {
	action string
	authz.Decision
}

// conclude makes one finding of the verdicts on several actions on a resource: one denied action denies, else one undetermined leaves it open.
func conclude(vs []verdict, f Finding, resource, may, mayNot string) Finding {
	worst := func(effects ...authz.Effect) []verdict {
		var out []verdict
		for _, v := range vs {
			if slices.Contains(effects, v.Effect) {
				out = append(out, v)
			}
		}
		return out
	}
	if denied := worst(authz.ExplicitlyDenied, authz.ImplicitlyDenied); len(denied) > 0 {
		first := denied[0]
		if i := slices.IndexFunc(denied, func(v verdict) bool { return v.Effect == authz.ExplicitlyDenied }); i >= 0 {
			first = denied[i]
		}
		f.Severity, f.Code = Blocking, CodeDenied
		f.Statement = deciding(first.Decision)
		f.Detail = fmt.Sprintf("%s: %s (%s%s)", mayNot, actionsOf(denied), first.Effect, by(f.Statement))
		f.Remedy = remedy(first, f)
		return f
	}
	if open := worst(authz.Undetermined); len(open) > 0 {
		f.Severity, f.Code = Warning, CodeUndetermined
		for _, v := range open {
			f.DependsOn = append(f.DependsOn, v.DependsOn...)
			for _, l := range []authz.Layer{authz.Identity, authz.Boundary, authz.Session, authz.SCP, authz.RCP, authz.Resource} {
				of := f.Subject
				if l == authz.Resource || l == authz.RCP {
					of = resource
				}
				if v.Unread&l != 0 {
					f.DependsOn = append(f.DependsOn, "the "+l.String()+" of "+of+", which was not read")
				}
			}
		}
		slices.Sort(f.DependsOn)
		f.DependsOn = slices.Compact(f.DependsOn)
		f.Statement = deciding(open[0].Decision)
		f.Detail = fmt.Sprintf("whether %s: %s depends on %s%s", may, actionsOf(open), strings.Join(f.DependsOn, " and "), in(f.Statement))
		f.Remedy = "find out " + strings.Join(f.DependsOn, ", ")
		return f
	}
	f.Severity, f.Code = Info, CodeAllowed
	f.Statement = deciding(vs[0].Decision)
	f.Detail = fmt.Sprintf("%s (allowed%s)", may, by(f.Statement))
	return f
}

func by(statement string) string {
	if statement == "" {
		return ""
	}
	return ", by " + statement
}

func in(statement string) string {
	if statement == "" {
		return ""
	}
	return " (" + statement + ")"
}

// deciding names the statement that decided, that of the bucket or trust policy first, because it is the one that the other account looks at.
func deciding(d authz.Decision) string {
	ms := slices.Clone(d.Deciding)
	slices.SortStableFunc(ms, func(a, b authz.Match) int {
		return cmp.Compare(matchOrder(a), matchOrder(b))
	})
	for _, m := range ms {
		switch {
		case m.Statement < 0:
			continue
		case m.Sid != "":
			return m.Sid
		default:
			return fmt.Sprintf("statement %d of the %s", m.Statement+1, m.Layer)
		}
	}
	return ""
}

func matchOrder(m authz.Match) int {
	if m.Layer == authz.Resource {
		return 0
	}
	return 1
}

func actionsOf(vs []verdict) string {
	var out []string
	for _, v := range vs {
		out = append(out, v.action)
	}
	if len(out) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(out[:3], ", "), len(out)-3)
	}
	return strings.Join(out, ", ")
}

// remedy is what the owner of the deciding policy could do.
func remedy(v verdict, f Finding) string {
	if v.Effect == authz.ExplicitlyDenied {
		return fmt.Sprintf("let the owner of %s exempt the role, for example with ArnNotEquals aws:PrincipalArn %s", or(f.Statement, "the denying policy"), f.Subject)
	}
	return fmt.Sprintf("allow %s to %s", v.action, f.Subject)
}

// notGiven lists the policies that nobody handed us. The verdicts hold as far as the others go.
func (r *Resources) notGiven(f Facts) []Finding {
	t := r.Transfer
	var what, owners []string
	if f.SCPs[t.TaskAccount] == nil {
		what = append(what, "service control policies of "+t.TaskAccount)
	}
	accounts := []string{t.Source.Account, t.Destination.Account}
	slices.Sort(accounts)
	for _, a := range slices.Compact(accounts) {
		if f.RCPs[a] == nil {
			owners = append(owners, a)
		}
	}
	if len(owners) > 0 {
		what = append(what, "resource control policies of "+strings.Join(owners, " and "))
	}
	if len(what) == 0 {
		return nil
	}
	return []Finding{{Severity: Info, Code: CodeNotGiven, Transfer: t.Name, Detail: strings.Join(what, " and ") + " were not given",
		Remedy: "hand them to the plan in SCPs and RCPs, or ask the organisation's administrators"}}
}

// check judges every transfer with what was read.
func (b *builder) check() {
	if b.mode == TearDown {
		return
	}
	f := b.facts()
	for _, t := range b.transfers {
		b.findings = append(b.findings, t.resources().Check(f)...)
	}
}

// facts is what the snapshot settles.
func (b *builder) facts() Facts {
	f := Facts{BucketPolicies: map[string]policy.Document{}, Trusts: map[string]policy.Document{}, Identity: map[string][]policy.Document{},
		Boundaries: map[string]policy.Document{}, IDs: map[string]string{}, Tags: map[string]map[string]string{}, SCPs: b.opts.SCPs, RCPs: b.opts.RCPs}
	for name, s := range b.snap.buckets {
		if s.Unread[bucket.PartPolicy] == nil {
			f.BucketPolicies[name] = b.named(s.Policy)
		}
	}
	ours := map[string]bool{}
	for _, r := range wantsOf(b.transfers).roles {
		ours[r.arn] = true
	}
	for arn, s := range b.snap.roles {
		if s.Unread[iamrole.PartRole] != nil || !s.Exists {
			if !s.Exists && s.Unread[iamrole.PartRole] == nil && !ours[arn] {
				f.Identity[arn] = []policy.Document{} // a principal that does not exist is let in nowhere
				f.Trusts[arn] = policy.Document{}
			}
			continue
		}
		f.Trusts[arn], f.IDs[arn], f.Tags[arn] = s.Trust, s.ID, s.Tags
		if err := unreadPolicies(s); err != nil {
			continue
		}
		if s.PermissionsBoundary != "" {
			f.Boundaries[arn] = s.Managed[s.PermissionsBoundary]
		}
		docs := []policy.Document{}
		for _, name := range slices.Sorted(maps.Keys(s.Policies)) {
			if !ours[arn] || !strings.HasPrefix(name, "xacct-") {
				docs = append(docs, s.Policies[name])
			}
		}
		for _, attached := range s.Attached {
			docs = append(docs, s.Managed[attached])
		}
		f.Identity[arn] = docs
	}
	return f
}

// unreadPolicies is why the policies that judge a role are not all known; nil if they are.
func unreadPolicies(s iamrole.State) error {
	for _, part := range slices.Sorted(maps.Keys(s.Unread)) {
		return fmt.Errorf("%s: %w", part, s.Unread[part])
	}
	return nil
}

// named is the document with the unique ids of living roles replaced by their ARNs, as S3 means them. It is for judging, never for writing.
func (b *builder) named(d policy.Document) policy.Document {
	data := d.Bytes()
	for id, arn := range b.ids {
		data = bytes.ReplaceAll(data, []byte(`"`+id+`"`), []byte(`"`+arn+`"`))
	}
	if named, err := policy.Parse(data); err == nil {
		return named
	}
	return d
}
