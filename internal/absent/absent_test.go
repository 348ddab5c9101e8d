package absent

import (
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
)

type (
	pointed  struct{}
	function func()
	table    map[string]string
)

func (*pointed) Call() {}
func (function) Call() {}
func (table) Call()    {}

type api interface{ Call() }

func TestCheck(t *testing.T) {
	var none api
	var cases []problemtest.Case
	for _, tt := range []struct {
		name string
		api  any
		want bool
	}{
		{"no value", nil, true},
		{"a nil interface", none, true},
		{"a nil pointer in an interface", api((*pointed)(nil)), true},
		{"a nil function in an interface", api(function(nil)), true},
		{"a pointer", &pointed{}, false},
		{"a function", function(func() {}), false},
		{"a struct", struct{ api }{}, false},
		{"a nil map, which can be read", table(nil), false},
	} {
		cases = append(cases, problemtest.Case{Rule: ruleClient.ID, Name: tt.name, Refuse: tt.want, Err: Check("api", tt.api, "s3.NewFromConfig")})
	}
	problemtest.Run(t, rules, cases)

	const want = "api must not be nil; give a client, made from an aws.Config of the account and Region, such as s3.NewFromConfig(cfg)"
	if err := Check("api", nil, "s3.NewFromConfig"); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
