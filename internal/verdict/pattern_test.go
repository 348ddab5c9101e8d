package verdict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xacct/xacct/policy"
)

// TestDenyPatterns: what each situation of the gallery is recognised as. Every pattern has a source and is shown by a situation.
func TestDenyPatterns(t *testing.T) {
	want := map[string]string{
		"vpce-only": "network", "vpc-if-exists": "network", "vpc-role-exempt": "network", "vpc-tag-exempt": "network", "ip-or-vpce": "network",
		"ip-list": "addresses", "ip-list-unless-service": "addresses",
		"rcp-confused-deputy": "confused-deputy", "scp-resources": "resource-perimeter",
		"organisation-other": "organisation", "perimeter": "organisation", "rcp-identities": "organisation",
		"accounts": "accounts", "source-account": "accounts", "ids": "ids", "arns": "arns",
		"encryption-header": "encryption-header", "encryption-header-null": "encryption-header", "encryption-other": "encryption-header",
		"acl-header": "acl-header", "region": "region", "scp-regions": "region", "mfa-delete": "mfa",
		"tls-only": "transport", "tls-minimum": "transport", "services-only": "services-only", "lockout": "services-only",
		"not-principal": "not-principal", "prefix": "prefix", "delete-protection": "delete-protection", "tags-denied": "plain",
	}
	shown := map[string]bool{}
	for situation, name := range want {
		for _, st := range denies(t, filepath.Join("..", "enginetest", "gallery", "testdata", situation)) {
			shown[name] = true
			if got := PatternOf(st).Name; got != name {
				t.Errorf("%s is recognised as %s, want %s", situation, got, name)
			}
		}
	}
	tagged := policy.Deny("s3:*").On("*").When(policy.Where("StringNotEquals", "aws:PrincipalTag/team", "media"))
	if got := PatternOf(tagged).Name; got != "tags" {
		t.Errorf("a Deny by tag is recognised as %s", got)
	}
	shown["tags"] = true
	for _, p := range append([]Pattern{notPrincipalPattern, notResourcePattern, deletePattern}, keyPatterns...) {
		if !shown[p.Name] {
			t.Errorf("no situation shows %s", p.Name)
		}
		if !strings.HasPrefix(p.source, "https://") || p.role == "" {
			t.Errorf("%s has no source or no words", p.Name)
		}
	}
}

// denies are the Deny statements of a situation's documents.
func denies(t *testing.T, dir string) []policy.Statement {
	t.Helper()
	var out []policy.Statement
	for _, name := range []string{"bucket-policy.json", "scp.json", "rcp.json", "trust-rcp.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		d, err := policy.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		for st := range d.All() {
			if st.Effect() == "Deny" {
				out = append(out, st)
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s denies nothing", dir)
	}
	return out
}
