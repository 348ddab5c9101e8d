package authz_test

import (
	"slices"

	"github.com/xacct/xacct/policy/authz"
)

const (
	operatorPage = userGuide + "reference_policies_elements_condition_operators.html"
	severalPage  = userGuide + "reference_policies_multi-value-conditions.html"
	kindPage     = userGuide + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
)

// operatorCase is one operator: the value of the policy, a value of the request that makes the condition hold, one that does not,
// and whether it holds if the key is absent.
type operatorCase struct {
	operator, policy, yes, no string
	absent                    bool
}

var operatorCases = []operatorCase{
	{"StringEquals", `'a'`, "a", "A", false},
	{"StringEquals", `'a*'`, "a*", "ab", false},
	{"StringNotEquals", `'a'`, "A", "a", true},
	{"StringEqualsIgnoreCase", `'Straße'`, "STRAßE", "strase", false},
	{"StringNotEqualsIgnoreCase", `'a'`, "b", "A", true},
	{"StringLike", `'a?c*'`, "abcd", "ac", false},
	{"StringLike", `'*'`, "", "", false},
	{"StringNotLike", `'a*'`, "ba", "ab", true},
	{"NumericEquals", `10`, "10.0", "11", false},
	{"NumericEquals", `'9007199254740993'`, "9007199254740993", "9007199254740992", false},
	{"NumericNotEquals", `10`, "11", "10", true},
	{"NumericLessThan", `10`, "-10.5", "10", false},
	{"NumericLessThanEquals", `10`, "10", "10.01", false},
	{"NumericGreaterThan", `10`, "10.01", "10", false},
	{"NumericGreaterThanEquals", `10`, "10", "9", false},
	{"DateEquals", `'2026-01-02T03:04:05Z'`, "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:06Z", false},
	{"DateEquals", `'2026-01-02T00:00:00Z'`, "2026-01-02", "2026-01-03", false},
	{"DateNotEquals", `'2026-01-02'`, "2026-01-03", "2026-01-02T00:00:00Z", true},
	{"DateLessThan", `'2026-01-02'`, "2026-01-01T23:59:59Z", "2026-01-02", false},
	{"DateLessThan", `'1767312000'`, "2026-01-01T23:59:59Z", "2026-01-02T00:00:00Z", false},
	{"DateLessThanEquals", `'2026-01-02'`, "2026-01-02", "2026-01-03", false},
	{"DateGreaterThan", `'2026-01-02'`, "1767312001", "1767312000", false},
	{"DateGreaterThan", `1767312000`, "1767312001", "1767312000", false},
	{"DateGreaterThanEquals", `'2026-01-02'`, "2026-01-02", "2026-01-01", false},
	{"Bool", `'true'`, "true", "false", false},
	{"Bool", `false`, "false", "true", false},
	{"BinaryEquals", `'QmluYXJ5'`, "QmluYXJ5", "QmluYXJ4", false},
	{"IpAddress", `'203.0.113.0/24'`, "203.0.113.255", "203.0.114.0", false},
	{"IpAddress", `'203.0.113.7'`, "203.0.113.7", "203.0.113.8", false},
	{"IpAddress", `'0.0.0.0/0'`, "198.51.100.7", "2001:db8::1", false},
	{"IpAddress", `'2001:DB8:1234:5678::/64'`, "2001:db8:1234:5678:0:0:0:1", "2001:db8:1234:5679::1", false},
	{"NotIpAddress", `'203.0.113.0/24'`, "203.0.114.0", "203.0.113.0", true},
	{"ArnEquals", `'arn:aws:iam::*:role/m?ver'`, "arn:aws:iam::111122223333:role/mover", "arn:aws:iam::111122223333:role/mer", false},
	{"ArnLike", `'arn:aws:x:*:111122223333:f/*'`, "arn:aws:x:r:111122223333:f/a:b", "arn:aws:x:r:y:111122223333:f/a", false},
	{"ArnNotEquals", `'arn:aws:iam::*:role/*'`, "arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:role/a", true},
	{"ArnLike", `'*'`, "arn:aws:iam::111122223333:role/a", "x", false},
	{"ArnLike", `['arn:aws:iam','*']`, "arn:aws-cn:s3:::b/a:b", "arn:aws:s3::b", false},
	{"ArnEquals", `'*'`, "arn:::::", "arn:::x", false},
	{"ArnNotLike", `'*'`, "not an ARN", "arn:aws:s3:::b", true},
	{"ArnNotEquals", `'*'`, "x:aws:s3:::b", "arn:aws:s3:::b", true},
	{"ArnNotLike", `'arn:aws:iam::111122223333:role/a'`, "arn:aws:iam::111122223333:role/A", "arn:aws:iam::111122223333:role/a", true},
}

