package fleet_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// underRace selects the tests that run under the race detector, which makes everything several times slower: one of each thing that can happen beside
// something else. .ci/faults runs all of them under it.
const underRace = "^(TestManyTasks|TestContextEnds|TestLeaveTheLoop|TestPanic|TestProgress|TestReceiptsAreReadTogether|TestRetryAfterTheProcess|Example)$"

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace(underRace)
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "faults", Limit: 20 * time.Minute}))
}
