package kittest

import (
	"regexp"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// GeneratedID matches the ids that AWS makes up; its first group is their kind.
var GeneratedID = regexp.MustCompile(`\b(loc-|task-|exec-|AROA|AIDA)[0-9A-Za-z]{10,}`)

// StableDump is Dump without generated ids, so that two clouds can be compared.
func StableDump(cloud *xaccttest.Cloud) string {
	return GeneratedID.ReplaceAllString(Dump(cloud), "$1")
}

// Dump is everything in the cloud but the objects and what AWS leaves on an account's behalf.
func Dump(cloud *xaccttest.Cloud) string {
	return cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
}

// BucketPolicy is the parsed policy of a bucket.
func BucketPolicy(t *testing.T, cloud *xaccttest.Cloud, name string) policy.Document {
	t.Helper()
	doc, err := policy.Parse(cloud.BucketPolicy(name))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// HasFinding reports whether the plan has a finding with this code and severity.
func HasFinding(p *xacct.Plan, code xacct.Code, s xacct.Severity) bool {
	for _, f := range p.Findings {
		if f.Code == code && f.Severity == s {
			return true
		}
	}
	return false
}
