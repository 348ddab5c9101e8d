//go:build !race

package xacct_test

// underRace is 8 under the race detector.
const underRace = 1
