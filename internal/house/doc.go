// Package house holds the tests of the repository itself: which package may import which, that every exported name is documented, that
// every package has its example, and that the README shows what is there.
package house
