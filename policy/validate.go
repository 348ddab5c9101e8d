package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xacct/xacct/problem"
)

// Validate reports every reason why the service would refuse the document as a policy of the kind, as far as the reasons are documented:
// members that are not in the grammar, elements that such a policy cannot have, Sids, principals, ARNs, conditions, characters, and
// limits that cannot be raised (see [Document.Size] for the numbers). S3 checks bucket policies more strictly; for these Validate also
// reports actions that do not apply to the statement's resources, and condition keys of S3 that do not fit every action named, with the
// first 20 of these actions.
//
// The error joins one [*Problem] for each violation, with a path such as "Statement[2].Principal.AWS[0]", in which very long names are cut; nil
// if there is none. The service may still refuse a valid document, most likely because a principal does not exist. Actions and condition keys that this
// package does not know are not reported: see [Document.Warnings].
func (d Document) Validate(kind Kind) error {
	var list problem.List
	v := validator{kind: kind, version: d.effectiveVersion(), List: &list}
	list.Check(kind >= Identity && kind <= Key, ruleKind, "", "")
	if d.d == nil {
		list.Add(ruleDocument, "", "")
		return list.Err()
	}
	v.document(d)
	sids := map[string]bool{}
	i := 0
	for s := range d.All() {
		path := fmt.Sprintf("Statement[%d]", i)
		if d.d.single {
			path = "Statement"
		}
		v.statement(path, s)
		if sid := s.Sid(); sid != "" && v.isIAM() {
			list.Check(!sids[sid], ruleSidUnique, path+".Sid", sid)
			sids[sid] = true
		}
		i++
	}
	return list.Err()
}

// validator checks a document against the rules for its kind and collects the problems.
type validator struct {
	kind    Kind
	version string // the Version that AWS assumes if the document has none
	*problem.List
}

func (v validator) isIAM() bool { return v.kind == Identity || v.kind == Trust }

func (v validator) document(d Document) {
	version := d.Version()
	known := version == "2012-10-17" || version == "2008-10-17"
	v.Check(known || d.d.version.isZero(), ruleVersion, "Version", version)
	if v.kind == Identity {
		v.Check(version == "2012-10-17" || version != "" && !known, ruleIdentityVersion, "Version", version)
		v.Check(d.d.id.isZero(), ruleIdentityID, "Id", d.ID())
	}
	eachMember(d.trimmed(), func(name, _ []byte) {
		switch n := unquote(name); n {
		case "Version", "Id", "Statement":
		default:
			v.Add(ruleElement, n, n)
		}
	})
	v.Check(d.Len() > 0, ruleStatements, "Statement", "")
	if v.kind != Bucket {
		if r, ok := firstForeign(d.d.text); !ok {
			v.Add(ruleCharacters, "", string(r))
		}
	}
	used, quota := d.Size(v.kind)
	switch v.kind {
	case Identity:
		v.Check(used <= quota, ruleIdentitySize, "", fmt.Sprint(used))
	case Trust: // its quota can be raised, the size limit of a request cannot
		n := utf8.RuneCount(d.d.text)
		v.Check(n <= 131072, ruleTrustSize, "", fmt.Sprint(n))
	case Bucket:
		v.Check(used <= quota, ruleBucketSize, "", fmt.Sprint(used))
	case Key:
		v.Check(used <= quota, ruleKeySize, "", fmt.Sprint(used))
	}
}

// firstForeign returns the first character that IAM and KMS refuse; ok if there is none.
func firstForeign(text []byte) (r rune, ok bool) {
	for _, r := range string(text) {
		if r > 0xFF || r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
			return r, false
		}
	}
	return 0, true
}

func (v validator) statement(path string, s Statement) {
	sid := s.Sid()
	if v.isIAM() {
		v.Check(isSid(sid), ruleSid, path+".Sid", sid)
	}
	eachMember(s.n.text, func(name, _ []byte) {
		n := unquote(name)
		v.Check(order[n] > 0, ruleElement, path+"."+shortName(n), n)
	})
	v.principals(path, s)
	v.actions(path, s)
	v.resources(path, s)
	v.conditions(path, s)
}

func isSid(sid string) bool {
	return !strings.ContainsFunc(sid, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// each calls yield with the path and text of each string of a list, or of the single string that stands for a list.
func each(path string, values []byte, yield func(path, value string)) {
	if values[0] != '[' {
		yield(path, valueText(values))
		return
	}
	i := 0
	eachValue(values, func(value []byte) {
		yield(fmt.Sprintf("%s[%d]", path, i), valueText(value))
		i++
	})
}
