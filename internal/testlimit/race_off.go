//go:build !race

package testlimit

// slower is how many times as long every limit is without the race detector.
const slower = 1
