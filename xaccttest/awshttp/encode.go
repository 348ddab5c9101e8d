package awshttp

import (
	"encoding/base64"
	"encoding/xml"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/model"
)

// encoder writes the SDK's output of an operation, by the shapes of the service model.
type encoder struct {
	shapes   map[string]*model.Shape
	protocol string
}

// names are a structure's members in a fixed order.
func names(s *model.Shape) []string { return slices.Sorted(maps.Keys(s.Members)) }

// json is the value as encoding/json takes it.
func (e *encoder) json(v reflect.Value, m model.Member) any {
	s := e.shapes[m.Shape]
	v = reflect.Indirect(v)
	switch s.Type {
	case "structure":
		out := map[string]any{}
		for _, name := range names(s) {
			if f := field(v, name); f.IsValid() && !missing(f) {
				out[wireName(name, s.Members[name])] = e.json(f, s.Members[name])
			}
		}
		return out
	case "list":
		out := make([]any, v.Len())
		for i := range out {
			out[i] = e.json(v.Index(i), s.Item)
		}
		return out
	case "map":
		out := map[string]any{}
		for it := v.MapRange(); it.Next(); {
			out[it.Key().String()] = e.json(it.Value(), s.Item)
		}
		return out
	case "timestamp":
		return float64(v.Interface().(time.Time).UnixMilli()) / 1000
	case "boolean":
		return v.Bool()
	case "integer", "long":
		return v.Int()
	}
	return e.text(v, s, m)
}

// text is a scalar as text.
func (e *encoder) text(v reflect.Value, s *model.Shape, m model.Member) string {
	v = reflect.Indirect(v)
	if v.Kind() == reflect.String {
		return v.String()
	}
	switch s.Type {
	case "boolean":
		return strconv.FormatBool(v.Bool())
	case "integer", "long":
		return strconv.FormatInt(v.Int(), 10)
	case "timestamp":
		t := v.Interface().(time.Time).UTC()
		switch format := formatOf(e.protocol, s, m); {
		case format == "rfc822":
			return t.Format("Mon, 02 Jan 2006 15:04:05 GMT")
		case e.protocol == "rest-xml":
			return t.Format("2006-01-02T15:04:05.000Z")
		}
		return t.Format("2006-01-02T15:04:05Z")
	case "blob":
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return v.String()
}

// xml writes the members of a structure as elements.
func (e *encoder) xml(b *strings.Builder, v reflect.Value, s *model.Shape) {
	v = reflect.Indirect(v)
	for _, name := range names(s) {
		m := s.Members[name]
		if f := field(v, name); f.IsValid() && m.In == "" && !m.Attribute && !missing(f) {
			e.element(b, wireName(name, m), f, m)
		}
	}
}

// element writes a value of any shape as an element, or as several if it is a flat list.
func (e *encoder) element(b *strings.Builder, name string, v reflect.Value, m model.Member) {
	s := e.shapes[m.Shape]
	v = reflect.Indirect(v)
	if s.Type == "list" && m.Flat {
		for i := range v.Len() {
			e.element(b, name, v.Index(i), s.Item)
		}
		return
	}
	b.WriteString("<" + name)
	if s.Type == "structure" {
		e.attributes(b, v, s)
	}
	b.WriteString(">")
	switch s.Type {
	case "structure":
		e.xml(b, v, s)
	case "list":
		for i := range v.Len() {
			e.element(b, wireName("member", s.Item), v.Index(i), s.Item)
		}
	case "map":
		for it := v.MapRange(); it.Next(); {
			b.WriteString("<entry>")
			e.element(b, wireName("key", s.Key), it.Key(), s.Key)
			e.element(b, wireName("value", s.Item), it.Value(), s.Item)
			b.WriteString("</entry>")
		}
	default:
		escape(b, e.text(v, s, m))
	}
	b.WriteString("</" + name + ">")
}

// attributes writes the members that are attributes of their structure's element, such as the type of a grantee.
func (e *encoder) attributes(b *strings.Builder, v reflect.Value, s *model.Shape) {
	for _, name := range names(s) {
		m := s.Members[name]
		f := field(v, name)
		if !m.Attribute || !f.IsValid() || missing(f) {
			continue
		}
		wire := wireName(name, m)
		if prefix, _, ok := strings.Cut(wire, ":"); ok {
			b.WriteString(" xmlns:" + prefix + `="http://www.w3.org/2001/XMLSchema-instance"`)
		}
		b.WriteString(" " + wire + `="`)
		escape(b, e.text(f, e.shapes[m.Shape], m))
		b.WriteString(`"`)
	}
}

// escape writes text so that it stands in an element or an attribute.
func escape(b *strings.Builder, text string) {
	xml.EscapeText(b, []byte(text)) //nolint:errcheck // a strings.Builder takes everything
}

func elementOf(b *strings.Builder, name, text string) {
	b.WriteString("<" + name + ">")
	escape(b, text)
	b.WriteString("</" + name + ">")
}
