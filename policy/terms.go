package policy

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// Principal is one principal of a statement. It is comparable. The zero Principal stands for "no principal".
type Principal struct{ kind, value string }

// AWS returns the principal with the ARN of a role, a user, a session or the root of an account. "*" stands for everyone, and a 12-digit
// account id for that account.
func AWS(arn string) Principal { return Principal{"AWS", arn} }

// Account returns the account with the 12-digit id as a principal: everybody in it whom the account's own policies allow. It is printed
// as the id, which AWS reads as the ARN of the account's root. Unlike the ARN, the id does not name a partition.
func Account(id string) Principal { return Principal{"AWS", id} }

// Service returns the principal of an AWS service, such as "datasync.amazonaws.com".
func Service(name string) Principal { return Principal{"Service", name} }

// Everyone returns the principal "*": everybody, also callers without credentials. Combine it with [Deny], or with conditions.
func Everyone() Principal { return Principal{"*", "*"} }

// Type returns "AWS", "Service", "Federated" or "CanonicalUser", or "*" for the principal "*". For a parsed statement it may be any other
// text that was written there; for the zero Principal it is "".
func (p Principal) Type() string { return p.kind }

// Value returns the ARN, id or name; "*" for the principal "*", "" for the zero Principal.
func (p Principal) Value() string { return p.value }

// Equal reports whether both principals have the same type and value.
func (p Principal) Equal(other Principal) bool { return p == other }

// String returns the value, where what is not printed as itself is escaped.
func (p Principal) String() string { return text.Escape(p.value) }

// Condition is one condition of a statement: an operator, a key, and the values that the key is compared with. A statement applies only
// if all its conditions hold.
type Condition struct {
	operator, key string
	values        []string
	raw           []byte // JSON of the values of a parsed condition; nil if it was made by a function of this package
}

// Where returns a condition with any operator, such as "ForAnyValue:StringLikeIfExists".
func Where(operator, key string, values ...string) Condition {
	return Condition{operator: operator, key: key, values: slices.Clone(values)}
}

// StringEquals returns a condition that holds if the key has one of the values.
func StringEquals(key string, values ...string) Condition {
	return Where("StringEquals", key, values...)
}

// StringNotEquals returns a condition that holds if the key has none of the values or is absent.
func StringNotEquals(key string, values ...string) Condition {
	return Where("StringNotEquals", key, values...)
}

// StringLike returns a condition that holds if the key matches one of the values, in which * stands for any characters and ? for one.
func StringLike(key string, values ...string) Condition { return Where("StringLike", key, values...) }

// StringNotLike returns a condition that holds if the key matches none of the values or is absent.
func StringNotLike(key string, values ...string) Condition {
	return Where("StringNotLike", key, values...)
}

// ArnEquals returns a condition that holds if the key is one of the ARNs. AWS treats it as [ArnLike].
func ArnEquals(key string, arns ...string) Condition { return Where("ArnEquals", key, arns...) }

// ArnLike returns a condition that holds if the key matches one of the ARNs, part by part, with * and ? as in [StringLike]. The value "*" alone
// is assumed to match every ARN.
func ArnLike(key string, arns ...string) Condition { return Where("ArnLike", key, arns...) }

// ArnNotLike returns a condition that holds if the key matches none of the ARNs or is absent.
func ArnNotLike(key string, arns ...string) Condition { return Where("ArnNotLike", key, arns...) }

// Bool returns a condition that holds if the key has the value, which is printed as the string "true" or "false".
func Bool(key string, value bool) Condition {
	if value {
		return Where("Bool", key, "true")
	}
	return Where("Bool", key, "false")
}

// Null returns a condition that holds if the key is absent; with absent false, if the key is present.
func Null(key string, absent bool) Condition {
	c := Bool(key, absent)
	c.operator = "Null"
	return c
}

// IPAddress returns a condition that holds if the key, such as aws:SourceIp, lies in one of the ranges, written like 203.0.113.0/24.
func IPAddress(key string, ranges ...string) Condition { return Where("IpAddress", key, ranges...) }

// NotIPAddress returns a condition that holds if the key lies in none of the ranges or is absent.
func NotIPAddress(key string, ranges ...string) Condition {
	return Where("NotIpAddress", key, ranges...)
}

// Operator returns the operator as written, such as "ForAnyValue:StringLikeIfExists".
func (c Condition) Operator() string { return c.operator }

// Key returns the condition key as written. AWS ignores the letter case of keys.
func (c Condition) Key() string { return c.key }

// Values returns the values in the order written; numbers and booleans as their JSON text. The caller owns the result.
func (c Condition) Values() []string { return slices.Clone(c.values) }

// Equal reports whether AWS treats both conditions as the same. The order of values, the letter case of the key, and ArnEquals in place
// of ArnLike make no difference.
func (c Condition) Equal(other Condition) bool {
	return c.canonicalOperator() == other.canonicalOperator() && strings.EqualFold(c.key, other.key) && slices.Equal(set(c.values), set(other.values))
}

func (c Condition) canonicalOperator() string {
	if same, ok := arnOperators[c.operator]; ok {
		return same
	}
	return c.operator
}

// set returns the values sorted and without repeats.
func set(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
