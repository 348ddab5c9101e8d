package policy

import (
	"slices"
	"strings"
)

// Principal is who a statement is about. It is comparable. The zero Principal is none.
type Principal struct{ kind, value string }

// AWS is a principal of AWS by its ARN: a role, a user, a session, the root of an account. "*" is everyone; a 12-digit account id is that account.
func AWS(arn string) Principal { return Principal{"AWS", arn} }

// Account is the account with the 12-digit id, and so everybody in it whom the account's own policies allow. It is printed as the id,
// which AWS reads as the ARN of the account's root and which, other than that ARN, does not name a partition.
func Account(id string) Principal { return Principal{"AWS", id} }

// Service is a service of AWS, such as "datasync.amazonaws.com".
func Service(name string) Principal { return Principal{"Service", name} }

// Everyone is the bare star: everybody, also without credentials. Combine it with [Deny], or with conditions.
func Everyone() Principal { return Principal{"*", "*"} }

// Type is "AWS", "Service", "Federated" or "CanonicalUser", whatever else was written in a parsed statement, or "*" for the bare star.
func (p Principal) Type() string { return p.kind }

// Value is the ARN, id or name; "*" for the bare star.
func (p Principal) Value() string { return p.value }

// Equal reports whether both principals are written the same.
func (p Principal) Equal(other Principal) bool { return p == other }

// String is the value.
func (p Principal) String() string { return p.value }

// Condition is one condition: an operator, a key and the values it is compared with. Statements hold if all their conditions do.
type Condition struct {
	operator, key string
	values        []string
	raw           []byte // the values as parsed; nil if made by code
}

// Where is a condition with any operator, such as "ForAnyValue:StringLikeIfExists".
func Where(operator, key string, values ...string) Condition {
	return Condition{operator: operator, key: key, values: slices.Clone(values)}
}

// StringEquals holds if the key has one of the values.
func StringEquals(key string, values ...string) Condition {
	return Where("StringEquals", key, values...)
}

// StringNotEquals holds if the key has none of the values, also if it is absent.
func StringNotEquals(key string, values ...string) Condition {
	return Where("StringNotEquals", key, values...)
}

// StringLike holds if the key matches one of the values, in which * stands for any characters and ? for one.
func StringLike(key string, values ...string) Condition { return Where("StringLike", key, values...) }

// StringNotLike holds if the key matches none of the values, also if it is absent.
func StringNotLike(key string, values ...string) Condition {
	return Where("StringNotLike", key, values...)
}

// ArnEquals holds if the key is one of the ARNs. AWS reads it as [ArnLike].
func ArnEquals(key string, arns ...string) Condition { return Where("ArnEquals", key, arns...) }

// ArnLike holds if the key matches one of the ARNs, part by part, with * and ? as in [StringLike].
func ArnLike(key string, arns ...string) Condition { return Where("ArnLike", key, arns...) }

// ArnNotLike holds if the key matches none of the ARNs, also if it is absent.
func ArnNotLike(key string, arns ...string) Condition { return Where("ArnNotLike", key, arns...) }

// Bool holds if the key has the value. It prints as "true" or "false".
func Bool(key string, value bool) Condition {
	if value {
		return Where("Bool", key, "true")
	}
	return Where("Bool", key, "false")
}

// Null holds if the key is absent, or with absent false if it is there.
func Null(key string, absent bool) Condition {
	c := Bool(key, absent)
	c.operator = "Null"
	return c
}

// IPAddress holds if the key, such as aws:SourceIp, lies in one of the ranges, written like 203.0.113.0/24.
func IPAddress(key string, ranges ...string) Condition { return Where("IpAddress", key, ranges...) }

// NotIPAddress holds if the key lies in none of the ranges, also if it is absent.
func NotIPAddress(key string, ranges ...string) Condition {
	return Where("NotIpAddress", key, ranges...)
}

// Operator is the operator as written, such as "ForAnyValue:StringLikeIfExists".
func (c Condition) Operator() string { return c.operator }

// Key is the condition key as written. AWS compares keys without regard to case.
func (c Condition) Key() string { return c.key }

// Values is the values; numbers and booleans as their JSON text.
func (c Condition) Values() []string { return slices.Clone(c.values) }

// Equal reports whether both conditions are the same to AWS: in the order of values, the letter case of the key, and ArnEquals for
// ArnLike they may differ.
func (c Condition) Equal(other Condition) bool {
	return c.canonicalOperator() == other.canonicalOperator() && strings.EqualFold(c.key, other.key) && slices.Equal(set(c.values), set(other.values))
}

func (c Condition) canonicalOperator() string {
	if same, ok := arnOperators[c.operator]; ok {
		return same
	}
	return c.operator
}

// set is the values, sorted and without repeated ones.
func set(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
