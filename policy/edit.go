package policy

import (
	"bytes"
	"fmt"
)

// With is the document with the statements of the fragments put in. It is for documents that the caller owns; see [Document.Merge] for others.
//
// A statement with a Sid takes the place of the one that bears the Sid; if that one means the same already, its bytes stay. If several
// bear the Sid, the first place is taken and the others go. A statement without Sid is added unless the document has one of the same
// meaning without Sid. New statements come last. Everything else keeps its bytes, and Version is left alone: raising it would change
// what ${…} means in statements of others; so a statement that is put into a document of 2008 should do without. Doing it twice is
// doing it once.
// The zero Document gives a new one as [New] makes it, unless there is nothing to put in.
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

// Merge is [Document.With] for documents that others write too: it overwrites and drops nothing. If a statement bears the Sid of one to
// be put in and means something else, the document is not changed and the error is a [*ConflictError].
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
		if !there { // else it stays as it is, also if it is there twice
			e.upsert(s)
		}
	}
	if e.d == nil {
		return d, nil
	}
	return e.document(), nil
}

// Without is the document without the statements that bear one of the Sids. It undoes [Document.With]: all other bytes are as before.
// The empty Sid names no statement. The last statement gone, an empty list is left, which no service stores: see [Document.Len].
func (d Document) Without(sids ...string) Document {
	if d.d == nil {
		return d
	}
	e := newEdit(d.d)
	for _, sid := range sids {
		e.remove(sid)
	}
	if len(e.places) == len(d.d.statements) {
		return d
	}
	return e.document()
}

// ConflictError says that a statement with this Sid is there already and means something else.
type ConflictError struct {
	Sid              string
	Existing, Wanted Statement
}

// Error is one line: the Sid, and that the statement there means something else.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("policy: statement %q is there already and means something else: %s; wanted: %s", e.Sid, brief(e.Existing), brief(e.Wanted))
}

// Hint says what to do.
func (e *ConflictError) Hint() string {
	return "find out who wrote the existing statement; remove or rename it, or choose another Sid"
}

// brief keeps long statements out of messages.
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

// edit is a document taken apart into statements and the text between them.
type edit struct {
	d      *document
	places []place
}

// place is a statement and the text between the one before it and itself; with no statement before it, from the start of the list.
type place struct {
	gap []byte
	n   *node
}

func newEdit(d *document) edit {
	e := edit{d: d, places: make([]place, len(d.statements), len(d.statements)+4)}
	from := d.list.start
	if !d.single {
		from++ // [
	}
	for i, s := range d.statements {
		e.places[i] = place{d.text[from:s.start], s.node}
		from = s.end()
	}
	return e
}

// lead is the text between the start of the list and its first statement.
func (e *edit) lead() []byte {
	if len(e.places) > 0 {
		return e.places[0].gap
	}
	return nil
}

func (e *edit) add(n *node) {
	var gap []byte
	switch len(e.places) {
	case 0:
		gap = e.inside()
	case 1:
		gap = append([]byte{','}, e.lead()...)
	default:
		gap = e.places[len(e.places)-1].gap
	}
	e.places = append(e.places, place{gap, n})
}

func (e *edit) upsert(n *node) {
	sid := n.sid()
	if sid == "" {
		for _, p := range e.places {
			if p.n.sid() == "" && p.n.same(n, nil) {
				return
			}
		}
		e.add(n)
		return
	}
	done := false
	kept := e.places[:0:0]
	for i, p := range e.places {
		if !p.n.hasSid(sid) {
			kept = append(kept, e.follow(kept, i))
			continue
		}
		if done {
			continue
		}
		done = true
		p = e.follow(kept, i)
		if !p.n.same(n, nil) {
			p.n = n
		}
		kept = append(kept, p)
	}
	e.places = kept
	if !done {
		e.add(n)
	}
}

// follow is the place i as it follows those kept: the first one takes over what led the list.
func (e *edit) follow(kept []place, i int) place {
	p := e.places[i]
	if len(kept) == 0 {
		p.gap = e.lead()
	}
	return p
}

func (e *edit) remove(sid string) {
	if sid == "" {
		return
	}
	kept := e.places[:0:0]
	for i, p := range e.places {
		if !p.n.hasSid(sid) {
			kept = append(kept, e.follow(kept, i))
		}
	}
	e.places = kept
}

// bearing reports whether a statement bears the Sid, and gives the first that does and means something else than n, nil if there is none.
func (e *edit) bearing(sid string, n *node) (there bool, other *node) {
	for _, p := range e.places {
		if sid != "" && p.n.hasSid(sid) {
			there = true
			if !p.n.same(n, nil) {
				return true, p.n
			}
		}
	}
	return there, nil
}

// document puts the parts together.
func (e *edit) document() Document {
	d := e.d
	var b bytes.Buffer
	size := len(d.text) + 8
	for _, p := range e.places {
		size += len(p.n.text) + 8
	}
	b.Grow(size)
	b.Write(d.text[:d.list.start])
	out := &document{odd: d.odd, statements: make([]placed, len(e.places))}
	out.single = (d.single || d.wasSingle) && len(e.places) == 1
	out.wasSingle = d.single || d.wasSingle
	out.list.start = b.Len()
	if !out.single {
		b.WriteByte('[')
	}
	for i, p := range e.places {
		if !out.single {
			b.Write(p.gap)
		}
		out.statements[i] = placed{b.Len(), p.n}
		b.Write(p.n.text)
	}
	if !out.single {
		if len(e.places) == 0 {
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

// inside is the text between the start of the list and its first statement, or all of it if the list is empty.
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

// tail is the text between the last statement of the list and its end.
func (e *edit) tail() []byte {
	d := e.d
	if d.single {
		return nil
	}
	if n := len(d.statements); n > 0 {
		return d.text[d.statements[n-1].end() : d.list.end-1]
	}
	return nil // what is in an empty list leads
}

// after moves a span that begins at from or later.
func (p span) after(from, shift int) span {
	if !p.isZero() && p.start >= from {
		return span{p.start + shift, p.end + shift}
	}
	return p
}
