package handover

// Program is what the scripts run by Python.
func Program() string { return programText }

// Quote is a text as one word of a shell.
func Quote(s string) string { return quote(s) }

// Script is the end of every script.
func Script() string { return scriptText }

// HCLString and YAMLString are a text as a string of their language; Prose and Code are one in Markdown.
var (
	HCLString  = hclString
	YAMLString = yamlString
	Prose      = prose
	Code       = code
)
