package policy

import (
	"bytes"
	"fmt"
)

// With returns the document with the statements of the fragments put in. Use it for documents that the caller owns alone, and
// [Document.Merge] for those that others write too.
//
// A statement with a Sid replaces the one that has the Sid, whose bytes stay if both mean the same. If several statements have the Sid,
// the first is replaced and the others are removed. A statement without a Sid is added unless the document has one without a Sid that
// means the same. New statements are added at the end, and everything else keeps its bytes. Calling With twice has the same result as
// calling it once.
//
// Version is left alone, because raising it would change what ${…} means in statements of others. A statement that is put into a
// document of Version 2008-10-17 should therefore have no variables.
//
// The zero Document gives a new document as [New] makes it, or stays zero if there is no statement to put in.
func (d Document) With(fragments ...Fragment) Document {
	e := edit{}
	for _, s := range statementsOf(fragments) {
		if e.d == nil {
			e = newEdit(d.orEmpty())
		}
		e.upsert(s)
	}
	if e.d == nil {
		return d
	}
	return e.document()
}

// Merge is [Document.With] for documents that others write too: it never replaces or removes a statement. If the document already has a
// statement with the Sid of a new one and another meaning, Merge returns d unchanged and a [*ConflictError].
func (d Document) Merge(fragments ...Fragment) (Document, error) {
	e := edit{}
	for _, s := range statementsOf(fragments) {
		if e.d == nil {
			e = newEdit(d.orEmpty())
		}
		there, other := e.bearing(s.sid(), s)
		if other != nil {
			return d, &ConflictError{Sid: s.sid(), Existing: Statement{other}, Wanted: Statement{s}}
		}
		if !there { // else the document has it already, once or several times
			e.upsert(s)
		}
	}
	if e.d == nil {
		return d, nil
	}
	return e.document(), nil
}

// Without returns the document without the statements that have one of the Sids. All other bytes stay, so that it undoes
// [Document.With]. The empty Sid removes nothing. If the last statement is removed, an empty list remains, which no service stores:
// check [Document.Len] and delete the policy instead.
func (d Document) Without(sids ...string) Document {
	if d.d == nil {
		return d
	}
	e := newEdit(d.d)
	for _, sid := range sids {
		e.remove(sid)
	}
	if e.kept == len(d.d.statements) {
		return d
	}
	return e.document()
}

// ConflictError says that the document already has a statement with this Sid and another meaning.
type ConflictError struct {
	Sid              string
	Existing, Wanted Statement
}

// Error is one line: the Sid, what the existing statement does, and what the wanted one would do.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("policy: statement %q is there already and means something else: %s; wanted: %s", e.Sid, brief(e.Existing), brief(e.Wanted))
}

// Hint names the next action.
func (e *ConflictError) Hint() string {
	return "find out who wrote the existing statement; remove or rename it, or choose another Sid"
}

// brief explains the statement in at most 160 characters, to keep messages short.
func brief(s Statement) string {
	const most = 160
	text := []rune(s.Explain())
	if len(text) <= most {
		return string(text)
	}
	return string(text[:most-1]) + "…"
}

func (d Document) orEmpty() *document {
	if d.d == nil {
		return New().d
	}
	return d.d
}

// edit is a document split into its statements and the text between them. Statements are found by Sid and by meaning, so that each is looked at once.
type edit struct {
	d      *document
	places []place
	kept   int              // places that are not gone
	edited bool             // the document is no longer the same
	bySid  map[string][]int // places that have the Sid and are not gone, in their order
	bare   meanings         // places without a Sid
}

// place is a statement and the gap before it: the text since the previous statement, or since the start of the list.
type place struct {
	gap  []byte
	n    *node
	gone bool
}

func newEdit(d *document) edit {
	e := edit{d: d, places: make([]place, 0, len(d.statements)+4), bySid: map[string][]int{}}
	from := d.list.start
	if !d.single {
		from++ // [
	}
	for _, s := range d.statements {
		e.put(d.text[from:s.start], s.node)
		from = s.end()
	}
	return e
}

// put adds a place at the end.
func (e *edit) put(gap []byte, n *node) {
	at := len(e.places)
	e.places = append(e.places, place{gap: gap, n: n})
	e.kept++
	if sid := n.sid(); sid != "" {
		e.bySid[sid] = append(e.bySid[sid], at)
	} else {
		e.bare.add(at, n)
	}
}

