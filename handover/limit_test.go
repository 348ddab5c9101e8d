package handover_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// Called as aws by a script of a test, the test's program is a stub of the AWS CLI.
func TestMain(m *testing.M) {
	if dir := os.Getenv("XACCT_STUB"); dir != "" {
		os.Exit(stub(dir, os.Args[1:]))
	}
	testlimit.SelectUnderRace("^(TestNewRefuses|TestFolder|Example)") // nothing here starts a goroutine
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "scripts", Limit: 20 * time.Minute}))
}
