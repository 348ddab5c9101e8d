package policy_test

import (
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace("Concurren|Example")
	os.Exit(testlimit.Run(m))
}
