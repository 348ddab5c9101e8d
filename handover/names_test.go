package handover_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// Transfers, roles and buckets whose names differ only in signs have a name of their own in every configuration.
func TestNamesInConfigurations(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	var transfers []xacct.Transfer
	for _, name := range []string{"sync-1", "sync1", "sync-1-2", "sync12", "Sync1-2"} {
		tr := kittest.Push(cloud)
		tr.Name, tr.Destination.Prefix = name, name
		transfers = append(transfers, tr)
	}
	for i, name := range []string{"media.archive", "media-archive.x", "media-archive-x"} {
		cloud.AddBucket(accountB, "us-east-2", name)
		tr := kittest.Push(cloud)
		tr.Name, tr.Destination.Bucket = "to-"+string(rune('a'+i)), name
		transfers = append(transfers, tr)
	}
	p := planOf(t, cloud, accountA, transfers...)
	looked := 0
	for _, account := range []string{accountA, accountB} {
		b, err := handover.New(p, account)
		if err != nil {
			t.Fatal(err)
		}
		for pattern, name := range map[string]*regexp.Regexp{
			"cloudformation/[0-9]*.yaml": regexp.MustCompile(`(?m)^(?:\w+:|  "?(\w+)"?:)$`),
			"terraform/*.tf":             regexp.MustCompile(`(?m)^(?:resource (".*") \{|  (xacct_\w+) +=.*)$`),
		} {
			found, err := fs.Glob(b.FS(), pattern)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]string{} // of Terraform, all files are one configuration
			for _, f := range found {
				section := ""
				for _, m := range name.FindAllStringSubmatch(read(t, b, f), -1) {
					id := strings.Join(m[1:], "")
					if id == "" {
						section = m[0]
						continue
					}
					if path.Ext(f) == ".yaml" {
						id = f + " " + section + id
					}
					if at, twice := seen[id]; twice {
						t.Errorf("%s is in %s and in %s", id, at, f)
					}
					seen[id] = f
					looked++
				}
			}
		}
	}
	if looked < 60 {
		t.Errorf("%d names were looked at", looked)
	}
}

// CloudFormation puts parameters and secrets for dynamic references in any string: a resource with such a text is not in its template, and README.md says why.
func TestDynamicReferences(t *testing.T) {
	t.Parallel()
	const text = "{{resolve:ssm:/x}}"
	b := exitBundle(t, func(tr *xacct.Transfer) {
		tr.Source.Role.Description, tr.Destination.Role.Path = text, "/"+text[:len("{{resolve:ssm:")]+"x}}/"
		tr.Task.Excludes = []string{"/" + text}
	}, accountA)
	owner := exitBundle(t, func(tr *xacct.Transfer) { tr.Destination.Role.Path = "/{{resolve:ssm:x}}/" }, accountB)
	for _, b := range []*handover.Bundle{b, owner} {
		found, err := fs.Glob(b.FS(), "cloudformation/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			for line := range strings.Lines(read(t, b, f)) {
				if strings.Contains(line, "{{resolve:") && !strings.HasPrefix(line, "#") {
					t.Errorf("%s: %s", f, line)
				}
			}
		}
	}
	for _, what := range []string{"role media-archive-source", "role media-archive-destination", "destination location of transfer media-archive",
		"task of transfer media-archive"} {
		if page := read(t, b, "README.md"); !strings.Contains(page, "CloudFormation, "+what+": it has the text") {
			t.Errorf("README.md says nothing of the %s:\n%s", what, page)
		}
	}
	if page := read(t, owner, "README.md"); !strings.Contains(page, "CloudFormation, statements of bucket-policy-media-archive: it has the text") {
		t.Errorf("README.md says nothing of the statements:\n%s", page)
	}
	if tf := read(t, b, "terraform/main.tf"); !strings.Contains(tf, "/"+text) {
		t.Errorf("Terraform takes it as a text: %s", tf)
	}
}
