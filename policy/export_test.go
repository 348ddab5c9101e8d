package policy

// Rules and WarningRules are the tables of rules, for the tests that each has a case both ways.
var (
	Rules        = rules
	WarningRules = warningRules
)

// LongName is the length from which texts no longer repeat a name in full.
const LongName = longName
