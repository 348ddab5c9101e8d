// Package faults has the tests in which calls fail, answers are lost, changes are seen late and others write at the same time: whatever happens,
// the next plan and apply end where an undisturbed run does.
package faults
