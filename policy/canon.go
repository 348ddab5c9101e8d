package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// canon is the canonical form of a statement. Statements that AWS treats as the same have equal forms.
type canon struct {
	n         *node
	key       string // the Sid, then everything that has meaning for AWS
	sidLen    int
	partition string // the partition that the statement's ARNs name; "" if they name none
	open      bool   // an account id has no partition of its own; key then assumes "aws"
}

func (c *canon) isOpen() bool { return c.open }

func (c *canon) meaning() string { return c.key[c.sidLen:] }

// in returns the canonical form with account ids read as accounts of the partition.
func (c *canon) in(partition string, arns map[string]string) *canon {
	if !c.open || partition == "aws" {
		return c
	}
	return newCanon(new(canonWriter), c.n, partition, arns)
}

// canonical returns the canonical form, with account ids read as accounts of the partition that the statement's ARNs name. It is
// computed once and kept in the node.
func (n *node) canonical(arns map[string]string) *canon {
	return n.canonicalBy(new(canonWriter), arns)
}

// canonicalBy is canonical with a writer that the caller reuses.
func (n *node) canonicalBy(w *canonWriter, arns map[string]string) *canon {
	if len(arns) > 0 && n.namesAny(arns) {
		return newCanon(w, n, "", arns)
	}
	c := n.canon.Load()
	if c == nil {
		c = newCanon(w, n, "", nil)
		n.canon.Store(c) // concurrent callers compute equal forms, so any of them may win
	}
	return c
}

// namesAny reports whether a principal of the statement is a key of arns.
func (n *node) namesAny(arns map[string]string) bool {
	found := false
	if !n.index.principal.isZero() {
		eachPrincipal(n.index.principal.of(n.text), func(_, value []byte) {
			if value != nil {
				_, ok := arns[unquoteNoCopy(value)]
				found = found || ok
			}
		})
	}
	return found
}

// newCanon computes the canonical form. Account ids are read as accounts of the partition that the statement's ARNs name, or of the
// given partition if they name none.
func newCanon(w *canonWriter, n *node, partition string, arns map[string]string) *canon {
	c := &canon{n: n}
	w.arns, w.bare, w.out, w.arena = arns, false, w.out[:0], w.arena[:0]
	ix, text := n.index, n.text
	if sid := n.sid(); sid != "" {
		w.out = appendSized(w.out, sid)
	}
	c.sidLen = len(w.out)
	c.partition = n.partition()
	w.partition = first(c.partition, partition)

	w.out = append(w.out, bit('A', ix.deny))
	if !ix.principal.isZero() {
		eachPrincipal(ix.principal.of(text), w.principal)
		w.flush(bit('P', ix.notPrincipal))
	}
	eachValue(ix.action.of(text), func(v []byte) {
		from := len(w.arena)
		w.arena = appendLower(w.arena, plainText(v))
		w.sets = append(w.sets, w.arena[from:])
	})
	w.flush(bit('X', ix.notAction))
	if !ix.resource.isZero() {
		eachValue(ix.resource.of(text), func(v []byte) { w.sets = append(w.sets, plainText(v)) })
		w.flush(bit('R', ix.notResource))
	}
	if !ix.condition.isZero() {
		eachMember(ix.condition.of(text), func(name, keys []byte) {
			operator := operatorOf(name)
			eachMember(keys, func(key, value []byte) { w.condition(operator, key, value) })
		})
		if len(w.sets) > 0 {
			w.flush('C')
		}
	}
	if ix.unknown {
		eachMember(text, func(name, value []byte) {
			if order[unquoteNoCopy(name)] == 0 {
				w.unknown(name, value)
			}
		})
		w.flush('U')
	}
	c.key = string(w.out)
	c.open = w.bare && c.partition == ""
	return c
}

// bit encodes a boolean in the case of an upper-case letter: lower case if set.
func bit(letter byte, set bool) byte {
	if set {
		return letter + 'a' - 'A'
	}
	return letter
}

// partition returns the partition that the ARNs among resources and principals name: the first in alphabetical order if they name
// several, "" if they name none.
func (n *node) partition() string {
	least := ""
	look := func(v []byte) {
		rest, ok := strings.CutPrefix(unquoteNoCopy(v), "arn:")
		p, _, _ := strings.Cut(rest, ":")
		if ok && p != "" && (least == "" || p < least) && !strings.ContainsAny(p, "*?$") {
			least = p
		}
	}
	if !n.index.resource.isZero() {
		eachValue(n.index.resource.of(n.text), look)
	}
	if !n.index.principal.isZero() {
		eachPrincipal(n.index.principal.of(n.text), func(_, v []byte) {
			if v != nil {
				look(v)
			}
		})
	}
	return strings.Clone(least)
}

