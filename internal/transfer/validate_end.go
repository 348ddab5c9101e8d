package transfer

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

func (t *Transfer) validateEnd(side plan.Side) error {
	var l problem.List
	e := t.End(side)
	l.Check(region.ValidAccount(e.Account), ruleAccount, "Account", e.Account)
	l.Check(region.Valid(e.Region), ruleRegion, "Region", e.Region)
	if side == plan.SourceSide {
		l.Check(e.StorageClass == "", ruleDestinationOnly, "StorageClass", string(e.StorageClass))
		l.Check(!e.DisableACLs, sourceACLs(), "DisableACLs", "true")
		l.Check(!e.NoDelete, sourceNoDelete(), "NoDelete", "true")
	} else {
		l.Check(!e.NoDelete || !t.Removes(), ruleNoDelete, "NoDelete", "true")
	}
	l.Under("", validateKeys(e.Endpoint))
	if e.RoleARN != "" {
		l.Check(t.principalARN(e.RoleARN, "role/"), t.placed(ruleRoleARN), "RoleARN", e.RoleARN)
	}
	if e.LocationARN != "" {
		t.checkLocation(&l, e, "LocationARN", e.LocationARN)
	}
	t.validateAdopt(&l, side)
	t.validatePlace(&l, side)
	for st := range e.Role.Trust.All() {
		principals, not := st.Principals()
		everybody := not || slices.ContainsFunc(principals, func(p policy.Principal) bool { return p.Value() == "*" })
		l.Check(st.Effect() != "Allow" || !everybody, ruleTrust, "Role.Trust", st.Sid())
	}
	if e.RoleARN != "" || e.LocationARN != "" {
		l.Check(reflect.ValueOf(e.Role).IsZero(), ruleRoleExcludes, "Role", e.Role.Name)
	} else {
		l.Under("Role", givenRole(e.Role).Validate())
		if a, ok := region.ParseARN(e.Role.PermissionsBoundary); ok && (a.Account == "aws" || region.ValidAccount(a.Account)) {
			if a.Account == "aws" {
				a.Account = t.TaskAccount
			}
			l.Check(t.inPlace(a), t.placed(ruleBoundary), "Role.PermissionsBoundary", e.Role.PermissionsBoundary)
		}
	}
	return l.Err()
}

// validatePlace checks bucket, prefix and storage class by the rules of locations. The other fields of a location have rules of the transfer.
func (t *Transfer) validatePlace(l *problem.List, side plan.Side) {
	spec := t.LocationSpec(side)
	if !region.Valid(spec.Region) {
		spec.Region = "us-east-1" // where S3 accepts the most names
	}
	for _, p := range problem.All(spec.Validate()) {
		if p.Path == "Bucket" || p.Path == "Prefix" || p.Path == "StorageClass" && side == plan.DestinationSide {
			l.Under("", p)
		}
	}
}

// givenRole returns what the user gave of a role, with something valid in place of what it may leave out.
func givenRole(s iamrole.Spec) iamrole.Spec {
	if s.Name == "" {
		s.Name = "default"
	}
	if s.Trust.IsZero() {
		s.Trust = anyTrust()
	}
	return s
}

// anyTrust is some valid trust policy.
var anyTrust = sync.OnceValue(func() policy.Document { return iamrole.DataSyncTrust("aws", "111122223333") })

func validateKeys(e Endpoint) error {
	var l problem.List
	seen := map[string]bool{}
	for i, arn := range e.KMSKeys {
		path := fmt.Sprintf("KMSKeys[%d]", i)
		spec := kmskey.Spec{ARN: arn}
		err := spec.Validate()
		for _, p := range problem.All(err) {
			q := *p
			q.Path = path
			l.Under("", &q)
		}
		l.Check(err != nil || spec.Region() == e.Region || !region.Valid(e.Region), ruleKeyRegion, path, arn)
		l.Check(!seen[arn], ruleKeyTwice, path, arn)
		seen[arn] = true
	}
	return l.Err()
}
