package verdict

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// settle returns what to do about an undetermined verdict, and the statements that would make it an allowed one. What can be read or found out comes first. Where
// AWS does not document what the verdict depends on, nobody can find it out, and a policy that does not ask for it is what helps.
func (c *Case) settle(dependsOn []string, unread []unread, vs []Verdict) (string, []string) {
	var look, find, hidden, give, first []string
	lookups := map[string]string{}
	for _, u := range unread {
		lookups[u.what] = u.lookup
	}
	for _, what := range dependsOn {
		switch org := c.organisationOf(what); {
		case org != "":
			give = append(give, org)
		case lookups[what] != "":
			if !slices.Contains(look, lookups[what]) {
				look = append(look, lookups[what])
			}
		case c.undocumented(what):
			hidden = append(hidden, what)
		case strings.EqualFold(what, "aws:userid") && knownID(vs) && c.Caller:
			find = append(find, "the name of the session of "+c.Principal+" (aws:userid)")
		case strings.EqualFold(what, "aws:userid") && knownID(vs):
			hidden = append(hidden, "the session's name in aws:userid")
		case strings.EqualFold(what, "aws:CurrentTime"), strings.EqualFold(what, "aws:EpochTime"):
			find = append(find, "when the transfer runs ("+what+")")
		case strings.EqualFold(what, "aws:TokenIssueTime"):
			find = append(find, "when the credentials of "+c.Principal+" are issued ("+what+")")
		case strings.EqualFold(what, "aws:userid"):
			find = append(find, "the unique id of "+c.Principal+" (aws:userid), which exists once the role does")
		default:
			find = append(find, what)
		}
	}
	other, proposal := c.exemption(vs)
	if other == "" {
		other = c.unconditional(vs)
	}
	if len(give) > 0 {
		first = append(first, "give OrgIDs the organisation of "+strings.Join(slices.Compact(give), " and ")+", which settles "+text.List(c.given(dependsOn), ", "))
	}
	if len(find) > 0 {
		look = append(look, "find out "+text.List(find, ", "))
	}
	if len(look) > 0 {
		first = append(first, strings.Join(look, "; and "))
	}
	if len(hidden) > 0 {
		if other == "" {
			other = "try it with one object before the first run"
		}
		other += " (AWS does not document " + text.List(hidden, ", ") + " of the request)"
	}
	if other != "" {
		first = append(first, other)
	}
	if len(lookups) > 0 { // whose remedies have commas of their own
		return strings.Join(first, "; or "), proposal
	}
	return strings.Join(first, ", or "), proposal
}

// organisationOf names the account whose organisation PlanOptions.OrgIDs may tell, if that settles the condition key; else it is "".
func (c *Case) organisationOf(key string) string {
	switch strings.ToLower(key) {
	case "aws:principalorgid":
		return "account " + c.Transfer.TaskAccount
	case "aws:resourceorgid":
		return "account " + c.Owner
	}
	return ""
}

// given returns the condition keys that OrgIDs settles.
func (c *Case) given(dependsOn []string) []string {
	return slices.DeleteFunc(slices.Clone(dependsOn), func(what string) bool { return c.organisationOf(what) == "" })
}

// undocumented reports whether the key is one of DataSync's requests, or of one that it makes for the caller, of which AWS does not document it.
func (c *Case) undocumented(key string) bool {
	key = strings.ToLower(key)
	switch {
	case key == "aws:viaawsservice", strings.HasPrefix(key, "aws:calledvia"):
		return true
	case c.Caller:
		return false
	case strings.HasPrefix(key, "s3:"): // tags are the objects'; all else is a header or a parameter of the request
		return !strings.HasPrefix(key, "s3:existingobjecttag/") && !strings.HasPrefix(key, "s3:requestobjecttag")
	}
	return slices.Contains([]string{"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:sourceidentity", "aws:sourceorgid",
		"aws:sourceorgpaths", "aws:sourcearn", "aws:useragent", "aws:referer"}, key)
}

// unconditional is the remedy where an Allow depends on an unknown key: one that does not; "" if that is not why.
func (c *Case) unconditional(vs []Verdict) string {
	for _, m := range decidingAll(vs) {
		if m.Effect != "Allow" || m.Outcome != authz.MayApply {
			continue
		}
		if st, ok := statementOf(c.Policies, m); c.conditional(m.Layer, vs) != "" || ok && namesSession(st) {
			words, _ := c.grant(withDeciding(vs, m))
			return words
		}
	}
	return ""
}

// knownID reports whether the requests have the unique id of the role, so that what is not known in aws:userid is the name of the session.
func knownID(vs []Verdict) bool {
	return slices.ContainsFunc(vs, func(v Verdict) bool {
		for key, form := range v.request.Like {
			if strings.EqualFold(key, "aws:userid") && !strings.HasPrefix(form, "*") {
				return true
			}
		}
		return false
	})
}

// namesSession reports whether a principal of the statement is the session of a role, and not the role.
func namesSession(st policy.Statement) bool {
	principals, _ := st.Principals()
	return slices.ContainsFunc(principals, func(p policy.Principal) bool {
		a, ok := region.ParseARN(p.Value())
		return ok && a.Service == "sts" && strings.HasPrefix(a.Resource, "assumed-role/")
	})
}

// withDeciding returns the verdicts as if the layer of the match were all that is missing.
func withDeciding(vs []Verdict, m authz.Match) []Verdict {
	out := slices.Clone(vs)
	for i := range out {
		out[i].Deciding = []authz.Match{m}
	}
	return out
}
