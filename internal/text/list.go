package text

import (
	"fmt"
	"strings"
)

// A list names so many texts before it counts the rest, and shows so many characters of a long one.
const (
	most     = 10
	mostText = 200
)

// List names the texts, such as condition keys, of which others may write as many as they like. Of a long list it counts the rest.
func List(texts []string, separator string) string {
	rest := max(0, len(texts)-most+1)
	if rest == 1 {
		rest = 0
	}
	out := make([]string, 0, most)
	for _, t := range texts[:len(texts)-rest] {
		if long := []rune(t); len(long) > mostText {
			t = string(long[:mostText-1]) + "…"
		}
		out = append(out, t)
	}
	if rest > 0 {
		out = append(out, fmt.Sprintf("%d more", rest))
	}
	return strings.Join(out, separator)
}
