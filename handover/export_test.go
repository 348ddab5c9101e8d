package handover

// Program is what the scripts run by Python, and Script the end of every script.
func Program() string { return programText }
func Script() string  { return scriptText }
