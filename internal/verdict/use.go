package verdict

// Use is what a transfer needs an action for.
type Use int

const (
	Always        Use = iota // nothing works without it
	Rarely                   // only in cases that this transfer may never meet: a denial limits it, and does not stop it
	Conditionally            // always, or not at all: which of them is not known
	Never                    // not with these options
)

// Probe is the key with which "an object below the prefix" is judged.
const Probe = "object"
