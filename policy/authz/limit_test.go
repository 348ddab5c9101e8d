package authz_test

import (
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

// TestMain runs what decides one thing after the other without the race detector only.
func TestMain(m *testing.M) {
	testlimit.SelectUnderRace("Concurren|Example")
	os.Exit(testlimit.Run(m))
}
