package authz

import "strings"

// family is the type of the values that an operator compares.
type family uint8

const (
	strings_ family = iota // equality or wildcards
	arns
	numbers
	dates
	booleans
	binaries
	addresses
	nulls
	noOperator // not an operator
)

// relation is how a number or date compares.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// operator is a condition operator without its prefix and suffix.
type operator struct {
	family    family
	negated   bool // the condition holds if no value matches, also if the key is absent
	wild      bool
	fold      bool
	variables bool
	relation  relation
}

// operators holds the operators by name in lower case. AWS documents one spelling; other letter case is assumed to mean the same.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = map[string]operator{
	"stringequals":              {family: strings_, variables: true},
	"stringnotequals":           {family: strings_, variables: true, negated: true},
	"stringequalsignorecase":    {family: strings_, variables: true, fold: true},
	"stringnotequalsignorecase": {family: strings_, variables: true, fold: true, negated: true},
	"stringlike":                {family: strings_, variables: true, wild: true},
	"stringnotlike":             {family: strings_, variables: true, wild: true, negated: true},
	"arnequals":                 {family: arns, variables: true, wild: true},
	"arnlike":                   {family: arns, variables: true, wild: true},
	"arnnotequals":              {family: arns, variables: true, wild: true, negated: true},
	"arnnotlike":                {family: arns, variables: true, wild: true, negated: true},
	"numericequals":             {family: numbers},
	"numericnotequals":          {family: numbers, negated: true},
	"numericlessthan":           {family: numbers, relation: less},
	"numericlessthanequals":     {family: numbers, relation: lessOrEqual},
	"numericgreaterthan":        {family: numbers, relation: greater},
	"numericgreaterthanequals":  {family: numbers, relation: greaterOrEqual},
	"dateequals":                {family: dates},
	"datenotequals":             {family: dates, negated: true},
	"datelessthan":              {family: dates, relation: less},
	"datelessthanequals":        {family: dates, relation: lessOrEqual},
	"dategreaterthan":           {family: dates, relation: greater},
	"dategreaterthanequals":     {family: dates, relation: greaterOrEqual},
	"bool":                      {family: booleans, variables: true, fold: true},
	"binaryequals":              {family: binaries},
	"ipaddress":                 {family: addresses},
	"notipaddress":              {family: addresses, negated: true},
	"null":                      {family: nulls},
}

// quantifier says how a set operator treats a key with several values.
type quantifier uint8

const (
	plain quantifier = iota
	forAll
	forAny
)

// parseOperator splits an operator into its base, set operator and IfExists. The family of an unknown operator is noOperator.
func parseOperator(s string) (op operator, q quantifier, ifExists bool) {
	s = strings.ToLower(s)
	if rest, ok := strings.CutPrefix(s, "forallvalues:"); ok {
		s, q = rest, forAll
	} else if rest, ok := strings.CutPrefix(s, "foranyvalue:"); ok {
		s, q = rest, forAny
	}
	s, ifExists = strings.CutSuffix(s, "ifexists")
	op, ok := operators[s]
	if !ok || op.family == nulls && (ifExists || q != plain) {
		op = operator{family: noOperator}
	}
	return op, q, ifExists
}
