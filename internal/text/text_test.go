package text

import (
	"errors"
	"testing"
)

func TestForms(t *testing.T) {
	refusal := errors.New("operation error IAM: GetRole, https response error StatusCode: 403,\n\tRequestID: 1a2b, HostID: x/y=, api error AccessDenied: no")
	for _, tt := range []struct{ name, got, want string }{
		{"an error", OneLine(refusal), "operation error IAM: GetRole, https response error StatusCode: 403, api error AccessDenied: no"},
		{"an error of ours", OneLine(errors.New("not read")), "not read"},
		{"by a statement", By("statement DenyAll"), ", by statement DenyAll"},
		{"by none", By(""), ""},
		{"within a statement", Within("statement DenyAll"), " (statement DenyAll)"},
		{"within none", Within(""), ""},
		{"none", Plural(0), "s"},
		{"one", Plural(1), ""},
		{"two", Plural(2), "s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}
