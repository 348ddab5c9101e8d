package policy

// index says where the elements of a statement stand in its text. The span of an element that is not there is zero.
type index struct {
	sid, effect, principal, action, resource, condition span

	deny                                 bool
	notPrincipal, notAction, notResource bool // the statement has the negated element of the pair
	unknown                              bool // some members are not in the grammar
}

// statement scans a statement and returns its index. The spans are relative to the statement's first byte.
func (s *scanner) statement() (index, error) {
	var ix index
	start := s.pos
	err := s.object(func(name span) error {
		from := s.pos
		var slot *span
		var err error
		switch unquoteNoCopy(name.of(s.text)) {
		case "Sid":
			slot, err = &ix.sid, s.wantString(name)
		case "Effect":
			slot, err = &ix.effect, s.wantString(name)
			if err == nil {
				err = s.wantEffect(span{from, s.pos}, &ix)
			}
		case "NotPrincipal":
			ix.notPrincipal = true
			slot, err = &ix.principal, s.wantPrincipal(name)
		case "Principal":
			slot, err = &ix.principal, s.wantPrincipal(name)
		case "NotAction":
			ix.notAction = true
			slot, err = &ix.action, s.wantStrings(name)
		case "Action":
			slot, err = &ix.action, s.wantStrings(name)
		case "NotResource":
			ix.notResource = true
			slot, err = &ix.resource, s.wantStrings(name)
		case "Resource":
			slot, err = &ix.resource, s.wantStrings(name)
		case "Condition":
			slot, err = &ix.condition, s.wantCondition(name)
		default:
			ix.unknown = true
			return s.value()
		}
		if err != nil {
			return err
		}
		if !slot.isZero() { // both elements of a pair: a repeated name is refused earlier
			return s.errorf(name.start, "a statement has either %s or its counterpart, not both", s.text[name.start:name.end])
		}
		*slot = span{from - start, s.pos - start}
		return nil
	})
	switch {
	case err != nil:
		return index{}, err
	case ix.effect.isZero():
		return index{}, s.errorf(start, "the statement that begins here has no Effect")
	case ix.action.isZero():
		return index{}, s.errorf(start, "the statement that begins here has no Action and no NotAction")
	}
	return ix, nil
}

func (s *scanner) wantString(name span) error {
	if s.peek() != '"' {
		return s.errorf(s.pos, "%s is a string, found %s", s.text[name.start:name.end], s.found())
	}
	_, err := s.string()
	return err
}

func (s *scanner) wantEffect(value span, ix *index) error {
	switch unquoteNoCopy(value.of(s.text)) {
	case "Allow":
	case "Deny":
		ix.deny = true
	default:
		return s.errorf(value.start, `"Effect" is "Allow" or "Deny", found %s`, s.text[value.start:value.end])
	}
	return nil
}

// wantStrings scans a string or a list of strings.
func (s *scanner) wantStrings(name span) error {
	switch s.peek() {
	case '"':
		_, err := s.string()
		return err
	case '[':
		return s.array(func() error {
			if s.peek() != '"' {
				return s.errorf(s.pos, "%s lists strings, found %s", s.text[name.start:name.end], s.found())
			}
			_, err := s.string()
			return err
		})
	}
	return s.errorf(s.pos, "%s is a string or a list of strings, found %s", s.text[name.start:name.end], s.found())
}

func (s *scanner) wantPrincipal(name span) error {
	switch s.peek() {
	case '{':
		return s.object(s.wantStrings)
	case '"':
		value, err := s.string()
		if err == nil && unquoteNoCopy(value.of(s.text)) != "*" {
			err = s.errorf(value.start, `%s is "*" or an object such as {"AWS": …}, found %s`, s.text[name.start:name.end], s.text[value.start:value.end])
		}
		return err
	}
	return s.errorf(s.pos, `%s is "*" or an object such as {"AWS": …}, found %s`, s.text[name.start:name.end], s.found())
}

// wantCondition scans operator → key → value or values, where a value is a string, a number or a boolean.
func (s *scanner) wantCondition(name span) error {
	if s.peek() != '{' {
		return s.errorf(s.pos, "%s is an object of operators, found %s", s.text[name.start:name.end], s.found())
	}
	return s.object(func(operator span) error {
		if s.peek() != '{' {
			return s.errorf(s.pos, "the operator %s holds an object of condition keys, found %s", s.text[operator.start:operator.end], s.found())
		}
		return s.object(func(key span) error {
			if s.peek() == '[' {
				return s.array(func() error { return s.wantConditionValue(key) })
			}
			return s.wantConditionValue(key)
		})
	})
}

func (s *scanner) wantConditionValue(key span) error {
	switch s.peek() {
	case '{', '[', 'n':
		return s.errorf(s.pos, "a value of %s is a string, a number or a boolean, found %s", s.text[key.start:key.end], s.found())
	}
	_, err := s.scalar()
	return err
}
