package authz_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Accounts and callers of the cases: the role and the user are of task, the bucket is of remote.
const (
	task    = "111122223333"
	remote  = "444455556666"
	role    = "arn:aws:iam::111122223333:role/mover"
	session = "arn:aws:sts::111122223333:assumed-role/mover/AwsSync-loc-0"
	alice   = "arn:aws:iam::111122223333:user/alice"
	object  = "arn:aws:s3:::media/2026/a.mov"
	bucket  = "arn:aws:s3:::media"
	key     = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

const (
	userGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	orgGuide  = "https://docs.aws.amazon.com/organizations/latest/userguide/"
	s3Guide   = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
	syncGuide = "https://docs.aws.amazon.com/datasync/latest/userguide/"
)

// rule is one statement of the documentation.
type rule struct{ id, page, says string }

// row is one case of a rule. The expected effect is written by hand from the page of the rule.
type row struct {
	rule  string
	holds bool // true if the rule covers the case; false for a case beyond the rule, or its opposite
	name  string

	req   authz.Request
	pol   authz.Policies
	want  authz.Effect
	by    string   // Sid of a deciding statement
	needs []string // DependsOn
}

// The tables of rules and rows, one file for each part of the subject.
var (
	rules = slices.Concat(principalRules, matchingRules, conditionRules, evaluationRules, contextRules, denyRules, mistakeRules)
	rows  = slices.Concat(principalRows, matchingRows, conditionRows, evaluationRows, contextRows, denyRows, mistakeRows)
)

// doc makes a document of statements, as JSON with ' for ".
func doc(statements ...string) policy.Document {
	return parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

func docs(statements ...string) []policy.Document { return []policy.Document{doc(statements...)} }

func parse(text string) policy.Document {
	d, err := policy.Parse([]byte(strings.ReplaceAll(text, "'", `"`)))
	if err != nil {
		panic(fmt.Sprintf("%v in %s", err, text))
	}
	return d
}

// ctx makes a context of key, value, key, value.
func ctx(pairs ...string) map[string][]string {
	m := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = append(m[pairs[i]], pairs[i+1])
	}
	return m
}

const allowAll = `{'Effect':'Allow','Action':'*','Resource':'*'}`

// anyone is an Allow for everybody in a resource policy.
const anyone = `{'Sid':'Anyone','Effect':'Allow','Principal':'*','Action':'*','Resource':'*'}`

func TestDocumentedCases(t *testing.T) {
	for _, r := range rows {
		t.Run(r.rule+"/"+r.name, func(t *testing.T) {
			d := authz.Decide(r.req, r.pol)
			if d.Effect != r.want {
				t.Errorf("got %s, want %s", d, r.want)
				for _, m := range d.Explain() {
					t.Log(m)
				}
			}
			if diff := cmp.Diff(r.needs, d.DependsOn); diff != "" {
				t.Errorf("DependsOn (-want +got):\n%s", diff)
			}
			if r.by != "" && !slices.ContainsFunc(d.Deciding, func(m authz.Match) bool { return m.Sid == r.by }) {
				t.Errorf("not decided by %q: %s", r.by, d)
			}
		})
	}
}

// Every rule has a case that it covers and one that it does not cover.
func TestEveryRuleHasCases(t *testing.T) {
	shown, ends := map[string]int{}, map[string]int{}
	for _, r := range rows {
		if r.holds {
			shown[r.rule]++
		} else {
			ends[r.rule]++
		}
	}
	known := map[string]bool{}
	for _, r := range rules {
		if known[r.id] {
			t.Errorf("rule %s is there twice", r.id)
		}
		known[r.id] = true
		if !strings.HasPrefix(r.page, "https://") {
			t.Errorf("rule %s (%s) cites no page", r.id, r.says)
		}
		if shown[r.id] == 0 {
			t.Errorf("rule %s (%s) has no case that shows it", r.id, r.says)
		}
		if ends[r.id] == 0 {
			t.Errorf("rule %s (%s) has no case of the other way", r.id, r.says)
		}
	}
	names := map[string]bool{}
	for _, r := range rows {
		if !known[r.rule] {
			t.Errorf("case %s/%s is of no rule", r.rule, r.name)
		}
		if names[r.rule+"/"+r.name] {
			t.Errorf("case %s/%s is there twice", r.rule, r.name)
		}
		names[r.rule+"/"+r.name] = true
	}
	var covered []string
	for _, r := range rules {
		if shown[r.id] > 0 && ends[r.id] > 0 {
			covered = append(covered, r.id)
		}
	}
	t.Logf("covered: %s", strings.Join(covered, " "))
	t.Logf("%d rules, %d cases", len(rules), len(rows))
	if len(rules) == 0 || len(rows) == 0 {
		t.Error("nothing was checked")
	}
}
