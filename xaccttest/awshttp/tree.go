package awshttp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// node is a part of a request's body in any of the protocols.
type node struct {
	name  string // of an XML element, an attribute, a member of JSON or a part of a form's name
	kind  kind
	text  string
	kids  []*node
	attrs []*node
}

type kind byte

const (
	textNode   kind = iota // XML and forms, which have no other type; strings of JSON
	numberNode             // of JSON, like all below
	boolNode
	nullNode
	listNode
	objectNode
)

// named are the children of that name.
func (n *node) named(name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

// parseJSON reads a JSON document. encoding/json bounds its depth. A value takes a hundred times the memory of its brackets: their number is bounded.
func parseJSON(data []byte) (*node, error) {
	if bytes.Count(data, []byte(","))+bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxElements {
		return nil, errors.New("too many values")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	return jsonNode("", v), nil
}

func jsonNode(name string, v any) *node {
	n := &node{name: name}
	switch v := v.(type) {
	case nil:
		n.kind = nullNode
	case bool:
		n.kind, n.text = boolNode, strconv.FormatBool(v)
	case json.Number:
		n.kind, n.text = numberNode, v.String()
	case string:
		n.text = v
	case []any:
		n.kind = listNode
		for _, e := range v {
			n.kids = append(n.kids, jsonNode("", e))
		}
	case map[string]any:
		n.kind = objectNode
		for k, e := range v {
			n.kids = append(n.kids, jsonNode(k, e))
		}
	}
	return n
}

// Limits of an XML document. Nothing that S3 takes is deeper, and only the list of 10,000 parts that completes an upload is as long. Elements and
// attributes count.
const (
	maxDepth    = 32
	maxElements = 100_000
)

var malformedXML = &failure{status: 400, code: "MalformedXML", message: "The XML you provided was not well-formed or did not validate against our published schema"}

// parseXML reads an XML document. One with a DOCTYPE is refused, so that no entity can be declared.
func parseXML(data []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	top := &node{}
	open := []*node{top}
	text := [][]byte{nil} // of each open element: comments and CDATA sections split it
	for count := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, malformedXML
		}
		last := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if count += 1 + len(t.Attr); count > maxElements || len(open) > maxDepth {
				return nil, malformedXML
			}
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				n.attrs = append(n.attrs, &node{name: a.Name.Local, text: a.Value})
			}
			last.kids = append(last.kids, n)
			open, text = append(open, n), append(text, nil)
		case xml.EndElement:
			if len(last.kids) == 0 { // else it is the white space between elements
				last.text = string(text[len(text)-1])
			}
			open, text = open[:len(open)-1], text[:len(text)-1]
		case xml.CharData:
			text[len(text)-1] = append(text[len(text)-1], t...)
		case xml.Directive:
			return nil, malformedXML
		}
	}
	if len(top.kids) != 1 || len(open) != 1 {
		return nil, malformedXML
	}
	return top.kids[0], nil
}

// queryTree splits the names of a form at their dots: Tags.member.1.Key is a tree of four levels. The entries of lists are in the order of their
// numbers.
func queryTree(form url.Values) *node {
	root := &node{}
	children := map[*node]map[string]*node{}
	for name, values := range form {
		n := root
		for _, part := range strings.SplitN(name, ".", maxDepth) {
			if children[n] == nil {
				children[n] = map[string]*node{}
			}
			kid := children[n][part]
			if kid == nil {
				kid = &node{name: part}
				children[n][part] = kid
				n.kids = append(n.kids, kid)
			}
			n = kid
		}
		n.text = values[0]
	}
	for n := range children {
		slices.SortFunc(n.kids, func(a, b *node) int {
			i, _ := strconv.Atoi(a.name)
			j, _ := strconv.Atoi(b.name)
			return i - j
		})
	}
	return root
}
