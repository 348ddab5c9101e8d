//go:build !race

package xacct_test

// underRace is 4 under the race detector.
const underRace = 1
