//go:build !race

package kittest

// UnderRace is 8 under the race detector.
const UnderRace = 1
