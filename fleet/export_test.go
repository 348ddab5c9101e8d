package fleet

// Rules are the rules of the options.
var Rules = rules
