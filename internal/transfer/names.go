package transfer

import (
	"cmp"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
)

// ChangeID returns the id of a change in a plan: account/[region/]kind/name. region is "" for a global resource.
func ChangeID(account, region string, kind plan.Kind, name string) string {
	id := account + "/"
	if region != "" {
		id += region + "/"
	}
	return id + string(kind) + "/" + name
}

// Place is an account and a Region.
type Place struct{ Account, Region string }

// ComparePlaces orders places by account, then by Region.
func ComparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
}

// RoleNameOf returns the name, without the path, of the role that the ARN names; false if it names something else.
func RoleNameOf(arn string) (string, bool) {
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return "", false
	}
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:], true
}

// KeyName returns what a plan calls a KMS key: the last part of its ARN.
func KeyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// Slashed returns the prefix as DataSync keeps it: no slash in front, one at the end. The empty prefix stays empty.
func Slashed(prefix string) string {
	p := strings.Trim(prefix, "/")
	if p == "" {
		return ""
	}
	return p + "/"
}