// lead returns the text between the start of the list and its first statement.
func (e *edit) lead() []byte {
	if len(e.places) > 0 {
		return e.places[0].gap
	}
	return nil
}

func (e *edit) add(n *node) {
	e.edited = true
	var gap []byte
	switch e.kept {
	case 0:
		gap = e.inside()
	case 1:
		gap = append([]byte{','}, e.lead()...)
	default:
		last := len(e.places) - 1
		for e.places[last].gone {
			last--
		}
		gap = e.places[last].gap
	}
	e.put(gap, n)
}

func (e *edit) upsert(n *node) {
	sid := n.sid()
	if sid == "" {
		if e.bare.find(n, func(i int) bool { return false }) < 0 { // places without a Sid are never dropped
			e.add(n)
		}
		return
	}
	at := e.bySid[sid]
	if len(at) == 0 {
		e.add(n)
		return
	}
	if p := &e.places[at[0]]; !p.n.same(n, nil) {
		p.n, e.edited = n, true
	}
	e.drop(at[1:])
	e.bySid[sid] = at[:1]
}

func (e *edit) drop(places []int) {
	for _, i := range places {
		e.places[i].gone = true
	}
	e.kept -= len(places)
	e.edited = e.edited || len(places) > 0
}

func (e *edit) remove(sid string) {
	e.drop(e.bySid[sid])
	delete(e.bySid, sid)
}

// bearing reports whether a statement has the Sid. other is the first of these that differs in meaning from n; nil if there is none.
func (e *edit) bearing(sid string, n *node) (there bool, other *node) {
	for _, i := range e.bySid[sid] {
		there = true
		if p := e.places[i]; !p.n.same(n, nil) {
			return true, p.n
		}
	}
	return there, nil
}

// remaining returns the places that are not gone. The first of them takes over the list's lead.
func (e *edit) remaining() []place {
	out := make([]place, 0, e.kept)
	for _, p := range e.places {
		if !p.gone {
			if len(out) == 0 {
				p.gap = e.lead()
			}
			out = append(out, p)
		}
	}
	return out
}

// document joins the parts into a document again. What was derived from a document that stays the same is kept.
func (e *edit) document() Document {
	if !e.edited {
		return Document{e.d}
	}
	d, places := e.d, e.remaining()
	var b bytes.Buffer
	size := len(d.text) + 8
	for _, p := range places {
		size += len(p.n.text) + 8
	}
	b.Grow(size)
	b.Write(d.text[:d.list.start])
	out := &document{odd: d.odd, statements: make([]placed, len(places))}
	out.single = (d.single || d.wasSingle) && len(places) == 1
	out.wasSingle = d.single || d.wasSingle
	out.list.start = b.Len()
	if !out.single {
		b.WriteByte('[')
	}
	for i, p := range places {
		if !out.single {
			b.Write(p.gap)
		}
		out.statements[i] = placed{b.Len(), p.n}
		b.Write(p.n.text)
	}
	if !out.single {
		if len(places) == 0 {
			b.Write(e.inside())
		}
		b.Write(e.tail())
		b.WriteByte(']')
	}
	out.list.end = b.Len()
	b.Write(d.text[d.list.end:])
	out.text = b.Bytes()
	shift := out.list.end - d.list.end
	out.version, out.id = d.version.after(d.list.end, shift), d.id.after(d.list.end, shift)
	return Document{out}
}

// inside returns the text between the start of the list and its first statement, or all text in the list if it is empty.
func (e *edit) inside() []byte {
	d := e.d
	switch {
	case d.single:
		return nil
	case len(d.statements) > 0:
		return d.text[d.list.start+1 : d.statements[0].start]
	}
	return d.text[d.list.start+1 : d.list.end-1]
}

// tail returns the text between the last statement of the list and the end of the list.
func (e *edit) tail() []byte {
	d := e.d
	if d.single {
		return nil
	}
	if n := len(d.statements); n > 0 {
		return d.text[d.statements[n-1].end() : d.list.end-1]
	}
	return nil // the text in an empty list counts as its lead
}

// after returns the span, moved by shift if it begins at from or later.
func (p span) after(from, shift int) span {
	if !p.isZero() && p.start >= from {
		return span{p.start + shift, p.end + shift}
	}
	return p
}
