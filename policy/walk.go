package policy

import "strings"

// The functions of this file walk over parts of a text that was parsed before, and so cannot fail.

// skipSpace returns the index of the first byte from i on that is not white space.
func skipSpace(text []byte, i int) int {
	for text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r' {
		i++
	}
	return i
}

// skipString returns the index after the string that begins at i.
func skipString(text []byte, i int) int {
	for i++; ; i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}

// skipValue returns the index after the value that begins at i.
func skipValue(text []byte, i int) int {
	for depth := 0; ; {
		switch text[i] {
		case '"':
			i = skipString(text, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r': // only inside an object or list: no value begins with one of these
			i++
			continue
		default: // a number or a word
			for i < len(text) && !strings.ContainsRune(",:]} \n\t\r", rune(text[i])) {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
}

// eachMember calls yield with the name and the value of each member of the object.
func eachMember(object []byte, yield func(name, value []byte)) {
	i := skipSpace(object, 1)
	for object[i] != '}' {
		end := skipString(object, i)
		name := object[i:end:end]
		i = skipSpace(object, skipSpace(object, end)+1)
		end = skipValue(object, i)
		yield(name, object[i:end:end])
		i = afterComma(object, end)
	}
}

// eachValue calls yield with each value of a list, or with the value itself if it is not a list.
func eachValue(value []byte, yield func(value []byte)) {
	if value[0] != '[' {
		yield(value)
		return
	}
	i := skipSpace(value, 1)
	for value[i] != ']' {
		end := skipValue(value, i)
		yield(value[i:end:end])
		i = afterComma(value, end)
	}
}

// afterComma returns the index of the next member, or of the bracket that ends the object or list.
func afterComma(text []byte, i int) int {
	i = skipSpace(text, i)
	if text[i] == ',' {
		i = skipSpace(text, i+1)
	}
	return i
}

// eachPrincipal calls yield with the type and the value of each principal. Both are nil for the principal "*".
func eachPrincipal(element []byte, yield func(kind, value []byte)) {
	if element[0] != '{' {
		yield(nil, nil)
		return
	}
	eachMember(element, func(kind, values []byte) {
		eachValue(values, func(value []byte) { yield(kind, value) })
	})
}

// valueText returns the value of a condition as text: a string decoded, a number or boolean as written.
func valueText(value []byte) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return string(value)
}

// compact returns the text without white space outside strings.
func compact(text []byte) []byte {
	out := make([]byte, 0, len(text))
	inside := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inside && c == '\\':
			out = append(out, c, text[i+1])
			i++
			continue
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
			continue
		}
		out = append(out, c)
	}
	return out
}
