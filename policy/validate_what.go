package policy

import (
	"encoding/base64"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/region"
)

// ofService gives the service whose actions a resource policy of the kind can name.
var ofService = map[Kind]string{Trust: "sts", Bucket: "s3", Key: "kms"}

var actionForm = regexp.MustCompile(`^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$`)

// actions checks the form of the actions, and whether they apply to the statement's resources.
func (v validator) actions(path string, s Statement) {
	name := path + ".Action"
	if s.n.index.notAction {
		name = path + ".NotAction"
	}
	applies := s.appliesTo()
	n := 0
	each(name, s.n.index.action.of(s.n.text), func(path, action string) {
		n++
		if !actionForm.MatchString(action) {
			v.Add(ruleActionForm, path, action)
			return
		}
		prefix, _, found := strings.Cut(action, ":")
		if service := ofService[v.kind]; service != "" && found {
			v.Check(strings.EqualFold(prefix, service), ruleActionService, path, action)
		}
		if v.kind == Bucket && !s.n.index.notAction && !s.n.index.notResource {
			v.Check(applies.to(action), ruleActionResource, path, action)
		}
	})
	v.Check(n > 0, ruleActionEmpty, name, "")
}

// variable matches a policy variable, which may stand for any text.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// scope says what the resources of a statement in a bucket policy are.
type scope struct{ none, objects, buckets bool }

func (s Statement) appliesTo() scope {
	resources := texts(s.n.index.resource, s.n.text)
	out := scope{none: len(resources) == 0}
	for _, r := range resources {
		if strings.Contains(r, "${") {
			r = variable.ReplaceAllString(r, "*")
		}
		slash := strings.Contains(r, "/")
		star := strings.ContainsAny(r, "*?") // a wildcard also matches slashes
		out.objects = out.objects || slash || star
		out.buckets = out.buckets || !slash
	}
	return out
}

// to reports whether a known action of S3 applies to one of the resources. It is true for patterns, for unknown actions, and for a statement without
// resources, which another rule reports.
func (r scope) to(action string) bool {
	action = strings.TrimPrefix(strings.ToLower(action), "s3:")
	object, bucket := objectActions[action], bucketActions[action]
	if accountActions[action] {
		return false
	}
	return !object && !bucket || r.none || object && r.objects || bucket && r.buckets
}

// resources checks the Resource or NotResource element.
func (v validator) resources(path string, s Statement) {
	if s.n.index.resource.isZero() {
		v.Check(v.kind == Trust, ruleResourceNeeded, path, "")
		return
	}
	path += ".Resource"
	if s.n.index.notResource {
		path = strings.TrimSuffix(path, "Resource") + "NotResource"
	}
	v.Check(v.kind != Trust, ruleResourceTrust, path, "")
	n := 0
	each(path, s.n.index.resource.of(s.n.text), func(path, resource string) {
		n++
		v.resource(path, resource)
	})
	v.Check(n > 0, ruleResourceEmpty, path, "")
}

func (v validator) resource(path, resource string) {
	if resource == "*" {
		return
	}
	variables := v.version == "2012-10-17"
	arn, ok := region.ParseARN(resource)
	if !ok || strings.ContainsAny(arn.Service, "*?") || !strings.ContainsAny(arn.Partition, "*?$") && !strings.HasPrefix(arn.Partition, "aws") {
		v.Add(ruleResourceForm, path, resource)
		return
	}
	if head := strings.TrimSuffix(resource, arn.Resource); variables && strings.Contains(head, "${") {
		v.Add(ruleResourceVariable, path, resource)
		return
	}
	isS3 := arn.Service == "s3"
	v.Check(!isS3 || arn.Region == "" && arn.Account == "" || arn.Account != "" && strings.ContainsAny(arn.Resource, "/*"), ruleResourceS3, path, resource)
	v.Check(arn.Service != "iam" || arn.Region == "" || strings.ContainsAny(arn.Region, "*?"), ruleResourceIAM, path, resource)
	v.Check(isS3 || v.kind != Bucket, ruleResourceBucket, path, resource)
}

// conditions checks the Condition element.
func (v validator) conditions(path string, s Statement) {
	if s.n.index.condition.isZero() {
		return
	}
	path += ".Condition"
	var actions []string
	if v.kind == Bucket && !s.n.index.notAction {
		actions = texts(s.n.index.action, s.n.text)
	}
	misfits := map[string][]string{} // by kind of key: the first actions that it does not fit
	eachMember(s.n.index.condition.of(s.n.text), func(name, keys []byte) {
		operator := unquote(name)
		at := path + "." + shortName(operator)
		base, ok := baseOperator(operator)
		v.Check(ok, ruleOperator, at, operator)
		eachMember(keys, func(name, values []byte) {
			key := unquote(name)
			at := at + "." + shortName(key)
			prefix, rest, _ := strings.Cut(key, ":")
			v.Check(prefix != "" && rest != "", ruleConditionKey, at, key)
			if kind := keyKind(key); keyActions[kind] != nil {
				if _, known := misfits[kind]; !known {
					misfits[kind] = misfitsOf(kind, actions)
				}
				for _, action := range misfits[kind] {
					v.Add(ruleConditionAction, at, action)
				}
			}
			n := 0
			each(at, values, func(path, value string) {
				n++
				v.Check(!ok || fitsOperator(base, value), ruleConditionValue, path, value)
			})
			v.Check(n > 0, ruleConditionEmpty, at, "")
		})
	})
}

// operatorTypes holds the condition operators and for each the check of a value; nil means that any text is a value.
var operatorTypes = map[string]func(string) bool{
	"StringEquals": nil, "StringNotEquals": nil, "StringEqualsIgnoreCase": nil, "StringNotEqualsIgnoreCase": nil, "StringLike": nil, "StringNotLike": nil,
	"ArnEquals": nil, "ArnLike": nil, "ArnNotEquals": nil, "ArnNotLike": nil,
	"NumericEquals": isNumber, "NumericNotEquals": isNumber, "NumericLessThan": isNumber, "NumericLessThanEquals": isNumber,
	"NumericGreaterThan": isNumber, "NumericGreaterThanEquals": isNumber,
	"DateEquals": isDate, "DateNotEquals": isDate, "DateLessThan": isDate, "DateLessThanEquals": isDate,
	"DateGreaterThan": isDate, "DateGreaterThanEquals": isDate,
	"Bool": isBool, "Null": isBool, "BinaryEquals": isBase64, "IpAddress": isRange, "NotIpAddress": isRange,
}

// baseOperator returns the operator without ForAnyValue:, ForAllValues: and IfExists; ok is false if it is not an operator.
func baseOperator(operator string) (base string, ok bool) {
	base = operator
	for _, set := range [...]string{"ForAnyValue:", "ForAllValues:"} {
		if rest, cut := strings.CutPrefix(base, set); cut {
			base = rest
			break
		}
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	_, ok = operatorTypes[base]
	return base, ok && !(ifExists && base == "Null")
}

func fitsOperator(base, value string) bool {
	check := operatorTypes[base]
	return check == nil || strings.Contains(value, "${") || check(value)
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && !strings.ContainsAny(s, "xXpPiInN_")
}

// isBool accepts any letter case, because the documentation does not say which one is required.
func isBool(s string) bool { return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") }

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

func isRange(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

// isDate accepts the forms of ISO 8601 that W3C's note on dates lists, and seconds since 1970.
func isDate(s string) bool {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return true
	}
	for _, layout := range [...]string{"2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
