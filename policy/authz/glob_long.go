package authz

// atOnce matches any glob as simulate does, but moves all places with each character at once, 64 of them in a step. It is meant for long globs and
// texts.
func (g *glob) atOnce(s string) (ok bool, steps int) {
	m := newMoves(g.tokens)
	now, next := newPlaces(len(g.tokens)+1), newPlaces(len(g.tokens)+1)
	g.enter(now, 0, 0)
	for _, r := range s {
		steps += 4 * len(now)
		m.read(r, now, next)
		now, next = next, now
	}
	return now.has(len(g.tokens)), steps + 4*len(g.tokens)
}

// moves says which places of a glob are left and kept when a character is read.
type moves struct {
	one, oneHere, many, manyHere places
	chars                        map[rune]places // the places of characters that stand at many
	few                          map[rune][]int  // the places of all other characters
}

func newMoves(tokens []token) *moves {
	n := len(tokens) + 1
	m := &moves{one: newPlaces(n), oneHere: newPlaces(n), many: newPlaces(n), manyHere: newPlaces(n), chars: map[rune]places{}, few: map[rune][]int{}}
	for at, t := range tokens {
		switch t.op {
		case char:
			m.few[t.r] = append(m.few[t.r], at)
		case one:
			m.one.add(at)
		case oneHere:
			m.oneHere.add(at)
		case many:
			m.many.add(at)
		case manyHere:
			m.manyHere.add(at)
		}
	}
	for r, all := range m.few {
		if len(all) <= len(m.one) {
			continue
		}
		m.chars[r] = newPlaces(n)
		for _, at := range all {
			m.chars[r].add(at)
		}
		delete(m.few, r)
	}
	return m
}

// read sets next to the places that can be reached from those of now with the character r. No two stars follow each other.
func (m *moves) read(r rune, now, next places) {
	chars := m.chars[r]
	var carry uint64
	for i, at := range now {
		left, kept := at&m.one[i], at&m.many[i]
		if r != ':' {
			left |= at & m.oneHere[i]
			kept |= at & m.manyHere[i]
		}
		if chars != nil {
			left |= at & chars[i]
		}
		next[i] = kept | left<<1 | carry
		carry = left >> 63
	}
	for _, at := range m.few[r] {
		if now.has(at) {
			next.add(at + 1)
		}
	}
	carry = 0
	for i, at := range next { // a star may match nothing
		stars := at & (m.many[i] | m.manyHere[i])
		next[i] |= stars<<1 | carry
		carry = stars >> 63
	}
}
