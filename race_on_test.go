//go:build race

package xacct_test

// underRace is how much thinner the samples are under the race detector, which makes everything several times slower. The gate of the faults runs
// the tests of what is concurrent under it in the ordinary size.
const underRace = 8
