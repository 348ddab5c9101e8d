package authz_test

import (
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// source turns bytes into choices. After the last byte it starts over.
type source struct {
	bytes []byte
	at    int
}

func (s *source) pick(n int) int {
	if len(s.bytes) == 0 {
		return 0
	}
	b := int(s.bytes[s.at%len(s.bytes)])
	s.at++
	return (b + s.at/len(s.bytes)) % n
}

func (s *source) of(texts ...string) string { return texts[s.pick(len(texts))] }

// unknownValues are the keys that generated policies use. For each key, the values include one of every kind that generated conditions
// can distinguish. nil is an absent key.
var unknownValues = []struct {
	key    string
	values [][]string
}{
	{"x:text", [][]string{nil, {"a"}, {"A"}, {"b"}, {"ab"}, {"axb"}, {"xb"}, {"ax"}, {"x"}, {"xy"}, {"aa"}, {"axx"}}},
	{"x:flag", [][]string{nil, {"true"}, {"false"}}},
	{"x:count", [][]string{nil, {"1"}, {"2"}, {"2.5"}, {"3"}, {"4"}}},
	{"x:date", [][]string{nil, {"2025-12-31"}, {"2026-01-01"}, {"2026-01-02"}, {"2026-02-01"}, {"2026-03-01"}}},
	{"aws:SourceIp", [][]string{nil, {"10.0.0.1"}, {"10.0.1.1"}, {"10.1.0.1"}, {"192.0.2.1"}, {"2001:db8::1"}, {"::1"}}},
	{"x:set", [][]string{nil, {"a"}, {"b"}, {"c"}, {"a", "b"}, {"a", "c"}, {"b", "c"}, {"a", "b", "c"}}},
	{"x:name", [][]string{nil, {"a"}, {"b"}, {"2026"}, {"c"}}},
	{"aws:userid", [][]string{nil, {"AROAONE:s"}, {"AROAONE:t"}, {"AROATWO:s"}, {"AROATWO:t"}, {"AROASIX:s"}, {"x"}}},
	{"aws:SourceArn", [][]string{nil, {"arn:aws:s:r:1:a"}, {"arn:aws:s:q:1:a"}, {"arn:aws:s:r:1:b"}, {"arn:aws:s:q:1:b"}, {"arn:aws:s:r:x:1:a"}, {"x"}}},
	{"aws:ResourceAccount", [][]string{{task}, {remote}, {"999999999999"}}},
}

// conditions are the conditions that generated statements can have.
var conditions = []string{
	`'StringEquals':{'x:text':'a'}`, `'StringNotEquals':{'x:text':'a'}`, `'StringEquals':{'x:text':['a','b']}`, `'StringNotEquals':{'x:text':['b','ab']}`,
	`'StringEqualsIgnoreCase':{'x:text':'A'}`, `'StringLike':{'x:text':'a*'}`, `'StringLike':{'x:text':'*b'}`, `'StringNotLike':{'x:text':'a?'}`, `'StringLike':{'x:text':'*'}`,
	`'StringEqualsIfExists':{'x:text':'b'}`, `'StringNotEqualsIfExists':{'x:text':'a'}`, `'Null':{'x:text':'true'}`, `'Null':{'x:text':'false'}`,
	`'Bool':{'x:flag':'true'}`, `'Bool':{'x:flag':'false'}`, `'BoolIfExists':{'x:flag':'false'}`, `'BoolIfExists':{'x:flag':'true'}`, `'Null':{'x:flag':'true'}`,
	`'NumericLessThan':{'x:count':2}`, `'NumericGreaterThanEquals':{'x:count':2}`, `'NumericEquals':{'x:count':'3'}`, `'NumericNotEquals':{'x:count':3}`, `'NumericLessThanEqualsIfExists':{'x:count':3}`,
	`'DateLessThan':{'x:date':'2026-01-01'}`, `'DateGreaterThan':{'x:date':'2026-01-01T00:00:00Z'}`, `'DateEquals':{'x:date':'2026-02-01'}`,
	`'IpAddress':{'aws:SourceIp':'10.0.0.0/24'}`, `'NotIpAddress':{'aws:SourceIp':'10.0.0.0/16'}`, `'IpAddress':{'aws:SourceIp':['10.1.0.0/16','2001:db8::/32']}`, `'NotIpAddressIfExists':{'aws:SourceIp':'0.0.0.0/0'}`,
	`'ForAllValues:StringEquals':{'x:set':'a'}`, `'ForAnyValue:StringEquals':{'x:set':'b'}`, `'ForAllValues:StringNotEquals':{'x:set':['a','b']}`, `'ForAnyValue:StringNotEquals':{'x:set':'a'}`, `'ForAllValues:StringLike':{'x:set':['a','b']}`, `'Null':{'x:set':'false'}`,
	`'StringEquals':{'x:known':'${x:name}'}`, `'StringNotEquals':{'x:known':'${x:name}'}`, `'StringEquals':{'x:name':['a','b']}`, `'StringLike':{'x:known':['b*','${x:name}']}`,
	`'StringLike':{'aws:userid':'AROAONE:*'}`, `'StringNotLike':{'aws:userid':['AROAONE:s','AROATWO:*']}`,
	`'ArnEquals':{'aws:SourceArn':'arn:aws:s:*:1:a'}`, `'ArnNotLike':{'aws:SourceArn':'arn:aws:s:r:1:*'}`, `'StringLike':{'aws:SourceArn':'arn:aws:s:*:1:a'}`, `'ArnLike':{'aws:SourceArn':'*'}`, `'ArnNotLikeIfExists':{'aws:SourceArn':'*'}`,
	`'StringEquals':{'aws:ResourceAccount':'444455556666'}`, `'StringNotEquals':{'aws:ResourceAccount':'111122223333'}`,
	`'StringEquals':{'aws:PrincipalAccount':'111122223333'}`, `'StringNotEquals':{'aws:PrincipalArn':'` + role + `'}`,
}

var principals = []string{
	`'Principal':'*'`, `'Principal':{'AWS':'111122223333'}`, `'Principal':{'AWS':'` + role + `'}`, `'Principal':{'AWS':['arn:aws:sts::111122223333:assumed-role/mover/s','` + alice + `']}`,
	`'Principal':{'AWS':'AROAONE'}`, `'NotPrincipal':{'AWS':'` + alice + `'}`, `'Principal':{'AWS':['999999999999','` + alice + `']}`, `'Principal':{'Service':'datasync.amazonaws.com'}`,
	`'NotPrincipal':{'AWS':['arn:aws:sts::111122223333:assumed-role/mover/s','` + role + `','111122223333']}`, `'NotPrincipal':{'AWS':['arn:aws:sts::111122223333:assumed-role/mover/s','AROAONE','111122223333']}`,
}

// statement makes a statement; if principal is set, one for a resource policy.
func (s *source) statement(effect string, principal bool) string {
	elements := []string{`'Effect':'` + effect + `'`}
	if principal {
		elements = append(elements, principals[s.pick(len(principals))])
	}
	elements = append(elements, s.of(`'Action':'s3:*'`, `'Action':['s3:GetObject','s3:PutObject']`, `'NotAction':'iam:*'`, `'Action':'s3:Put*'`))
	elements = append(elements, s.of(`'Resource':'*'`, `'Resource':'arn:aws:s3:::media/*'`, `'NotResource':'arn:aws:s3:::other/*'`, `'Resource':'arn:aws:s3:::media/${x:name}/*'`, `'NotResource':['arn:aws:s3:::x','arn:aws:s3:::media/${x:name}/*']`, `'Resource':'arn:aws:s3:::media/2025/*'`))
	if n := s.pick(4); n > 0 {
		var all []string
		seen := map[string]bool{}
		for range n {
			c := conditions[s.pick(len(conditions))]
			if operator, _, _ := strings.Cut(c, ":{"); !seen[operator] {
				seen[operator] = true
				all = append(all, c)
			}
		}
		elements = append(elements, `'Condition':{`+strings.Join(all, ",")+`}`)
	}
	return "{" + strings.Join(elements, ",") + "}"
}

func (s *source) document(principal bool) policy.Document {
	statements := make([]string, 1+s.pick(3))
	for i := range statements {
		statements[i] = s.statement(s.of("Allow", "Allow", "Deny"), principal)
	}
	return doc(statements...)
}

// policies makes policies of all layers.
func (s *source) policies() authz.Policies {
	var p authz.Policies
	for range s.pick(3) {
		p.Identity = append(p.Identity, s.document(false))
	}
	if s.pick(2) == 0 {
		p.Identity = append(p.Identity, all)
	}
	switch s.pick(4) {
	case 0:
	case 1:
		p.Resource = s.document(true).With(parse(`{'Statement':` + anyone + `}`))
	default:
		p.Resource = s.document(true)
	}
	if s.pick(5) == 0 {
		p.Boundary = s.document(false)
	}
	if s.pick(6) == 0 {
		p.Session = s.document(false)
	}
	for range s.pick(6) / 4 {
		p.SCPs = append(p.SCPs, []policy.Document{all, s.document(false)})
	}
	for range s.pick(6) / 4 {
		p.RCPs = append(p.RCPs, []policy.Document{s.document(true)})
	}
	return p
}

// request makes a request of which some keys are unknown, and names those.
func (s *source) request() (r authz.Request, open []int) {
	r = authz.Request{
		Principal: s.of(role, session, alice, role, "arn:aws:sts::111122223333:assumed-role/mover/s", "arn:aws:iam::111122223333:root"),
		Action:    s.of("s3:GetObject", "s3:PutObject", "s3:GetObject"),
		Resource:  object,
		Context:   ctx("x:known", "b"),
	}
	if s.pick(12) == 0 {
		r.Principal, r.Service = "", s.of("datasync.amazonaws.com", "")
		r.Absent = []string{"aws:PrincipalArn", "aws:PrincipalAccount"} // their values for a service are not enumerated
	}
	for i, u := range unknownValues {
		if s.pick(3) > 0 && len(open) < 3 {
			open = append(open, i)
			continue
		}
		assume1(&r, u.key, u.values[s.pick(len(u.values))])
	}
	return r, open
}

// assume1 fixes one key.
func assume1(r *authz.Request, key string, values []string) {
	switch {
	case key == "aws:ResourceAccount":
		r.ResourceAccount = values[0]
	case values == nil:
		r.Absent = append(r.Absent, key)
	default:
		r.Context[key] = values
	}
}
