package awshttp

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/model"
)

// decoder fills the SDK's input of an operation from a tree, by the shapes of the service model.
type decoder struct {
	shapes   map[string]*model.Shape
	protocol string
}

// jsonBody fills the input from a JSON document; no body is an empty one.
func (d *decoder) jsonBody(in reflect.Value, shape *model.Shape, body []byte) error {
	root := &node{kind: objectNode}
	if !utf8.Valid(body) {
		return &failure{status: 400, code: "SerializationException", message: "the body is not UTF-8"}
	}
	if len(body) > 0 {
		var err error
		if root, err = parseJSON(body); err != nil || root.kind != objectNode {
			return &failure{status: 400, code: "SerializationException", message: "the body is not a JSON object"}
		}
	}
	return d.structure(in.Elem(), shape, root, "")
}

// field is the SDK's field of a member.
func field(v reflect.Value, member string) reflect.Value {
	return v.FieldByName(strings.ToUpper(member[:1]) + member[1:])
}

// wireName is the name of a member in the body.
func wireName(name string, m model.Member) string {
	if m.Name != "" {
		return m.Name
	}
	return name
}

// structure fills a structure. A member that the model does not have is an error, and so is a required one that is missing.
func (d *decoder) structure(v reflect.Value, s *model.Shape, n *node, path string) error {
	if d.protocol == "json" && n.kind != objectNode || d.protocol == "query" && n.text != "" {
		return d.wrong(path, "an object")
	}
	known := 0
	for name, m := range s.Members {
		wire := wireName(name, m)
		if m.Attribute {
			wire = wire[strings.IndexByte(wire, ':')+1:]
			for _, a := range n.attrs {
				if a.name == wire {
					if err := d.value(field(v, name), m, a, join(path, name)); err != nil {
						return err
					}
				}
			}
			continue
		}
		found := n.named(wire)
		if len(found) == 0 {
			continue
		}
		known += len(found)
		target := field(v, name)
		one := found[0]
		if shape := d.shapes[m.Shape]; shape.Type == "list" && m.Flat && d.protocol == "rest-xml" {
			one = &node{kind: listNode, kids: found}
		} else if len(found) > 1 {
			return d.wrong(join(path, name), "there once")
		}
		if !target.IsValid() {
			return d.unknown(wire)
		}
		if err := d.value(target, m, one, join(path, name)); err != nil {
			return err
		}
	}
	if known != len(n.kids) {
		for _, k := range n.kids {
			if !has(s, k.name) {
				return d.unknown(k.name)
			}
		}
	}
	return d.complete(v, s, path)
}

// complete is the error for a required member that is missing. Parts of a nested structure have been checked when they were filled.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html (ValidationError)
func (d *decoder) complete(v reflect.Value, s *model.Shape, path string) error {
	for _, name := range s.Required {
		if !missing(field(v, name)) {
			continue
		}
		message := "1 validation error detected: Value null at '" + join(path, name) + "' failed to satisfy constraint: Member must not be null"
		switch d.protocol {
		case "json":
			return &failure{status: 400, code: "ValidationException", message: message}
		case "query":
			return &failure{status: 400, code: "ValidationError", message: message}
		}
		if path == "" {
			return &failure{status: 400, code: "MissingRequestBodyError", message: "Request Body is empty"}
		}
		return malformedXML
	}
	return nil
}

// missing reports whether a field has the value of a member that is not sent.
func missing(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return v.Kind() == reflect.String && v.Len() == 0
}

// join is the path of a member as AWS writes it.
func join(path, member string) string {
	member = strings.ToLower(member[:1]) + member[1:]
	if path == "" {
		return member
	}
	return path + "." + member
}

