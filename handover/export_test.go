package handover

// Program is what the scripts run by Python.
func Program() string { return programText }

// Quote is a text as one word of a shell.
func Quote(s string) string { return quote(s) }
