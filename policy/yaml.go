package policy

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
		return "policy: YAML: " + e.Reason
	}
	return "policy: YAML: " + e.Path + ": " + e.Reason
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

// yamlWriter writes a tree as JSON.
type yamlWriter struct {
	out    []byte
	path   []string // of the value that is written, from the document
	inside int      // the length of the part of path that stands above the tree
	places []yamlPlace
}

// at is the path for messages.
func (w *yamlWriter) at() string {
	var b strings.Builder
	for i, p := range w.path[w.inside:] {
		if i > 0 && !strings.HasPrefix(p, "[") {
			b.WriteByte('.')
		}
		b.WriteString(p)
	}
	return oneYAMLLine(b.String())
}

func (w *yamlWriter) errorf(reason string) error {
	return &YAMLError{Path: w.at(), Reason: oneYAMLLine(reason)}
}

func (w *yamlWriter) mark() {
	w.places = append(w.places, yamlPlace{len(w.out), w.at()})
}

// oneYAMLLine quotes a text that is not printable in one line.
func oneYAMLLine(s string) string {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}

func (w *yamlWriter) node(n *yamlNode) error {
	switch {
	case n == nil:
		return w.errorf("YAML read null: leave the key out, or quote the value")
	case n.badTag:
		return w.errorf("the tag " + n.tag + " means nothing in a policy: write the plain value")
	case n.kind == yamlScalar:
		return w.scalar(n)
	case n.kind == yamlList:
		w.mark()
		w.out = append(w.out, '[')
		for i, element := range n.list {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.path = append(w.path, "["+strconv.Itoa(i)+"]")
			w.mark()
			if err := w.node(element); err != nil {
				return err
			}
			w.path = w.path[:len(w.path)-1]
		}
		w.mark()
		w.out = append(w.out, ']')
		return nil
	}
	return w.mapping(n)
}

// findNull returns the error of the first null below n, and writes nothing.
func (w *yamlWriter) findNull(n *yamlNode) error {
	if n == nil {
		return w.node(nil)
	}
	find := func(step string, n *yamlNode) error {
		w.path = append(w.path, step)
		err := w.findNull(n)
		w.path = w.path[:len(w.path)-1]
		return err
	}
	for i, element := range n.list {
		if err := find("["+strconv.Itoa(i)+"]", element); err != nil {
			return err
		}
	}
	for _, e := range n.entries {
		name, isString := e.key.(string)
		if !isString {
			name = yamlValue(&yamlNode{value: e.key})
		}
		if err := find(name, e.node); err != nil {
			return err
		}
	}
	return nil
}

func (w *yamlWriter) mapping(n *yamlNode) error {
	seen := make(map[string]bool, len(n.entries))
	w.mark()
	w.out = append(w.out, '{')
	for i, entry := range n.entries {
		name, isString := entry.key.(string)
		switch {
		case !isString:
			return w.errorf("the key " + yamlValue(&yamlNode{value: entry.key}) + " is no string: quote it")
		case name == "<<":
			return w.errorf(mergeReason)
		case !utf8.ValidString(name):
			return w.errorf("the key " + strconv.Quote(name) + " is not UTF-8")
		case seen[name]:
			return w.errorf("the key " + strconv.Quote(name) + " is repeated")
		}
		seen[name] = true
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path = append(w.path, name)
		w.mark()
		w.out = append(quote(w.out, name), ':')
		if err := w.node(entry.node); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.mark()
	w.out = append(w.out, '}')
	return nil
}

func (w *yamlWriter) scalar(n *yamlNode) error {
	v := reflect.ValueOf(n.value)
	switch t, isTime := n.value.(time.Time); {
	case isTime:
		date := t.Format(time.DateOnly)
		isDate := t.Equal(t.Truncate(24*time.Hour)) && (n.raw == "" || n.raw == date)
		if !slices.Equal(w.path, []string{"Version"}) || !isDate {
			return w.errorf("quote it: YAML read " + n.written() + " as a date")
		}
		w.out = quote(w.out, date)
	case n.changed:
		return w.errorf("quote it: YAML read " + n.raw + " as " + v.String())
	case v.Kind() == reflect.String && !utf8.ValidString(v.String()):
		return w.errorf("the text is not UTF-8")
	case v.Kind() == reflect.String:
		w.out = quote(w.out, v.String())
	case v.Kind() == reflect.Bool && w.takesBooleans():
		w.out = strconv.AppendBool(w.out, v.Bool())
	case v.Kind() == reflect.Bool:
		return w.errorf("quote it: YAML read " + n.written() + " as the boolean " + yamlValue(n))
	case v.CanInt() || v.CanUint() || v.CanFloat():
		if n.raw == "" || n.raw == yamlValue(n) {
			return w.errorf("quote it: YAML read the number " + yamlValue(n))
		}
		return w.errorf("quote it: YAML read " + n.raw + " as " + yamlValue(n))
	default:
		return w.errorf("a policy has strings, mappings and lists; YAML read a " + v.Type().String())
	}
	return nil
}

// takesBooleans reports whether the path is that of a condition's value, or below an element that is not in the grammar.
func (w *yamlWriter) takesBooleans() bool {
	element := w.path[0]
	if element == "Statement" {
		rest := slices.DeleteFunc(slices.Clone(w.path[1:]), func(p string) bool { return strings.HasPrefix(p, "[") })
		if len(rest) == 0 {
			return false
		}
		element = rest[0]
		if element == "Condition" {
			return true
		}
	}
	return !slices.Contains(yamlOrder, element)
}

// written is the scalar as the YAML has it, if the library tells; otherwise the value that it gave.
func (n *yamlNode) written() string {
	if n.raw != "" {
		return n.raw
	}
	return yamlValue(n)
}

// yamlValue is the value of a scalar for messages.
func yamlValue(n *yamlNode) string {
	v := reflect.ValueOf(n.value)
	if other, ok := n.value.(yamlOther); ok {
		return "of type " + other.String()
	}
	switch t, isTime := n.value.(time.Time); {
	case !v.IsValid():
		return "null"
	case isTime:
		return t.Format(time.RFC3339)
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat() && v.Float() < 1e21 && v.Float() > -1e21:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return "a " + v.Type().String()
}

// yamlOrder is the order of a grammar's elements where the order of the YAML is unknown, as AWS prints them.
var yamlOrder = []string{
	"Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

// sortYAML sorts the entries: elements of the grammar in its order, then the others by name.
func sortYAML(entries []yamlEntry) {
	rank := func(e yamlEntry) (int, string) {
		name, _ := e.key.(string)
		if i := slices.Index(yamlOrder, name); i >= 0 {
			return i, ""
		}
		return len(yamlOrder), yamlValue(&yamlNode{value: e.key})
	}
	slices.SortStableFunc(entries, func(a, b yamlEntry) int {
		i, x := rank(a)
		j, y := rank(b)
		if i != j {
			return i - j
		}
		return bytes.Compare([]byte(x), []byte(y))
	})
}
