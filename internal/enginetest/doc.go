// Package enginetest has the end-to-end tests of the public API: plans, applies, runs and tear-downs in the accounts of an in-memory cloud.
package enginetest