// operatorNames is each operator of the cases once.
var operatorNames = func() (names []string) {
	for _, c := range operatorCases {
		if !slices.Contains(names, c.operator) {
			names = append(names, c.operator)
		}
	}
	return append(names, "Null")
}()

var conditionRules = slices.Concat([]rule{
	{"C1", severalPage, "operators and keys are joined by AND"},
	{"C2", severalPage, "several values are joined by OR"},
	{"C3", severalPage, "under a negated operator none of several values may match"},
	{"C4", userGuide + "reference_policies_elements_condition.html", "an empty block is true; case of keys does not matter"},
	{"C5", operatorPage, "IfExists: true if the key is absent, else as without"},
	{"C6", operatorPage, "StringNotEqualsIfExists in a Deny still denies if the key is absent"},
	{"C7", operatorPage, "ARN operators compare six parts by themselves, StringLike does not"},
	{"C8", variablePage, "a variable without value equals nothing, so that StringNotEquals and StringNotLike hold"},
	{"C9", operatorPage, "numbers, dates and addresses take no wildcards"},
	{"C10", operatorPage, "Bool has no negation"},
	{"S1", severalPage, "ForAllValues: every value has to match; none is every"},
	{"S2", severalPage, "ForAnyValue: some value has to match; none is not"},
	{"S3", kindPage, "ForAllValues on a key that is missing lets an Allow hold"},
	{"S4", severalPage, "set operators with Not"},
}, func() (rules []rule) {
	for _, name := range operatorNames {
		rules = append(rules, rule{"O-" + name, operatorPage, name + " holds and does not hold, and what it is for an absent key"})
	}
	return rules
}())

// cond is an identity policy that allows under a condition.
func cond(condition string) authz.Policies {
	return may(`{'Sid':'It','Effect':'Allow','Action':'*','Resource':'*','Condition':{` + condition + `}}`)
}

// deny is an identity policy that allows all and denies under a condition.
func deny(condition string) authz.Policies {
	return may(allowAll, `{'Sid':'It','Effect':'Deny','Action':'*','Resource':'*','Condition':{`+condition+`}}`)
}

func verdict(holds bool) authz.Effect {
	if holds {
		return authz.Allowed
	}
	return authz.ImplicitlyDenied
}

// of is a request with these values of the key x:k.
func of(values ...string) authz.Request {
	r := own("s3:GetObject", object)
	r.Context["x:k"] = values
	return r
}

var absentKey = own("s3:GetObject", object)
var unknownKey = open("s3:GetObject", object)

