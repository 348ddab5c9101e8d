//go:build !race

package testlimit

const (
	slower = 1 // how many times as long every limit is without the race detector

	// UnderRace is 8 under the race detector.
	UnderRace = 1
)
