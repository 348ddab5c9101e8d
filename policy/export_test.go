package policy

// Rules and WarningRules are the tables of rules, for the tests that each has a case both ways.
var (
	Rules        = rules
	WarningRules = warningRules
)