// canonWriter writes sets of values so that equal sets give equal bytes. It can be reused for further statements.
type canonWriter struct {
	out       []byte
	sets      [][]byte // values of the set that flush will write
	arena     []byte   // memory of values that had to be decoded or changed
	inner     *canonWriter
	arns      map[string]string
	partition string
	bare      bool
	loose     bool // accounts of the partition are written without it
}

// flush writes the letter and the collected set, sorted and without repeated values, and begins a new set.
func (w *canonWriter) flush(letter byte) {
	if len(w.sets) > 1 {
		slices.SortFunc(w.sets, bytes.Compare)
	}
	w.out = append(w.out, letter)
	for i, v := range w.sets {
		if i == 0 || !bytes.Equal(v, w.sets[i-1]) {
			w.out = appendSized(w.out, v)
		}
	}
	w.out = append(w.out, 0xFF) // ends the set: no length begins with this byte
	w.sets = w.sets[:0]
}

func appendSized[T []byte | string](out []byte, v T) []byte {
	return append(binary.BigEndian.AppendUint32(append(out, 0), uint32(len(v))), v...)
}

// appendLower appends v in lower case. Only A to Z are changed, because names of actions and condition keys are ASCII.
func appendLower(out, v []byte) []byte {
	for _, c := range v {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return out
}

func (w *canonWriter) principal(kind, value []byte) {
	k, v := "AWS", "*"
	if kind != nil {
		k, v = unquoteNoCopy(kind), unquoteNoCopy(value)
	}
	from := len(w.arena)
	w.arena = appendSized(w.arena, k)
	if arn, ok := w.arns[v]; ok && k == "AWS" {
		v = arn
	}
	bare := k == "AWS" && isAccount(v)
	w.bare = w.bare || bare
	if w.loose && k == "AWS" {
		if id, ok := w.account(v); ok {
			v, bare = id, true
		}
	}
	switch {
	case bare && w.loose:
		w.arena = append(append(w.arena, 0xFF), v...) // no text begins with this byte
	case bare:
		w.arena = append(append(append(w.arena, "arn:"...), w.partition...), ":iam::"...)
		w.arena = append(append(w.arena, v...), ":root"...)
	default:
		w.arena = append(w.arena, v...)
	}
	w.sets = append(w.sets, w.arena[from:])
}

// account returns the id of the account whose root in the partition has the ARN.
func (w *canonWriter) account(arn string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return "", false
	}
	if rest, ok = strings.CutPrefix(rest, w.partition); !ok {
		return "", false
	}
	if rest, ok = strings.CutPrefix(rest, ":iam::"); !ok {
		return "", false
	}
	id, ok = strings.CutSuffix(rest, ":root")
	return id, ok && isAccount(id)
}

// arnOperators maps each operator to the one that AWS documents to behave in the same way.
var arnOperators = map[string]string{
	"ArnEquals": "ArnLike", "ArnNotEquals": "ArnNotLike", "ArnEqualsIfExists": "ArnLikeIfExists", "ArnNotEqualsIfExists": "ArnNotLikeIfExists",
}

// longName is the length from which a name counts as long. No name of the grammar has so many bytes.
const longName = 100

// operatorOf returns the operator in canonical form, which many keys share: a long one, which is none of AWS, is replaced by its hash.
func operatorOf(name []byte) string {
	op := unquoteNoCopy(name)
	if same, ok := arnOperators[op]; ok {
		return same
	}
	if len(op) > longName {
		sum := sha256.Sum256([]byte(op))
		return "\xFF" + string(sum[:]) // no text begins with this byte
	}
	return op
}

func (w *canonWriter) condition(op string, key, value []byte) {
	if w.inner == nil {
		w.inner = new(canonWriter)
	}
	in := w.inner
	in.out, in.arena = appendSized(in.out[:0], op), appendLower(in.arena[:0], plainText(key))
	in.out = appendSized(in.out, in.arena)
	eachValue(value, func(v []byte) { in.sets = append(in.sets, plainText(v)) })
	in.flush('V')
	from := len(w.arena)
	w.arena = append(w.arena, in.out...)
	w.sets = append(w.sets, w.arena[from:])
}

// unknown adds a member that is not in the grammar. Of its value, only white space and the order of object members are ignored.
func (w *canonWriter) unknown(name, value []byte) {
	w.sets = append(w.sets, canonJSON(appendSized(nil, plainText(name)), value))
}

func canonJSON(out, value []byte) []byte {
	switch value[0] {
	case '{':
		var w canonWriter
		eachMember(value, w.unknown)
		w.out = append(out, '{')
		w.flush('O')
		return w.out
	case '[':
		out = append(out, '[')
		eachValue(value, func(v []byte) { out = canonJSON(out, v) })
		return append(out, ']')
	case '"':
		return appendSized(append(out, '"'), plainText(value))
	}
	return appendSized(append(out, 'n'), value)
}

// plainText returns the text of a string, number or boolean. The result may share the memory of value.
func plainText(value []byte) []byte {
	if value[0] != '"' {
		return value
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1]
	}
	return []byte(unquote(value))
}
