package policy

// Rules is the table of rules, for the test that each has a case both ways.
var Rules = rules
