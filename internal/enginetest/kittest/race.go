package kittest

import (
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

// SkipUnderRace skips a test that takes long and runs nothing at the same time that other tests do not.
func SkipUnderRace(t *testing.T) {
	t.Helper()
	if testlimit.UnderRace > 1 {
		t.Skip("long, and nothing is concurrent here that other tests leave out")
	}
}
