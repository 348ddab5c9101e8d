package handover

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/xacct/xacct/internal/text"
)

// hcl is a file of Terraform while it is written. Text of others stands only in quoted strings, and in comments on one line.
type hcl struct {
	strings.Builder
	depth int
}

func (h *hcl) line(s string) {
	if s != "" {
		s = strings.Repeat("  ", h.depth) + s
	}
	h.WriteString(s + "\n")
}

// comment writes comments, each on one line.
func (h *hcl) comment(lines ...string) {
	for _, l := range lines {
		h.line("# " + text.Printable(l))
	}
}

// block writes a block with what inside writes.
func (h *hcl) block(head string, inside func()) {
	h.line(head + " {")
	h.depth++
	inside()
	h.depth--
	h.line("}")
}

// attribute is a name and its value, an expression.
type attribute struct{ name, value string }

// attributes writes the attributes that have a value, in columns, as terraform fmt does.
func (h *hcl) attributes(list ...attribute) {
	width := 0
	for _, a := range list {
		if a.value != "" {
			width = max(width, len(a.name))
		}
	}
	for _, a := range list {
		if a.value != "" {
			h.line(fmt.Sprintf("%-*s = %s", width, a.name, a.value))
		}
	}
}

// text is an attribute with a string; without one if it is empty.
func quoted(name, value string) attribute {
	if value == "" {
		return attribute{}
	}
	return attribute{name, hclString(value)}
}

// tags writes tags as a map.
func (h *hcl) tags(tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	var list []attribute
	for _, k := range slices.Sorted(mapKeys(tags)) {
		list = append(list, attribute{hclString(k), hclString(tags[k])})
	}
	h.line("tags = {")
	h.depth++
	h.attributes(list...)
	h.depth--
	h.line("}")
}

// hclString is the text as a string of HCL, in which nothing is a template.
// https://developer.hashicorp.com/terraform/language/expressions/strings
func hclString(s string) string {
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
