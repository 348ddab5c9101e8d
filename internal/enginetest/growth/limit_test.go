package growth_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "growth", Limit: 50 * time.Minute}, testlimit.Exception{Flag: "n", Limit: time.Hour}))
}
