package policy

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
)

// Parse reads a policy document. It accepts what S3, IAM and KMS return or accept: one statement or a list, plain values or lists,
// numbers and booleans in conditions, members in any order, several statements with the same Sid, and members that are not in the
// grammar. It copies data, and [Document.Bytes] returns the same bytes.
//
// The error is a [*SyntaxError] if data is not JSON in UTF-8, if an object repeats a member (a decoder would drop one of the two), if
// anything follows the document, or if it does not have the shape of a policy: no Statement, a statement without Effect or without
// Action, an Effect other than Allow and Deny, both Action and NotAction, a principal that is neither "*" nor an object, a list of
// anything but strings. Parse does not check whether a service would accept the document: see [Document.Validate].
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Parse(data []byte) (Document, error) {
	return parse(bytes.Clone(data))
}

// ParseEncoded reads a policy document in the URL-encoded form in which IAM returns it (RFC 3986, where a plus sign stands for itself).
// A document that is not encoded is accepted too: it begins with a brace, which the encoded form does not contain. Errors are those of
// [Parse], with positions in the decoded text, and an error without position if s is not URL-encoded.
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

// parse is Parse without the copy: the document keeps data.
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

// parsed is a statement found in a document's text.
type parsed struct {
	at    span
	index index
}

// element scans the value of a member of the document.
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
			*found = make([]parsed, 0, min(16, len(s.text)/256+1))
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
