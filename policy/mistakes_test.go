package policy_test

import (
	"strings"
	"testing"

	. "github.com/xacct/xacct/policy"
)

// The cases are known mistakes of programs that edit bucket policies. Each row is a policy in use, an edit, and what must hold afterwards.
func TestKnownMistakes(t *testing.T) {
	ours := Allow("s3:GetObject").WithSid("Ours").By(AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/*")
	base := func(members string) string {
		return `{"Version":"2008-10-17","Statement":[{` + members + `"Effect":"Deny","Action":"s3:*"}]}`
	}
	for _, tc := range []struct {
		name, text string
		keep       []string // must be in the result unchanged
	}{
		{"a struct without Condition turns a guard into a ban", base(`"Principal":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}},`), []string{`"Condition":{"Bool":{"aws:SecureTransport":"false"}}`}},
		{"a struct without the negated elements drops them", `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"NotAction":"s3:Get*","NotResource":"*"}}`, []string{`"NotPrincipal":{"AWS":"111122223333"}`, `"NotAction":"s3:Get*"`, `"NotResource":"*"`}},
		{"a struct without Id drops it", `{"Id":"keep me","Statement":[]}`, []string{`"Id":"keep me"`}},
		{"a statement without Sid breaks a loop over Sids", base(`"Principal":"*","Resource":"*",`), []string{`{"Principal":"*","Resource":"*","Effect":"Deny","Action":"s3:*"}`}},
		{"a map by Sid keeps the last of a Sid", `{"Statement":[{"Sid":"X","Effect":"Deny","Action":"a:b"},{"Sid":"X","Effect":"Deny","Action":"c:d"}]}`, []string{`"a:b"`, `"c:d"`}},
		{"raising the Version turns text into a variable", base(`"Resource":"arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*",`), []string{`"Version":"2008-10-17"`}},
		{"a Version is made up where there is none", `{"Statement":[]}`, nil},
		{"an empty Sid is dropped", base(`"Sid":"",`), []string{`"Sid":""`}},
		{"a large number goes through a float", base(`"Condition":{"NumericEquals":{"a:b":9007199254740993}},`), []string{`9007199254740993`}},
		{"<, > and & become escapes", base(`"Resource":"a<b>&c",`), []string{`"a<b>&c"`}},
		{"escapes become characters", base(`"Resource":"\u003c\u00e9\/",`), []string{`"\u003c\u00e9\/"`}},
		{"a list of one becomes a value", base(`"Resource":["*"],`), []string{`"Resource":["*"]`}},
		{"members that are not in the grammar are dropped", base(`"Note":{"b":1,"a":[]},`), []string{`"Note":{"b":1,"a":[]}`}},
		{"one statement instead of a list is lost", `{"Statement":{"Effect":"Deny","Action":"s3:*"}}`, []string{`{"Effect":"Deny","Action":"s3:*"}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := mustParse(t, tc.text).Merge(ours)
			if err != nil {
				t.Fatal(err)
			}
			got := string(d.Bytes())
			for _, keep := range append(tc.keep, ours.String()) {
				if !strings.Contains(got, keep) {
					t.Errorf("%s is not in\n%s", keep, got)
				}
			}
			if strings.Contains(got, "Version") != strings.Contains(tc.text, "Version") {
				t.Errorf("Version came or went: %s", got)
			}
			// A second run appends nothing. Removing ours again keeps what others added since, which restoring a snapshot would not.
			if again, err := d.Merge(ours); err != nil || string(again.Bytes()) != got {
				t.Errorf("the second run: %v, %s", err, again.Bytes())
			}
			later := Deny("x:y").WithSid("Later")
			back := d.With(later).Without("Ours")
			if _, ok := back.Statement("Later"); !ok || back.Len() != mustParse(t, tc.text).Len()+1 {
				t.Errorf("taking out ours took more: %s", back.Bytes())
			}
		})
	}
}
