package awshttp_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// 64 applies take ten seconds of a processor, and longer where others use it, too.
func TestMain(m *testing.M) {
	os.Exit(testlimit.Run(m, testlimit.Exception{Test: "TestManyAppliesAtOnce", Limit: 5 * time.Minute}))
}
