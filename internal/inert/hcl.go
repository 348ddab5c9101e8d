package inert

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/xacct/xacct/internal/text"
)

// HCL is a file of Terraform while it is written. Text of others stands only in quoted strings, and in comments on one line.
type HCL struct {
	strings.Builder
	depth int
}

// Line writes one line of the file.
func (h *HCL) Line(s string) {
	if s != "" {
		s = strings.Repeat("  ", h.depth) + s
	}
	h.WriteString(s + "\n")
}

// Comment writes comments, each on one line.
func (h *HCL) Comment(lines ...string) {
	for _, l := range lines {
		h.Line("# " + text.Printable(l))
	}
}

// Block writes a block with what inside writes.
func (h *HCL) Block(head string, inside func()) {
	h.Line(head + " {")
	h.depth++
	inside()
	h.depth--
	h.Line("}")
}

// Attribute is a name and its value, an expression; without a value it is left out.
type Attribute [2]string

// Attributes writes the attributes that have a value, in columns, as terraform fmt does.
func (h *HCL) Attributes(list ...Attribute) {
	width := 0
	for _, a := range list {
		if a[1] != "" {
			width = max(width, len(a[0]))
		}
	}
	for _, a := range list {
		if a[1] != "" {
			h.Line(fmt.Sprintf("%-*s = %s", width, a[0], a[1]))
		}
	}
}

// Quoted is an attribute with a string; the zero Attribute if it is empty.
func Quoted(name, value string) Attribute {
	if value == "" {
		return Attribute{}
	}
	return Attribute{name, HCLString(value)}
}

// Tags writes tags as a map.
func (h *HCL) Tags(tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	var list []Attribute
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, Attribute{HCLString(k), HCLString(tags[k])})
	}
	h.Line("tags = {")
	h.depth++
	h.Attributes(list...)
	h.depth--
	h.Line("}")
}

// HCLString is the text as a string of HCL, in which nothing is a template.
// https://developer.hashicorp.com/terraform/language/expressions/strings
func HCLString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case unicode.IsPrint(r):
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
