package faults_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	const long = 50 * time.Minute // less than the gate's timeout
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "faults", Limit: long}))
}
