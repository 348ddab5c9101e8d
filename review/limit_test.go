package review_test

import (
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace("Concurren|Example") // nothing here starts a goroutine
	os.Exit(testlimit.Run(m))
}