var conditionRows = slices.Concat(operatorRows(), []row{
	{"C1", true, "second operator does not hold", own("s3:GetObject", object, "x:a", "1", "x:b", "2"), cond(`'StringEquals':{'x:a':'1'},'NumericEquals':{'x:b':3}`), authz.ImplicitlyDenied, "", nil},
	{"C1", true, "second key does not hold", own("s3:GetObject", object, "x:a", "1", "x:b", "2"), cond(`'StringEquals':{'x:a':'1','x:b':'3'}`), authz.ImplicitlyDenied, "", nil},
	{"C1", false, "all hold", own("s3:GetObject", object, "x:a", "1", "x:b", "2"), cond(`'StringEquals':{'x:a':'1','x:b':'2'},'Null':{'x:c':'true'}`), authz.Allowed, "It", nil},
	{"C2", true, "second value", of("b"), cond(`'StringEquals':{'x:k':['a','b']}`), authz.Allowed, "It", nil},
	{"C2", false, "no value", of("c"), cond(`'StringEquals':{'x:k':['a','b']}`), authz.ImplicitlyDenied, "", nil},
	{"C3", true, "one matches", of("b"), cond(`'StringNotEquals':{'x:k':['a','b']}`), authz.ImplicitlyDenied, "", nil},
	{"C3", false, "none matches", of("c"), cond(`'StringNotEquals':{'x:k':['a','b']}`), authz.Allowed, "It", nil},
	{"C4", true, "empty", absentKey, cond(``), authz.Allowed, "It", nil},
	{"C4", true, "case of the key", own("s3:GetObject", object, "AWS:sourceVPC", "v"), cond(`'StringEquals':{'aws:SourceVpc':'v'}`), authz.Allowed, "It", nil},
	{"C4", false, "case of the value", own("s3:GetObject", object, "aws:SourceVpc", "V"), cond(`'StringEquals':{'aws:SourceVpc':'v'}`), authz.ImplicitlyDenied, "", nil},
	{"C6", true, "absent", absentKey, deny(`'StringNotEqualsIfExists':{'x:k':'a'}`), authz.ExplicitlyDenied, "It", nil},
	{"C6", false, "equal", of("a"), deny(`'StringNotEqualsIfExists':{'x:k':'a'}`), authz.Allowed, "", nil},
	{"C7", true, "ArnLike stays within a part", of("arn:aws:x:r:1:2:f/a"), cond(`'ArnLike':{'x:k':'arn:aws:x:*:2:f/*'}`), authz.ImplicitlyDenied, "", nil},
	{"C7", true, "ArnLike with fewer parts", of("arn:aws:x:r:1:f"), cond(`'ArnLike':{'x:k':'arn:aws:x:*'}`), authz.ImplicitlyDenied, "", nil},
	{"C7", false, "StringLike goes on", of("arn:aws:x:r:1:2:f/a"), cond(`'StringLike':{'x:k':'arn:aws:x:*:2:f/*'}`), authz.Allowed, "It", nil},
	{"C8", true, "StringEquals", of("a"), cond(`'StringEquals':{'x:k':'${x:none}'}`), authz.ImplicitlyDenied, "", nil},
	{"C8", true, "StringNotEquals", of("a"), deny(`'StringNotEquals':{'x:k':'${x:none}'}`), authz.ExplicitlyDenied, "It", nil},
	{"C8", true, "StringNotLike", of("a"), deny(`'StringNotLike':{'x:k':'${x:none}*'}`), authz.ExplicitlyDenied, "It", nil},
	{"C8", false, "a variable with value", own("s3:GetObject", object, "x:k", "a", "x:v", "a"), deny(`'StringNotEquals':{'x:k':'${x:v}'}`), authz.Allowed, "", nil},
	{"C9", true, "number", of("12"), cond(`'NumericEquals':{'x:k':'1*'}`), authz.ImplicitlyDenied, "", nil},
	{"C9", true, "address", of("10.0.0.1"), cond(`'IpAddress':{'x:k':'10.0.0.*'}`), authz.ImplicitlyDenied, "", nil},
	{"C9", true, "not a number", of("twelve"), cond(`'NumericLessThan':{'x:k':'13'}`), authz.ImplicitlyDenied, "", nil},
	{"C9", false, "StringLike does", of("12"), cond(`'StringLike':{'x:k':'1*'}`), authz.Allowed, "It", nil},

	{"C10", true, "an Allow gives nothing", of("false"), cond(`'BoolNotEquals':{'x:k':'true'}`), authz.ImplicitlyDenied, "", nil},
	{"C10", true, "a Deny applies without it", of("true"), deny(`'NotBool':{'x:k':'true'}`), authz.ExplicitlyDenied, "It", nil},
	{"C10", false, "false is asked for as such", of("false"), cond(`'Bool':{'x:k':'false'}`), authz.Allowed, "It", nil},

	{"S1", true, "every value", of("a", "b"), cond(`'ForAllValues:StringEquals':{'x:k':['a','b','c']}`), authz.Allowed, "It", nil},
	{"S1", true, "no value", of(), cond(`'ForAllValues:StringEquals':{'x:k':'a'}`), authz.Allowed, "It", nil},
	{"S1", true, "an empty value", of(""), cond(`'ForAllValues:StringEquals':{'x:k':'a'}`), authz.Allowed, "It", nil},
	{"S1", true, "unknown", unknownKey, cond(`'ForAllValues:StringEquals':{'x:k':'a'}`), authz.Undetermined, "It", []string{"x:k"}},
	{"S1", false, "one value does not", of("a", "d"), cond(`'ForAllValues:StringEquals':{'x:k':['a','b','c']}`), authz.ImplicitlyDenied, "", nil},
	{"S2", true, "one value", of("a", "d"), cond(`'ForAnyValue:StringLike':{'x:k':['a*','b']}`), authz.Allowed, "It", nil},
	{"S2", false, "no such value", of("c", "d"), cond(`'ForAnyValue:StringLike':{'x:k':['a*','b']}`), authz.ImplicitlyDenied, "", nil},
	{"S2", false, "no value", absentKey, cond(`'ForAnyValue:StringEquals':{'x:k':'a'}`), authz.ImplicitlyDenied, "", nil},
	{"S2", false, "an empty value", of(""), cond(`'ForAnyValue:StringLike':{'x:k':'*'}`), authz.ImplicitlyDenied, "", nil},
	{"S3", true, "missing", absentKey, cond(`'ForAllValues:StringEquals':{'x:k':'a'}`), authz.Allowed, "It", nil},
	{"S3", false, "with Null beside it", absentKey, cond(`'ForAllValues:StringEquals':{'x:k':'a'},'Null':{'x:k':'false'}`), authz.ImplicitlyDenied, "", nil},
	{"S4", true, "ForAllValues: none of them listed", of("c", "d"), cond(`'ForAllValues:StringNotEquals':{'x:k':['a','b']}`), authz.Allowed, "It", nil},
	{"S4", true, "ForAnyValue: one of them not listed", of("a", "d"), cond(`'ForAnyValue:StringNotEquals':{'x:k':['a','b']}`), authz.Allowed, "It", nil},
	{"S4", true, "ForAnyValue: absent", absentKey, cond(`'ForAnyValue:StringNotEquals':{'x:k':'a'}`), authz.ImplicitlyDenied, "", nil},
	{"S4", false, "ForAllValues: one of them listed", of("a", "d"), cond(`'ForAllValues:StringNotEquals':{'x:k':['a','b']}`), authz.ImplicitlyDenied, "", nil},
	{"S4", false, "ForAnyValue: all of them listed", of("a", "b"), cond(`'ForAnyValue:StringNotEquals':{'x:k':['a','b']}`), authz.ImplicitlyDenied, "", nil},

	{"O-Null", true, "true, absent", absentKey, cond(`'Null':{'x:k':'true'}`), authz.Allowed, "It", nil},
	{"O-Null", true, "false, there", of("a"), cond(`'Null':{'x:k':false}`), authz.Allowed, "It", nil},
	{"O-Null", true, "unknown", unknownKey, cond(`'Null':{'x:k':false}`), authz.Undetermined, "It", []string{"x:k"}},
	{"O-Null", false, "true, there", of("a"), cond(`'Null':{'x:k':'true'}`), authz.ImplicitlyDenied, "", nil},
	{"O-Null", false, "false, absent", absentKey, cond(`'Null':{'x:k':'false'}`), authz.ImplicitlyDenied, "", nil},
})

