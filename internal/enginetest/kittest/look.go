package kittest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
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

// DiffEither says which lines of a dump stand there more often or less often than in the dump of before and in that of settled, which is what an undisturbed
// set-up and its tear-down lead to. Of what was adopted a tear-down puts back neither trust policies nor the statements of others that ours replaced. "" is
// no difference.
func DiffEither(before, settled, got string) string {
	was, end, is := linesOf(before), linesOf(settled), linesOf(got)
	out := ""
	for _, line := range slices.Sorted(maps.Keys(is)) {
		if is[line] > max(was[line], end[line]) {
			out += "+ " + line + "\n"
		}
	}
	for _, line := range slices.Sorted(maps.Keys(was)) {
		if is[line] < min(was[line], end[line]) {
			out += "- " + line + "\n"
		}
	}
	return out
}

// linesOf counts the lines of a text.
func linesOf(text string) map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(text) {
		out[strings.TrimSuffix(line, "\n")]++
	}
	return out
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
