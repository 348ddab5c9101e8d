package authz

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one step of a glob.
type token struct {
	op tokenOp
	r  rune // of char: the character; lower case if the glob folds case
}

type tokenOp uint8

const (
	char     tokenOp = iota
	one              // any character
	many             // any characters
	oneHere          // any character but a colon
	manyHere         // any characters but a colon
)

// glob matches strings against wildcards. A glob is immutable.
type glob struct {
	exact, prefix bool   // exact: the glob is text without wildcards; prefix: it is text followed by anything
	text          string // the text before the first wildcard; lower case if fold
	tokens        []token
	least         int  // the number of characters that a text needs: that of all tokens but stars
	fold          bool // upper and lower case are the same
	here          bool // some wildcard does not match colons
}

// newGlob makes a glob and recognises the common cases that need no search.
func newGlob(tokens []token, fold bool) glob {
	tokens = collapse(tokens)
	g := glob{tokens: tokens, fold: fold}
	var b strings.Builder
	g.exact = true
	for i, t := range tokens {
		if !t.isStar() {
			g.least++
		}
		switch {
		case t.op == char && g.exact:
			if fold {
				tokens[i].r = unicode.ToLower(t.r)
			}
			b.WriteRune(tokens[i].r)
		case t.op == char && fold:
			tokens[i].r = unicode.ToLower(t.r)
		case t.op == many && g.exact && i == len(tokens)-1:
			g.exact, g.prefix = false, true
		case t.op != char:
			g.exact = false
			g.here = g.here || t.op == oneHere || t.op == manyHere
		}
	}
	g.text = b.String()
	return g
}

// collapse returns tokens of equal meaning in which no two stars follow each other, and a star follows the question marks of its kind. What
// follows a star then decides how far it reaches, so that a run of stars costs no more than one.
func collapse(tokens []token) []token {
	runs := false
	for i := 1; i < len(tokens) && !runs; i++ {
		runs = tokens[i-1].isStar() && tokens[i].op != char
	}
	if !runs {
		return tokens
	}
	out := make([]token, 0, len(tokens))
	for _, t := range tokens {
		last := len(out) - 1
		switch {
		case last < 0 || !out[last].isStar() || t.op == char:
			out = append(out, t)
		case t.op == many:
			out[last] = t
		case t.op == manyHere: // the star before it matches at least as much
		case out[last].op == many && t.op == one, out[last].op == manyHere && t.op == oneHere:
			out = append(out[:last], t, out[last])
		default:
			out = append(out, t)
		}
	}
	return out
}

// isStar reports whether the token may match nothing, and then also any number of characters.
func (t token) isStar() bool { return t.op == many || t.op == manyHere }

// match reports whether the glob matches all of s.
func (g *glob) match(s string) bool {
	ok, _ := g.measured(s)
	return ok
}

// measured is match, and returns the number of steps that it took.
func (g *glob) measured(s string) (ok bool, steps int) {
	if g.fold {
		steps = len(s)
		s = lower(s)
	}
	switch {
	case g.exact:
		return s == g.text, steps + 1
	case g.prefix:
		return strings.HasPrefix(s, g.text), steps + 1
	case len(s) < g.least || !strings.HasPrefix(s, g.text):
		return false, steps + 1
	}
	by := g.greedy
	if len(s)*len(g.tokens) > manySteps {
		by = g.atOnce
	} else if g.here {
		by = g.simulate
	}
	ok, n := by(s)
	return ok, steps + n
}

// lower lowers s character by character, in the same way as newGlob lowers tokens.
func lower(s string) string { return strings.Map(unicode.ToLower, s) }

// manySteps is the product of the lengths of a text and a glob from which atOnce matches them: greedy and simulate may take as many steps.
const manySteps = 1 << 14

// greedy matches globs in which every wildcard matches any character. It is enough to backtrack to the last many that was passed.
func (g *glob) greedy(s string) (ok bool, steps int) {
	at, i := 0, 0
	star, resume := -1, 0
	for i < len(s) {
		steps++
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case at < len(g.tokens) && g.tokens[at].op == many:
			star, resume = at, i
			at++
			continue
		case at < len(g.tokens) && (g.tokens[at].op == one || g.tokens[at].op == char && g.tokens[at].r == r):
			at++
			i += n
			continue
		case star < 0:
			return false, steps
		}
		_, n = utf8.DecodeRuneInString(s[resume:])
		resume += n
		at, i = star+1, resume
	}
	for at < len(g.tokens) && g.tokens[at].op == many {
		at++
	}
	return at == len(g.tokens), steps
}

// simulate matches any glob. It keeps the set of places in the glob that can be reached with the text read so far.
func (g *glob) simulate(s string) (ok bool, steps int) {
	now, next := newPlaces(len(g.tokens)+1), newPlaces(len(g.tokens)+1)
	g.enter(now, 0, 0)
	for _, r := range s {
		clear(next)
		steps += len(next)
		for at := range now.all() {
			steps += 4
			if at < len(g.tokens) {
				g.step(next, 0, at, r)
			}
		}
		now, next = next, now
	}
	return now.has(len(g.tokens)), steps
}

// step adds to the set the places that follow place at when the character r is read. The glob's places begin at base in the set.
func (g *glob) step(to places, base, at int, r rune) {
	stay := false
	switch t := g.tokens[at]; t.op {
	case char:
		if t.r != r && !(g.fold && t.r == unicode.ToLower(r)) {
			return
		}
	case oneHere, manyHere:
		if r == ':' {
			return
		}
		stay = t.op == manyHere
	case many:
		stay = true
	}
	if stay {
		g.enter(to, base, at)
	} else {
		g.enter(to, base, at+1)
	}
}

// enter adds the place at, and the places after wildcards at it that may match nothing.
func (g *glob) enter(to places, base, at int) {
	for ; ; at++ {
		to.add(base + at)
		if at == len(g.tokens) || g.tokens[at].op != many && g.tokens[at].op != manyHere {
			return
		}
	}
}

// places is a set of small numbers.
type places []uint64

func newPlaces(n int) places    { return make(places, (n+63)/64) }
func (p places) add(i int)      { p[i/64] |= 1 << (i % 64) }
func (p places) has(i int) bool { return p[i/64]&(1<<(i%64)) != 0 }

// grow returns the set with room for n numbers.
func (p places) grow(n int) places { return append(p, newPlaces(max(0, n-64*len(p)))...) }

// all yields the members in ascending order.
func (p places) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range p {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// id returns the set as a string that can be the key of a map.
func (p places) id() string {
	b := make([]byte, 0, 8*len(p))
	for _, word := range p {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return string(b)
}
