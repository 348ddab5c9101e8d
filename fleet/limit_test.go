package fleet_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "faults", Limit: 20 * time.Minute}))
}
