package policy

// The functions of this file walk over parts of a text that has been parsed before. They cannot fail.

// eachMember calls yield with the name and the value of each member of the object.
func eachMember(object []byte, yield func(name, value []byte)) {
	s := &scanner{text: object}
	_ = s.object(func(name span) error {
		from := s.pos
		err := s.value()
		yield(name.of(object), object[from:s.pos:s.pos])
		return err
	})
}

// eachValue calls yield with each member of a list, or with the value itself if it is no list.
func eachValue(value []byte, yield func(value []byte)) {
	if value[0] != '[' {
		yield(value)
		return
	}
	s := &scanner{text: value}
	_ = s.array(func() error {
		from := s.pos
		err := s.value()
		yield(value[from:s.pos:s.pos])
		return err
	})
}

// eachPrincipal calls yield with the type and the value of each principal; both are nil for the bare star.
func eachPrincipal(element []byte, yield func(kind, value []byte)) {
	if element[0] != '{' {
		yield(nil, nil)
		return
	}
	eachMember(element, func(kind, values []byte) {
		eachValue(values, func(value []byte) { yield(kind, value) })
	})
}

// eachCondition calls yield with each operator and key and the value or list of values.
func eachCondition(element []byte, yield func(operator, key, value []byte)) {
	eachMember(element, func(operator, keys []byte) {
		eachMember(keys, func(key, value []byte) { yield(operator, key, value) })
	})
}

// valueText is the value of a condition as text: a string decoded, a number or boolean as it is written.
func valueText(value []byte) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return string(value)
}

// compact is the text without white space outside strings.
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
