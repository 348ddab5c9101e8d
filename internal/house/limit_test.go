package house_test

import (
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace("^TestReadmeIsShort$") // nothing here starts a goroutine
	os.Exit(testlimit.Run(m))
}
