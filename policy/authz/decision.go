package authz

import "strings"

// Effect is the answer to a Request.
type Effect int

const (
	// Undetermined: it depends on condition keys whose values are not known, or on policies that could not be read.
	Undetermined Effect = iota
	// Allowed: the request is let in.
	Allowed
	// ImplicitlyDenied: something that has to allow the request does not. It may be that a Deny applies too.
	ImplicitlyDenied
	// ExplicitlyDenied: a Deny applies.
	ExplicitlyDenied
)

var effectNames = [...]string{"undetermined", "allowed", "implicitly denied", "explicitly denied"}

// String is "undetermined", "allowed", "implicitly denied" or "explicitly denied".
func (e Effect) String() string {
	if e < 0 || int(e) >= len(effectNames) {
		return "invalid effect"
	}
	return effectNames[e]
}

// Denied reports whether the request is refused, in either way.
func (e Effect) Denied() bool { return e == ImplicitlyDenied || e == ExplicitlyDenied }

// Decision is what Decide found. The zero Decision is undetermined.
type Decision struct {
	Effect Effect

	// Deciding says by what the answer came about. Of a denied request: the statements that deny it, or else each layer that would have to
	// allow it and does not. Of an allowed one: for each layer that had a say, the first statement that allows.
	// Of an undetermined one: each statement, and each layer that could not be read, on which it depends.
	Deciding []Match

	// DependsOn names the condition keys that an undetermined answer depends on, sorted: for each of them there are two requests that differ
	// in this key alone, and one is allowed and the other denied.
	DependsOn []string

	// Unread are the layers that could not be read and that an undetermined answer depends on.
	Unread Layer

	// NotGiven are layers that would have a say and that nobody handed us. The Effect holds as far as the given documents go.
	NotGiven Layer

	asked *asked
}

// Match is what became of one statement, or of a whole layer.
type Match struct {
	Layer     Layer    // one bit
	Level     int      // of SCPs and RCPs: the index of the level; else 0
	Document  int      // index of the document in its level, or among the identity policies; -1: the layer as a whole
	Statement int      // index of the statement in its document; -1: the layer as a whole
	Sid       string   // of the statement
	Effect    string   // of the statement: "Allow" or "Deny"; "" for a layer as a whole
	Outcome   Outcome  // whether the statement applies to the request
	Keys      []string // the condition keys that an Outcome of MayApply depends on, sorted
	Why       string   // for people: what made it apply, or what did not match
}

// Outcome says whether a statement applies to a request.
type Outcome int

const (
	// MayApply: it depends on what is not known.
	MayApply Outcome = iota
	// Applies to the request, whatever the unknown is.
	Applies
	// NotApplies to the request, whatever the unknown is.
	NotApplies
)

var outcomeNames = [...]string{"may apply", "applies", "does not apply"}

// String is "may apply", "applies" or "does not apply".
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return "invalid outcome"
	}
	return outcomeNames[o]
}

// String names the layers, for example "SCP, RCP". The empty set is "none".
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
