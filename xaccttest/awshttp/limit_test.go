package awshttp_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// underRace selects the tests in which calls are made at the same time, or through a socket.
const underRace = "Journey/(plain|pull|slow)|Lost|Throttled|AtOnce|Context|Socket|ManyReads"

// 64 applies take ten seconds of a processor, and longer where others use it, too.
func TestMain(m *testing.M) {
	testlimit.SelectUnderRace(underRace)
	os.Exit(testlimit.Run(m, testlimit.Exception{Test: "TestManyAppliesAtOnce", Limit: 5 * time.Minute}))
}
