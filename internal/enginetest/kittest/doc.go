// Package kittest has what the end-to-end tests share: two accounts and their transfers, steps that must succeed, what to look at afterwards,
// ways in which calls fail, and how large a sample of cases is.
package kittest
