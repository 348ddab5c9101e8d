// Package gallery has the situations of two accounts that a plan has to recognise, and the mistakes that programs for this job have been seen to
// make.
package gallery
