package authz_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestDenyAtTheEndsOfAType denies by values at the ends of what can be read: whether the Deny holds depends on the unknown key, and no such value lets
// the request count as allowed.
func TestDenyAtTheEndsOfAType(t *testing.T) {
	var below []string // all IPv6 addresses before those that stand for IPv4
	for n := range 16 {
		below = append(below, fmt.Sprintf("::%x:0:0/%d", 0xffff<<(16-n)&0xffff, 81+n))
	}
	there := policy.Null("k:x", false)
	for _, tt := range []struct {
		name string
		when []policy.Condition
		want authz.Effect
	}{
		{"less than a number with many digits after the point", []policy.Condition{policy.Where("NumericLessThan", "k:x", "1e-405")}, authz.Undetermined},
		{"less than the smallest positive number", []policy.Condition{policy.Where("NumericLessThan", "k:x", "1e-999")}, authz.Undetermined},
		{"greater than it", []policy.Condition{policy.Where("NumericGreaterThan", "k:x", "1e-999")}, authz.Undetermined},
		{"between it and zero", []policy.Condition{policy.Where("NumericLessThan", "k:x", "1e-999"), policy.Where("NumericGreaterThan", "k:x", "0")}, authz.Undetermined},
		{"equal to it", []policy.Condition{policy.Where("NumericEquals", "k:x", "1e-999")}, authz.Undetermined},
		{"greater than a large number", []policy.Condition{policy.Where("NumericGreaterThan", "k:x", "1e405")}, authz.Undetermined},
		{"greater than the largest number", []policy.Condition{policy.Where("NumericGreaterThan", "k:x", strings.Repeat("9", 396)+"e999")}, authz.Undetermined},
		{"less than the lowest number", []policy.Condition{policy.Where("NumericLessThan", "k:x", "-"+strings.Repeat("9", 395)+"e999")}, authz.Undetermined},
		{"less than a number that is too long to read", []policy.Condition{policy.Where("NumericLessThan", "k:x", strings.Repeat("9", 401))}, authz.Allowed},
		{"after the first date", []policy.Condition{policy.Where("DateGreaterThan", "k:x", "-99999999999")}, authz.Undetermined},
		{"before the first date", []policy.Condition{policy.Where("DateLessThan", "k:x", "-99999999999")}, authz.Undetermined},
		{"before the first fraction of a second", []policy.Condition{policy.Where("DateLessThan", "k:x", "-99999999999.999999999")}, authz.Undetermined},
		{"between two dates before the year 0", []policy.Condition{policy.Where("DateGreaterThan", "k:x", "-99999999999"), policy.Where("DateLessThan", "k:x", "-99999999990")}, authz.Undetermined},
		{"before the year 0", []policy.Condition{policy.Where("DateLessThan", "k:x", "0000-01-01T00:00:00Z")}, authz.Undetermined},
		{"after the year 9999", []policy.Condition{policy.Where("DateGreaterThan", "k:x", "9999-12-31T23:59:59Z")}, authz.Undetermined},
		{"after the year 9999 in a zone in the west", []policy.Condition{policy.Where("DateGreaterThan", "k:x", "9999-12-31T23:59:59.999999999-23:59")}, authz.Undetermined},
		{"between two dates that nothing is between", []policy.Condition{policy.Where("DateGreaterThan", "k:x", "2026-01-02T03:04:05Z"), policy.Where("DateLessThan", "k:x", "2026-01-02T03:04:05.000000001Z")}, authz.Allowed},
		{"the only value of a binary, if there", []policy.Condition{policy.Where("BinaryEqualsIfExists", "k:x", "eGFjY3QgbWF0Y2hlcyBub3RoaW5n", "AA==", "AAA=", "")}, authz.Undetermined},
		{"no address below those of IPv4", []policy.Condition{policy.NotIPAddress("k:x", append(below, "0.0.0.0/0")...), there}, authz.Undetermined},
		{"no address", []policy.Condition{policy.NotIPAddress("k:x", "::/0", "0.0.0.0/0"), there}, authz.Allowed},
	} {
		d := policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("*").When(tt.when...))
		got := authz.Decide(authz.Request{Principal: role, Action: "s3:GetObject", Resource: object, ResourceAccount: task}, authz.Policies{Identity: one(all), Resource: d})
		if got.Effect != tt.want || got.Exhausted {
			t.Errorf("%s: %s, exhausted %v; want %s", tt.name, got, got.Exhausted, tt.want)
		}
	}
}