// value fills a value of any shape.
func (d *decoder) value(v reflect.Value, m model.Member, n *node, path string) error {
	s := d.shapes[m.Shape]
	if n.kind == nullNode {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	switch s.Type {
	case "structure":
		return d.structure(v, s, n, path)
	case "list":
		return d.list(v, s, m, n, path)
	case "map":
		return d.mapping(v, s, n, path)
	}
	return d.scalar(v, s, m, n, path)
}

// list fills a list.
func (d *decoder) list(v reflect.Value, s *model.Shape, m model.Member, n *node, path string) error {
	items := n.kids
	switch {
	case d.protocol == "json" && n.kind != listNode:
		return d.wrong(path, "a list")
	case d.protocol == "query" && !m.Flat:
		var err error
		if items, err = d.entries(n, wireName("member", s.Item), path); err != nil {
			return err
		}
	case d.protocol == "rest-xml" && n.kind != listNode:
		for _, k := range n.kids {
			if k.name != wireName("member", s.Item) {
				return d.unknown(k.name)
			}
		}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		if item.kind == nullNode {
			return d.wrong(fmt.Sprintf("%s.%d", path, i+1), "not null")
		}
		if err := d.value(v.Index(i), s.Item, item, fmt.Sprintf("%s.%d", path, i+1)); err != nil {
			return err
		}
	}
	return nil
}

// entries are the entries of a list in a form: Tags.member.1, Tags.member.2. A form writes an empty list as an empty text.
func (d *decoder) entries(n *node, wire, path string) (items []*node, err error) {
	if n.text != "" {
		return nil, d.wrong(path, "a list")
	}
	for _, k := range n.kids {
		if k.name != wire {
			return nil, d.unknown(path + "." + k.name)
		}
		if k.text != "" {
			return nil, d.wrong(path+"."+k.name, "a list")
		}
		for _, item := range k.kids {
			if i, err := strconv.Atoi(item.name); err != nil || i < 1 || item.name[0] == '0' || item.name[0] == '+' {
				return nil, d.wrong(path+"."+k.name+"."+item.name, "numbered from 1")
			}
		}
		items = append(items, k.kids...)
	}
	return items, nil
}

// mapping fills a map of a JSON body. No other protocol has one in what is played.
func (d *decoder) mapping(v reflect.Value, s *model.Shape, n *node, path string) error {
	if n.kind != objectNode {
		return d.wrong(path, "an object")
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.kids)))
	for _, k := range n.kids {
		value := reflect.New(v.Type().Elem()).Elem()
		if k.kind == nullNode {
			return d.wrong(path+"."+k.name, "not null")
		}
		if err := d.value(value, s.Item, k, path+"."+k.name); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(k.name).Convert(v.Type().Key()), value)
	}
	return nil
}

// jsonKinds are what a scalar of each type is in JSON.
var jsonKinds = map[string]kind{"integer": numberNode, "long": numberNode, "timestamp": numberNode, "boolean": boolNode, "string": textNode, "blob": textNode}

// scalar fills a string, a number, a time or bytes.
func (d *decoder) scalar(v reflect.Value, s *model.Shape, m model.Member, n *node, path string) error {
	if d.protocol == "json" && n.kind != jsonKinds[s.Type] || len(n.kids) > 0 {
		return d.wrong(path, "a "+s.Type)
	}
	text := n.text
	if s.Type != "string" {
		text = strings.TrimSpace(text)
	}
	if v.Kind() == reflect.String { // the SDK also has numbers as texts, such as PartNumberMarker
		v.SetString(text)
		return nil
	}
	var err error
	switch s.Type {
	case "integer", "long":
		var i int64
		if i, err = strconv.ParseInt(text, 10, v.Type().Bits()); err == nil {
			v.SetInt(i)
		}
	case "boolean":
		if text != "true" && text != "false" {
			return d.wrong(path, "a boolean")
		}
		v.SetBool(text == "true")
	case "timestamp":
		var t time.Time
		if t, err = parseTime(text, formatOf(d.protocol, s, m)); err == nil {
			v.Set(reflect.ValueOf(t))
		}
	case "blob":
		var b []byte
		if b, err = base64.StdEncoding.DecodeString(text); err == nil {
			v.SetBytes(b)
		}
	}
	if err != nil {
		return d.wrong(path, "a "+s.Type)
	}
	return nil
}

// wrong is the error for a member of another type than the model's.
func (d *decoder) wrong(path, want string) error {
	message := quoted(path) + " must be " + want
	switch d.protocol {
	case "json":
		return &failure{status: 400, code: "SerializationException", message: message}
	case "query":
		return &failure{status: 400, code: "MalformedInput", message: message}
	}
	if strings.Contains(path, ".") {
		return malformedXML
	}
	return &failure{status: 400, code: "InvalidArgument", message: message}
}

// unknown is the error for a member that the model does not have.
func (d *decoder) unknown(name string) error {
	if d.protocol == "rest-xml" {
		return malformedXML
	}
	return d.wrong(name, "absent: the service model has no such member")
}

// has reports whether a structure has a member of that name in a body.
func has(s *model.Shape, wire string) bool {
	for name, m := range s.Members {
		if m.In == "" && !m.Attribute && wireName(name, m) == wire {
			return true
		}
	}
	return false
}
