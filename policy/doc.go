// Package policy holds policy documents of AWS without losing anything of them: it reads, edits, compares and checks them.
package policy
