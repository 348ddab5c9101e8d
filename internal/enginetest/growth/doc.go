// Package growth measures how the work of plans and applies grows with the number of transfers. It has tests only.
package growth
