package policy

import (
	"bytes"
	"encoding/json"
	"iter"
	"sync"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy/internal/memo"
)

// Document is a policy document. It is immutable and safe for concurrent use; its methods return changed copies. The zero Document
// stands for "no document", such as the policy of a bucket that has none.
type Document struct{ d *document }

type document struct {
	text        []byte // never changed
	version, id span   // where their values stand in text, with quotation marks; zero if absent
	list        span   // where the value of Statement stands in text
	single      bool   // Statement is one object, not a list
	wasSingle   bool   // Statement was one object before statements were added
	odd         bool   // some members are not in the grammar
	statements  []placed
	memo        memo.Cell
}

// placed is a statement and where it starts in the document's text.
type placed struct {
	start int
	*node
}

func (p placed) end() int { return p.start + len(p.text) }

// emptyDocument is the text to which New and With add statements.
const emptyDocument = `{"Version":"2012-10-17","Statement":[]}`

// empty returns the document of that text, which nobody changes.
var empty = sync.OnceValue(func() Document {
	d, _ := Parse([]byte(emptyDocument)) // the text is a constant
	return d
})

// New returns a document of Version 2012-10-17 with the statements of the fragments, in their order. It neither merges nor drops
// statements: two with the same Sid stay two, and [Document.Validate] reports them.
func New(fragments ...Fragment) Document {
	e := newEdit(empty().d)
	for _, s := range statementsOf(fragments) {
		e.add(s)
	}
	return e.document()
}

// IsZero reports whether d is the zero Document.
func (d Document) IsZero() bool { return d.d == nil }

// Bytes returns the text of the document, which for an unedited one is exactly what was parsed. It is nil for the zero Document. The
// caller owns the result.
func (d Document) Bytes() []byte {
	if d.d == nil {
		return nil
	}
	return bytes.Clone(d.d.text)
}

// String returns the document indented by two spaces, for people to read: a character that is not printed as itself stands there as JSON escapes it. "" for the zero Document.
func (d Document) String() string {
	if d.d == nil {
		return ""
	}
	var b bytes.Buffer
	if err := json.Indent(&b, d.trimmed(), "", "  "); err != nil {
		return text.JSON(string(d.d.text))
	}
	return text.JSON(b.String())
}

// MarshalJSON returns the document as a JSON value, null for the zero Document. Package encoding/json then removes white space and may
// escape <, > and &, which keeps the meaning but not the bytes. Use [Document.Bytes] where bytes matter.
func (d Document) MarshalJSON() ([]byte, error) {
	if d.d == nil {
		return []byte("null"), nil
	}
	return d.Bytes(), nil
}

// UnmarshalJSON parses data as [Parse] does, with the same errors; null gives the zero Document.
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

// Version returns the Version element, "" if there is none. AWS reads a document without one as 2008-10-17, where ${…} is plain text.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
func (d Document) Version() string { return d.text(func(d *document) span { return d.version }) }

// ID returns the Id element, "" if there is none.
func (d Document) ID() string { return d.text(func(d *document) span { return d.id }) }

func (d Document) text(element func(*document) span) string {
	if d.d == nil || element(d.d).isZero() {
		return ""
	}
	return unquote(element(d.d).of(d.d.text))
}

// trimmed returns the text without the white space around it.
func (d Document) trimmed() []byte { return bytes.TrimSpace(d.d.text) }

// Len returns the number of statements; 0 for the zero Document.
func (d Document) Len() int {
	if d.d == nil {
		return 0
	}
	return len(d.d.statements)
}

// All yields the statements in their order; none for the zero Document.
func (d Document) All() iter.Seq[Statement] {
	return func(yield func(Statement) bool) {
		for i := range d.Len() {
			if !yield(Statement{d.d.statements[i].node}) {
				return
			}
		}
	}
}

// Statement returns the first statement with the Sid, or false if there is none. The empty Sid finds no statement.
func (d Document) Statement(sid string) (Statement, bool) {
	for s := range d.All() {
		if sid != "" && s.n.hasSid(sid) {
			return s, true
		}
	}
	return Statement{}, false
}

// Memo returns the place for the value that a package derives from the document; of the zero Document it is a new one at each call. Only packages of this
// module can use Memo, because only they can name the type of the key.
func (d Document) Memo(memo.Key) *memo.Cell {
	if d.d == nil {
		return new(memo.Cell)
	}
	return &d.d.memo
}
