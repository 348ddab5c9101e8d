package policy

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
)

// Parse reads a policy document. What S3, IAM and KMS return or accept is accepted: one statement or a list, plain values or lists,
// numbers and booleans in conditions, members in any order, several statements of one Sid, members that are not in the grammar.
//
// The text is kept: [Document.Bytes] gives it back byte for byte. Parse refuses with a [*SyntaxError] what is not JSON in UTF-8,
// what repeats a member of an object (a decoder would drop one of the two), what has something after the document, and what is not
// a policy by its shape: no Statement, a statement without Effect or without Action, an Effect other than Allow and Deny, both
// Action and NotAction, a principal that is neither "*" nor an object, lists of anything but strings.
// Whether a service would take the document is another question: see [Document.Validate].
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(data []byte) (Document, error) {
	return parse(bytes.Clone(data))
}

// ParseEncoded reads a policy document in the URL-encoded form in which IAM returns it (RFC 3986: a plus sign is a plus sign).
// A document that is not encoded is accepted too: in the encoded form no brace stands for itself.
// A position in an error is that in the decoded text.
//
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
func ParseEncoded(s string) (Document, error) {
	if !strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "{") {
		text, err := url.PathUnescape(s)
		if err != nil {
			return Document{}, fmt.Errorf("policy: the document is not URL-encoded: %w", err)
		}
		s = text
	}
	return parse([]byte(s))
}

// parse keeps data.
func parse(data []byte) (Document, error) {
	s := &scanner{text: data}
	if bytes.HasPrefix(data, []byte("\uFEFF")) {
		return Document{}, s.errorf(0, "the text begins with a byte order mark")
	}
	s.space()
	if s.peek() != '{' {
		return Document{}, s.errorf(s.pos, "a policy document is a JSON object, found %s", s.found())
	}
	d := &document{text: data}
	var found []parsed
	if err := s.object(func(name span) error { return s.element(name, d, &found) }); err != nil {
		return Document{}, err
	}
	end := s.pos - 1
	s.space()
	if s.pos < len(data) {
		return Document{}, s.errorf(s.pos, "the document is complete before this place; found %s after it", s.found())
	}
	if d.list.isZero() {
		return Document{}, s.errorf(end, "the document has no Statement")
	}
	nodes := make([]node, len(found))
	d.statements = make([]placed, len(found))
	for i, f := range found {
		nodes[i].text = f.at.of(data)
		nodes[i].index = f.index
		d.statements[i] = placed{f.at.start, &nodes[i]}
	}
	return Document{d}, nil
}

// parsed is a statement found in a document.
type parsed struct {
	at    span
	index index
}

// element walks over the value of a member of the document.
func (s *scanner) element(name span, d *document, found *[]parsed) error {
	start := s.pos
	switch unquoteNoCopy(name.of(s.text)) {
	case "Version":
		err := s.wantString(name)
		d.version = span{start, s.pos}
		return err
	case "Id":
		err := s.wantString(name)
		d.id = span{start, s.pos}
		return err
	case "Statement":
		one := func() error {
			if s.peek() != '{' {
				return s.errorf(s.pos, "a statement is an object, found %s", s.found())
			}
			start := s.pos
			ix, err := s.statement()
			*found = append(*found, parsed{span{start, s.pos}, ix})
			return err
		}
		var err error
		if s.peek() == '[' {
			*found = make([]parsed, 0, 16)
			err = s.array(one)
		} else {
			d.single = true
			err = one()
		}
		d.list = span{start, s.pos}
		return err
	default:
		d.odd = true
		return s.value()
	}
}
