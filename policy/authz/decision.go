package authz

import "strings"

// Effect is the answer to a [Request].
type Effect int

const (
	// Undetermined means that the answer depends on unknown condition keys, or on policies that could not be read.
	Undetermined Effect = iota
	// Allowed means that AWS allows the request.
	Allowed
	// ImplicitlyDenied means that a policy which must allow the request does not. A Deny may apply too, depending on unknown keys.
	ImplicitlyDenied
	// ExplicitlyDenied means that a Deny applies.
	ExplicitlyDenied
)

var effectNames = [...]string{"undetermined", "allowed", "implicitly denied", "explicitly denied"}

// String returns "undetermined", "allowed", "implicitly denied" or "explicitly denied".
func (e Effect) String() string {
	if e < 0 || int(e) >= len(effectNames) {
		return "invalid effect"
	}
	return effectNames[e]
}

// Denied reports whether e is ImplicitlyDenied or ExplicitlyDenied.
func (e Effect) Denied() bool { return e == ImplicitlyDenied || e == ExplicitlyDenied }

// Decision is the answer of [Decide], with its reasons. The zero Decision is Undetermined.
type Decision struct {
	Effect Effect

	// Deciding lists the statements or layers that led to the answer. ExplicitlyDenied: the statements that deny. ImplicitlyDenied: each
	// layer that would have to allow and does not. Allowed: for each layer that must allow, the first statement that does. Undetermined:
	// each statement, and each layer that could not be read, on which the answer depends.
	Deciding []Match

	// DependsOn names the condition keys that an Undetermined answer depends on, sorted; nil for other answers. For each of them there are
	// two requests that differ in this key alone, one allowed and the other denied.
	DependsOn []string

	// Unread are the layers that could not be read and that an Undetermined answer depends on; 0 is none.
	Unread Layer

	// Exhausted says that not every case was examined, because so many conditions on unknown keys meet, or their patterns match in so many ways,
	// that it would take too long: the Undetermined answer may be settled, and DependsOn may name keys that do not matter. Policies with fewer
	// conditions, or the values of the keys in the Request, make the answer certain. It is false for other answers.
	Exhausted bool

	// NotGiven are the layers that would count but were nil in [Policies]; 0 is none. The Effect holds for the given documents only.
	NotGiven Layer

	input            *input // nil for the zero Decision
	action, resource string // of the request
}

// Match says whether one statement applies to the request, or what a layer as a whole does.
type Match struct {
	Layer     Layer    // one bit
	Level     int      // index of the level of an SCP or RCP; else 0
	Document  int      // index of the document in its level or among the identity policies; -1 is the layer as a whole
	Statement int      // index of the statement in its document; -1 is the layer as a whole
	Sid       string   // of the statement
	Effect    string   // of the statement: "Allow" or "Deny"; "" for a layer as a whole
	Outcome   Outcome  // whether the statement applies to the request
	Keys      []string // the condition keys that an Outcome of MayApply depends on, sorted
	Why       string   // the reason, escaped, for people: why it applies, or what does not match
}

// Outcome says whether a statement applies to a request.
type Outcome int

const (
	// MayApply means that it depends on unknown keys.
	MayApply Outcome = iota
	// Applies means that the statement applies for every value of the unknown keys.
	Applies
	// NotApplies means that the statement applies for no value of the unknown keys.
	NotApplies
)

var outcomeNames = [...]string{"may apply", "applies", "does not apply"}

// String returns "may apply", "applies" or "does not apply".
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return "invalid outcome"
	}
	return outcomeNames[o]
}

// String names the layers, for example "SCP, RCP"; "none" for the empty set.
func (l Layer) String() string {
	var names []string
	for i, name := range layerNames {
		if l&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
