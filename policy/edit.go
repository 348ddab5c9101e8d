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
	if len(e.places) == len(d.d.statements) {
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

// edit is a document split into its statements and the text between them.
type edit struct {
	d      *document
	places []place
}

// place is a statement and the gap before it: the text since the previous statement, or since the start of the list.
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

// lead returns the text between the start of the list and its first statement.
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

// follow returns place i as it stands behind the kept places. If none is kept, it becomes the first and takes over the list's lead.
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

// bearing reports whether a statement has the Sid. other is the first of these that differs in meaning from n; nil if there is none.
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

// document joins the parts into a document again.
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
