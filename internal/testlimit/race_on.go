//go:build race

package testlimit

const (
	slower = 4 // how many times as long every limit is under the race detector

	// UnderRace is how many times fewer random cases a test takes under the race detector, which makes everything several times slower.
	UnderRace = 8
)
