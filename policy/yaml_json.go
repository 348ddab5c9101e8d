package policy

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

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
		w.path = append(w.path, shortName(step))
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
		w.path = append(w.path, shortName(name))
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
	case v.Kind() == reflect.Bool && w.takesBooleans() && (w.comparesBooleans() || n.raw == strconv.FormatBool(v.Bool())):
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

// comparesBooleans reports whether the value is below an operator that compares booleans, in whatever letter case, or below an element that is not in the
// grammar. Every other operator compares the text: NO, yes and True would become another one.
func (w *yamlWriter) comparesBooleans() bool {
	i := slices.Index(w.path, "Condition")
	if i < 0 || i+1 >= len(w.path) {
		return true
	}
	operator := strings.ToLower(w.path[i+1][strings.LastIndexByte(w.path[i+1], ':')+1:])
	return slices.Contains([]string{"bool", "boolifexists", "null"}, operator)
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
		return strings.Compare(x, y)
	})
}
