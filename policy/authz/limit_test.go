package authz_test

import (
	"flag"
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

// underRace selects the tests that run under the race detector, which makes everything several times slower: those in which several decide at once. The
// others decide one after the other, and run without it.
const underRace = "Concurren|AtOnce|Example"

func TestMain(m *testing.M) {
	flag.Parse()
	if run := flag.Lookup("test.run"); testlimit.UnderRace > 1 && run.Value.String() == "" {
		if err := flag.Set("test.run", underRace); err != nil {
			panic(err)
		}
	}
	os.Exit(testlimit.Run(m))
}
