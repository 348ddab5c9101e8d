package testlimit

import "flag"

// SelectUnderRace makes a run under the race detector, which makes everything several times slower, run only the tests that the pattern matches, unless
// -run selects others: those in which several things happen at once. Call it before Run.
func SelectUnderRace(pattern string) {
	flag.Parse()
	if run := flag.Lookup("test.run"); UnderRace > 1 && run.Value.String() == "" {
		if err := flag.Set("test.run", pattern); err != nil {
			panic(err)
		}
	}
}
