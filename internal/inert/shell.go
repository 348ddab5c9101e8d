package inert

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Shell is a text as one word of a shell, which takes nothing in it for anything else.
func Shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// ASCII is JSON with every other character as an escape.
func ASCII(data []byte) string {
	var b strings.Builder
	for _, r := range string(data) {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			x, y := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, x, y)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
