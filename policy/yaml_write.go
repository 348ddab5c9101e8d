package policy

import (
	"bytes"
	"encoding/json"
)

// MarshalYAML returns the document as YAML libraries print it: a mapping with the elements in the order of the grammar, nil for the zero
// Document. Reading it with [Document.UnmarshalYAML] gives a document that is [Document.Equal], not the same bytes; numbers in conditions
// become strings, which mean the same to AWS. A document that a mapping would not keep so, because it has members that are not in the
// grammar, is a string with its JSON.
func (d Document) MarshalYAML() (any, error) {
	if d.d == nil {
		return nil, nil
	}
	odd := d.d.odd
	for _, s := range d.d.statements {
		odd = odd || s.index.unknown
	}
	if odd {
		return string(d.d.text), nil
	}
	var out yamlDocument
	return yamlPlain(&out, d.d.text)
}

// MarshalYAML returns the statement as [Document.MarshalYAML] returns a document, nil for the zero Statement.
func (s Statement) MarshalYAML() (any, error) {
	switch {
	case s.n == nil:
		return nil, nil
	case s.n.index.unknown:
		return string(s.n.text), nil
	}
	var out yamlStatement
	return yamlPlain(&out, s.n.text)
}

// yamlDocument and yamlStatement fix the order in which the libraries print the elements.
type yamlDocument struct {
	Version   any `json:"Version" yaml:"Version,omitempty"`
	ID        any `json:"Id" yaml:"Id,omitempty"`
	Statement any `json:"-" yaml:"Statement,omitempty"`

	Read json.RawMessage `json:"Statement" yaml:"-"`
}

type yamlStatement struct {
	Sid          any `json:"Sid" yaml:"Sid,omitempty"`
	Effect       any `json:"Effect" yaml:"Effect,omitempty"`
	Principal    any `json:"Principal" yaml:"Principal,omitempty"`
	NotPrincipal any `json:"NotPrincipal" yaml:"NotPrincipal,omitempty"`
	Action       any `json:"Action" yaml:"Action,omitempty"`
	NotAction    any `json:"NotAction" yaml:"NotAction,omitempty"`
	Resource     any `json:"Resource" yaml:"Resource,omitempty"`
	NotResource  any `json:"NotResource" yaml:"NotResource,omitempty"`
	Condition    any `json:"Condition" yaml:"Condition,omitempty"`
}

func yamlPlain[T yamlDocument | yamlStatement](out *T, text []byte) (T, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(out)
	switch out := any(out).(type) {
	case *yamlDocument:
		if err == nil {
			out.Statement, err = yamlStatements(out.Read)
		}
	case *yamlStatement:
		out.Condition = numbersAsText(out.Condition)
	}
	return *out, err
}

// yamlStatements reads one statement or a list, whichever is there.
func yamlStatements(text []byte) (any, error) {
	if text[0] == '{' {
		var out yamlStatement
		return yamlPlain(&out, text)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, err
	}
	list := make([]yamlStatement, len(parts))
	for i, part := range parts {
		var err error
		if list[i], err = yamlPlain(&list[i], part); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// numbersAsText makes a string of every number, with its spelling.
func numbersAsText(v any) any {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case []any:
		for i := range v {
			v[i] = numbersAsText(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbersAsText(v[name])
		}
	}
	return v
}
