package policy

import (
	"errors"
	"reflect"
	"slices"

	"github.com/xacct/xacct/internal/text"
)

// YAMLError says which value of a document in YAML is not one that a policy document can hold, and why.
type YAMLError struct {
	Path   string // such as "Statement[0].Condition.StringEquals.aws:SourceAccount"; "" for the document itself
	Reason string // one line
	Err    error  // the *SyntaxError if the YAML was read but has not the shape of a policy; its positions are those of the JSON; else nil
}

// Error is one line: where the value stands and what is wrong with it.
func (e *YAMLError) Error() string {
	if e.Path == "" {
		return "policy: YAML: " + text.Printable(e.Reason)
	}
	return "policy: YAML: " + text.Escape(e.Path) + ": " + text.Printable(e.Reason)
}

// Unwrap returns Err.
func (e *YAMLError) Unwrap() error { return e.Err }

// Hint names the next action.
func (e *YAMLError) Hint() string {
	return "correct the YAML; account ids, dates and words such as NO need quotation marks. Or give the document as JSON in a block scalar"
}

// UnmarshalYAML reads a document from YAML: it is the method that gopkg.in/yaml.v2, gopkg.in/yaml.v3 and github.com/goccy/go-yaml look for.
// (sigs.k8s.io/yaml turns YAML into JSON first and calls [Document.UnmarshalJSON], which cannot see how a number was written.)
//
// The YAML is a mapping with the elements of a policy, or a string with the policy as JSON, such as a block scalar. null gives the zero
// Document. [Document.Bytes] of one from a mapping is the JSON that the YAML means, without white space. The members have the order of
// the YAML if the library reads keys in order, as these three do; otherwise the elements of the grammar come first, in its order, and the
// others follow by name. One from a string keeps the bytes of the string.
//
// A mapping may hold mappings, lists, strings and, in conditions, booleans. Everything else is a [*YAMLError], because YAML has changed it
// already: a number (YAML reads 012345670123 as 1402433619), a date other than that of Version, a boolean elsewhere, null, a tag such as
// !!binary or !Sub, a key that is no string, a merge key, and a repeated key. Errors of the library itself are returned as they are.
func (d *Document) UnmarshalYAML(unmarshal func(any) error) error {
	text, places, err := yamlText(unmarshal, nil)
	switch {
	case err != nil:
		return err
	case text == nil:
		*d = Document{}
		return nil
	}
	parsed, err := parse(text)
	if err != nil {
		return yamlShape(err, places)
	}
	*d = parsed
	return nil
}

// UnmarshalYAML reads one statement from YAML, as [Document.UnmarshalYAML] reads a document; null gives the zero Statement.
func (s *Statement) UnmarshalYAML(unmarshal func(any) error) error {
	text, places, err := yamlText(unmarshal, []string{"Statement", "[0]"})
	switch {
	case err != nil:
		return err
	case text == nil:
		*s = Statement{}
		return nil
	}
	n, err := parseStatement(text)
	if err != nil {
		return yamlShape(err, places)
	}
	*s = Statement{n}
	return nil
}

// yamlPlace is where the JSON of the value at the path begins, or ends.
type yamlPlace struct {
	offset int
	path   string
}

// yamlShape makes the error of YAML that was read, but is no policy. places are those of the JSON, in their order.
func yamlShape(err error, places []yamlPlace) error {
	out := &YAMLError{Reason: err.Error(), Err: err}
	if syntax := (*SyntaxError)(nil); errors.As(err, &syntax) {
		out.Reason = syntax.Reason
		for _, p := range places {
			if p.offset <= syntax.Offset {
				out.Path = p.path
			}
		}
	}
	return out
}

// Limits of a document in YAML, where a few lines of aliases can stand for a tree without end. The largest policy has 32 KB.
const (
	yamlMostNodes = 20_000
	yamlMostBytes = 1 << 18
)

// yamlText returns the JSON of the value in YAML and the places in it, nil for null. inside is the path that the value has in a document.
func yamlText(unmarshal func(any) error, inside []string) ([]byte, []yamlPlace, error) {
	var value any
	if err := unmarshal(&value); err != nil {
		return nil, nil, err
	}
	switch v := value.(type) {
	case nil:
		return nil, nil, nil
	case string:
		return []byte(v), nil, nil
	}
	if size := (yamlSize{}); !size.fits(reflect.ValueOf(value), 0) {
		return nil, nil, &YAMLError{Reason: "nested deeper, or larger, than any policy; look for aliases of aliases"}
	}
	plain := yamlFromAny(reflect.ValueOf(value))
	w := &yamlWriter{path: slices.Clone(inside), inside: len(inside)}
	if err := w.findNull(plain); err != nil { // null may stand for an alias of itself, which not every library survives a second time
		return nil, nil, err
	}
	root, err := readYAML(unmarshal, plain)
	if err != nil {
		return nil, nil, err
	}
	if root.kind == yamlScalar && !root.badTag {
		return nil, nil, &YAMLError{Reason: "a policy in YAML is a mapping, or a string with JSON; found " + yamlValue(root)}
	}
	if err := w.node(root); err != nil {
		return nil, nil, err
	}
	return w.out, w.places, nil
}

// yamlSize is how much of the limits is used.
type yamlSize struct{ nodes, bytes int }

// fits adds what is below v, and reports whether it keeps the limits.
func (s *yamlSize) fits(v reflect.Value, depth int) bool {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		v = v.Elem()
	}
	s.nodes++
	if v.IsValid() && v.Kind() == reflect.String {
		s.bytes += v.Len()
	}
	if depth > maxDepth || s.nodes > yamlMostNodes || s.bytes > yamlMostBytes {
		return false
	}
	switch {
	case isYAMLMapping(v) && v.Kind() == reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !s.fits(it.Key(), depth+1) || !s.fits(it.Value(), depth+1) {
				return false
			}
		}
	case isYAMLMapping(v):
		for i := range v.Len() {
			if !s.fits(v.Index(i).FieldByName("Key"), depth+1) || !s.fits(v.Index(i).FieldByName("Value"), depth+1) {
				return false
			}
		}
	case isYAMLList(v):
		for i := range v.Len() {
			if !s.fits(v.Index(i), depth+1) {
				return false
			}
		}
	}
	return true
}
