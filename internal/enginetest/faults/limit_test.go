package faults_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// underRace selects the tests that run under the race detector in each run of the tests. .ci/faults runs all of them under it.
const underRace = "^(TestTwoAppliers|TestFaultMatrix|TestEventsAreOrdered|TestCancellationLeavesACompleteResult|TestThrottlingStorm)$"

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace(underRace)
	const long = 50 * time.Minute // less than the gate's timeout
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "faults", Limit: long}))
}
