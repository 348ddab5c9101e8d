//go:build race

package kittest

// UnderRace is how much thinner the samples are under the race detector, which makes everything several times slower.
const UnderRace = 8