// operatorRows makes the rows of the operators, plain and with IfExists.
func operatorRows() (rows []row) {
	for _, c := range operatorCases {
		id, with := "O-"+c.operator, c.operator+" "+c.policy+": "
		plain := cond(`'` + c.operator + `':{'x:k':` + c.policy + `}`)
		ifExists := cond(`'` + c.operator + `IfExists':{'x:k':` + c.policy + `}`)
		rows = append(rows,
			row{rule: id, holds: true, name: with + c.yes, req: of(c.yes), pol: plain, want: authz.Allowed},
			row{rule: id, holds: c.absent, name: with + "absent", req: absentKey, pol: plain, want: verdict(c.absent)},
			row{rule: "C5", holds: true, name: with + "absent", req: absentKey, pol: ifExists, want: authz.Allowed},
		)
		if c.yes == c.no { // nothing there is does not match
			continue
		}
		rows = append(rows,
			row{rule: id, name: with + c.no, req: of(c.no), pol: plain, want: authz.ImplicitlyDenied},
			row{rule: id, name: with + "unknown", req: unknownKey, pol: plain, want: authz.Undetermined, needs: []string{"x:k"}},
			row{rule: "C5", name: with + c.no, req: of(c.no), pol: ifExists, want: authz.ImplicitlyDenied},
			row{rule: "C5", name: with + c.yes, req: of(c.yes), pol: ifExists, want: authz.Allowed},
		)
	}
	return rows
}
