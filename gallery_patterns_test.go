package xacct_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
)

// verdictsOf are the verdicts that each kind of Deny can come to, and what then happens: an allowed one works, a denied one fails, and what
// is undetermined goes either way. Where one is missing, the reason is beside it.
var verdictsOf = map[string]string{
	"network":            "allowed denied undetermined-works undetermined-fails", // undetermined of the operator, whose network is not known
	"addresses":          "allowed undetermined-works undetermined-fails",        // no address of DataSync is known, so that none is known to be kept out
	"confused-deputy":    "allowed undetermined-works undetermined-fails",        // whether DataSync sends the organisation is never known
	"resource-perimeter": "allowed denied undetermined-works undetermined-fails",
	"organisation":       "allowed denied undetermined-works undetermined-fails",
	"accounts":           "allowed denied", // the accounts are always known
	"ids":                "allowed denied undetermined-works undetermined-fails",
	"encryption-header":  "allowed denied", // what DataSync sends is assumed
	"acl-header":         "allowed denied", // likewise
	"region":             "allowed denied", // the Regions are always known
	"mfa":                "allowed denied limited undetermined-works undetermined-fails",
	"transport":          "allowed denied undetermined-works undetermined-fails",
	"arns":               "allowed denied", // the role's ARN is always known
	"tags":               "allowed denied", // the tags of roles are known, or nothing of the role is
	"services-only":      "allowed denied undetermined-works undetermined-fails",
	"not-principal":      "allowed denied", // the session would have to be named, and its name is not known beforehand
	"prefix":             "allowed denied undetermined-works undetermined-fails",
	"delete-protection":  "allowed denied limited",
	"plain":              "allowed denied undetermined-works undetermined-fails",
}

// madeByRole are the Deny statements of the situations that are set up by code, because the id of a role stands in them.
var madeByRole = map[string]policy.Document{
	"ids-member":          listOfIDs("AROAEXAMPLEID:*"),
	"ids-without-session": listOfIDs("AROAEXAMPLEID"),
}

func listOfIDs(id string) policy.Document {
	return policy.New(policy.Deny("s3:GetObject*", "s3:PutObject*").WithSid("Guard").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").
		When(policy.Where("StringNotLike", "aws:userid", id)))
}

// ending is what a situation of the gallery expects of its Deny statements, and what happens.
type ending struct {
	Bucket struct{ Missing bool }
	Expect []struct{ Code, Statement string }
	Anyway string
}

// verdict is what the situation expects of a Deny, and what happens then.
func (s ending) verdict(deny policy.Statement) string {
	worst := "allowed"
	for _, e := range s.Expect {
		if e.Statement != deny.Sid() {
			continue
		}
		switch e.Code {
		case xacct.CodeDenied, xacct.CodeLockout:
			return "denied"
		case xacct.CodeUndetermined:
			worst = "undetermined-" + s.Anyway
		case xacct.CodeLimited:
			worst = cmp.Or(strings.TrimPrefix(worst, "allowed"), "limited")
		}
	}
	if worst == "allowed" && s.Anyway != "works" {
		return "" // it is about something else
	}
	return worst
}

// TestDenyVerdicts: the gallery has a situation for each verdict of each kind of Deny.
func TestDenyVerdicts(t *testing.T) {
	files, err := filepath.Glob("internal/enginetest/gallery/testdata/*/situation.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no situations: %v", err)
	}
	shown := map[string]map[string]int{} // by pattern, how often each verdict
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s ending
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if s.Bucket.Missing {
			continue
		}
		for _, deny := range denies(t, filepath.Dir(file)) {
			p := xacct.PatternOf(deny)
			if shown[p] == nil {
				shown[p] = map[string]int{}
			}
			shown[p][s.verdict(deny)]++
		}
	}
	verdicts := 0
	for _, p := range xacct.Patterns() {
		if verdictsOf[p] == "" {
			t.Errorf("the verdicts of a %s Deny are not listed", p)
		}
		for v := range strings.FieldsSeq(verdictsOf[p]) {
			if verdicts++; shown[p][v] == 0 {
				t.Errorf("no situation shows a %s Deny as %s", p, v)
			}
		}
		for v := range shown[p] {
			if v != "" && !slices.Contains(strings.Fields(verdictsOf[p]), v) {
				t.Errorf("a %s Deny is shown as %s, which is not listed", p, v)
			}
		}
	}
	t.Logf("%d patterns, %d verdicts of patterns", len(xacct.Patterns()), verdicts)
}

// denies are the Deny statements of a situation.
func denies(t *testing.T, dir string) []policy.Statement {
	t.Helper()
	documents := []policy.Document{madeByRole[filepath.Base(dir)]}
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
		documents = append(documents, d)
	}
	var out []policy.Statement
	for _, d := range documents {
		for st := range d.All() {
			if st.Effect() == "Deny" {
				out = append(out, st)
			}
		}
	}
	return out
}
