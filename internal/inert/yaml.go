package inert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/xacct/xacct/internal/text"
)

// Pair is a member of an object, Pairs an object with its members in their order. A list is []any, everything else a string: every scalar is quoted, so
// that YAML 1.1 takes no account id for an octal number and no Version for a date.
type (
	Pair  [2]any // the name, a string, and the value
	Pairs []Pair
)

// With returns the members with one more, unless its value is "".
func (p Pairs) With(key string, value any) Pairs {
	if value == "" || value == nil {
		return p
	}
	return append(p, Pair{key, value})
}

// FromJSON reads JSON in the form of Pairs. Numbers and booleans become strings, which CloudFormation and IAM take as such.
func FromJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := nextJSON(d)
	if err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = fmt.Errorf("text behind the value")
		}
	}
	return v, err
}

func nextJSON(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		out := Pairs{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := nextJSON(d)
			if err != nil {
				return nil, err
			}
			out = append(out, Pair{fmt.Sprint(key), value})
		}
		_, err = d.Token()
		return out, err
	case json.Delim('['):
		out := []any{}
		for d.More() {
			value, err := nextJSON(d)
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		_, err = d.Token()
		return out, err
	}
	return fmt.Sprint(t), nil
}

// yaml writes the value as a block of YAML.
func yaml(b *strings.Builder, v any, depth int) {
	indent := strings.Repeat("  ", depth)
	switch v := v.(type) {
	case Pairs:
		for _, p := range v {
			b.WriteString(indent + yamlKey(fmt.Sprint(p[0])) + ":")
			yamlInside(b, p[1], depth+1)
		}
	case []any:
		for _, e := range v {
			var inner strings.Builder
			yamlInside(&inner, e, depth+1)
			if s, block := strings.CutPrefix(inner.String(), "\n"); block { // the first line of a block stands behind the dash
				b.WriteString(indent + "- " + strings.TrimPrefix(s, indent+"  "))
			} else {
				b.WriteString(indent + "-" + inner.String())
			}
		}
	}
}

// yamlInside writes a value behind its name.
func yamlInside(b *strings.Builder, v any, depth int) {
	switch x := v.(type) {
	case Pairs:
		if len(x) == 0 {
			b.WriteString(" {}\n")
			return
		}
	case []any:
		if len(x) == 0 {
			b.WriteString(" []\n")
			return
		}
	default:
		b.WriteString(" " + YAMLString(fmt.Sprint(v)) + "\n")
		return
	}
	b.WriteString("\n")
	yaml(b, v, depth)
}

var plainKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// yamlKey is a name, quoted unless it is a word that YAML 1.1 takes for nothing else.
func yamlKey(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return YAMLString(s)
	}
	if plainKey.MatchString(s) {
		return s
	}
	return YAMLString(s)
}

// YAMLString is the text as a quoted string of YAML 1.1 and 1.2. https://yaml.org/spec/1.1/#id904245
func YAMLString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r) && r < 0xd800:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Commented is a page of YAML with comments above, each on one line.
func Commented(v any, comments ...string) []byte {
	var b strings.Builder
	for _, c := range comments {
		b.WriteString("# " + text.Printable(c) + "\n")
	}
	yaml(&b, v, 0)
	return []byte(b.String())
}

// Dynamic reports whether a string of the value has a dynamic reference in it, for which CloudFormation puts a parameter or a secret. No quotes keep it
// from that.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
func Dynamic(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "{{resolve:")
	case []any:
		return slices.ContainsFunc(v, Dynamic)
	case Pairs:
		return slices.ContainsFunc(v, func(p Pair) bool { return Dynamic(p[0]) || Dynamic(p[1]) })
	}
	return false
}
