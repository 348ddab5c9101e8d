package xacct

import "github.com/xacct/xacct/policy"

// PatternOf recognises a Deny, for the gallery.
func PatternOf(st policy.Statement) string { return patternOf(st).name }

// Patterns are all kinds of Deny that are recognised.
func Patterns() []string {
	out := []string{plainPattern.name, notPrincipalPattern.name, notResourcePattern.name, deletePattern.name}
	for _, p := range denyPatterns {
		out = append(out, p.name)
	}
	return out
}
