package enginetest_test

import (
	"os"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// underRace selects the tests that run under the race detector, which makes everything several times slower: those in which many things happen at
// once. The others make the same calls one after the other, and run without it.
const underRace = "Concurren|Fleet|TwinsHeal|TestMoves$|Journey|Cancel|Race|Grace|Lost|Throttl"

func TestMain(m *testing.M) {
	testlimit.SelectUnderRace(underRace)
	const long = 50 * time.Minute // less than the gate's timeout
	os.Exit(testlimit.Run(m, testlimit.Exception{Flag: "faults", Limit: long}, testlimit.Exception{Flag: "every-life", Limit: long}))
}
