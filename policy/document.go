package policy

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/xacct/xacct/policy/internal/memo"
)

// Document is a policy document: an immutable value, safe to copy and to use from several goroutines.
// Its methods return changed copies. The zero Document is no document at all, as where a bucket has no policy.
type Document struct{ d *document }

type document struct {
	text        []byte // never changed
	version, id span   // in text, with quotation marks
	list        span   // the value of Statement
	single      bool   // Statement is one object, not a list
	wasSingle   bool   // it was one object before statements were added
	odd         bool   // there are members that are not in the grammar
	statements  []placed
	memo        memo.Cell
}

// placed is a statement at its place in a document's text.
type placed struct {
	start int
	*node
}

func (p placed) end() int { return p.start + len(p.text) }

// emptyDocument is what New and With start from.
const emptyDocument = `{"Version":"2012-10-17","Statement":[]}`

// New makes a document of Version 2012-10-17 with the statements of the fragments, in their order. Nothing is merged or dropped:
// two statements of one Sid stay two, and [Document.Validate] reports them.
func New(fragments ...Fragment) Document {
	d, err := Parse([]byte(emptyDocument))
	if err != nil {
		return Document{} // cannot be: the text is a constant
	}
	e := newEdit(d.d)
	for _, s := range statementsOf(fragments) {
		e.add(s)
	}
	return e.document()
}

// IsZero reports whether d is no document.
func (d Document) IsZero() bool { return d.d == nil }

// Bytes is the text: for an unedited document the very bytes that were parsed. The zero Document has none. The caller owns the result.
func (d Document) Bytes() []byte {
	if d.d == nil {
		return nil
	}
	return bytes.Clone(d.d.text)
}

// String is the document indented by two spaces, for people; "" for the zero Document.
func (d Document) String() string {
	if d.d == nil {
		return ""
	}
	var b bytes.Buffer
	if err := json.Indent(&b, d.trimmed(), "", "  "); err != nil {
		return string(d.d.text)
	}
	return b.String()
}

// MarshalJSON is the document as a JSON value, null for the zero Document. The package encoding/json takes white space out of it
// and may write <, > and & as escapes: the meaning is kept, the bytes are not. Use [Document.Bytes] where bytes matter.
func (d Document) MarshalJSON() ([]byte, error) {
	if d.d == nil {
		return []byte("null"), nil
	}
	return d.Bytes(), nil
}

// UnmarshalJSON parses as [Parse] does; null gives the zero Document.
func (d *Document) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*d = Document{}
		return nil
	}
	parsed, err := Parse(data)
	if err == nil {
		*d = parsed
	}
	return err
}

// Version is the Version element, "" if there is none. A document without one is read as 2008-10-17, where ${…} is plain text.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
func (d Document) Version() string { return d.text(func(d *document) span { return d.version }) }

// ID is the Id element, "" if there is none.
func (d Document) ID() string { return d.text(func(d *document) span { return d.id }) }

func (d Document) text(element func(*document) span) string {
	if d.d == nil || element(d.d).isZero() {
		return ""
	}
	return unquote(element(d.d).of(d.d.text))
}

// trimmed is the text without white space around it.
func (d Document) trimmed() []byte { return bytes.TrimSpace(d.d.text) }

// Len is the number of statements.
func (d Document) Len() int {
	if d.d == nil {
		return 0
	}
	return len(d.d.statements)
}

// All is the statements in their order.
func (d Document) All() iter.Seq[Statement] {
	return func(yield func(Statement) bool) {
		for i := range d.Len() {
			if !yield(Statement{d.d.statements[i].node}) {
				return
			}
		}
	}
}

// Statement is the first statement that bears the Sid. The empty Sid names no statement.
func (d Document) Statement(sid string) (Statement, bool) {
	for s := range d.All() {
		if sid != "" && s.n.hasSid(sid) {
			return s, true
		}
	}
	return Statement{}, false
}

// Memo returns what build derives from the document, built once and kept with it. It is for packages of this module, which alone can name the key.
func (d Document) Memo(_ memo.Key, build func() any) any {
	if d.d == nil {
		return build()
	}
	return d.d.memo.Get(build)
}
