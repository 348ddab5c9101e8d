//go:build !race

package authz_test

// underRace is true under the race detector.
const underRace = false
