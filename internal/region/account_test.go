package region

import (
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/problem"
)

func TestAccountRule(t *testing.T) {
	check := func(id string) error {
		var l problem.List
		CheckAccount(&l, "HandOver[0]", id, false)
		return l.Err()
	}
	problemtest.Run(t, Rules, []problemtest.Case{
		{Rule: "account-id", Name: "twelve digits", Err: check("444455556666")},
		{Rule: "account-id", Name: "leading zeros", Err: check("000055556666")},
		{Rule: "account-id", Name: "hyphens", Refuse: true, Err: check("4444-5555-6666")},
		{Rule: "account-id", Name: "empty", Refuse: true, Err: check("")},
	})
}

func TestAccountRemedy(t *testing.T) {
	for _, tt := range []struct{ name, id, want string }{
		{"hyphens", "4444-5555-6666", `write "444455556666"`},
		{"spaces inside", "4444 5555 6666", `write "444455556666"`},
		{"a space behind", "444455556666 ", `write "444455556666"`},
		{"a line break behind", "444455556666\n", `write "444455556666"`},
		{"an ARN", "arn:aws:iam::444455556666:root", `write "444455556666", the account alone`},
		{"zeros lost", "455556666", `write "000455556666", if it has lost its leading zeros`},
		{"far too short", "4444", Account.Remedy},
		{"too long", "4444555566667", Account.Remedy},
		{"an alias", "media-production", Account.Remedy},
		{"digits of another script", "٤٤٤٤٥٥٥٥٦٦٦٦", Account.Remedy},
		{"empty", "", Account.Remedy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := AccountRemedy(tt.id); got != tt.want {
				t.Errorf("AccountRemedy(%q) = %s, want %s", tt.id, got, tt.want)
			}
		})
	}
}
