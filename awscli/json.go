package awscli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/text"
)

// json is the call's input. Without an indent it is one line.
func (c call) json(indent string) (string, error) {
	members, err := c.value(c.operation, c.in)
	if err != nil {
		return "", fmt.Errorf("awscli: %w", err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(members); err != nil {
		return "", fmt.Errorf("awscli: %s: %w", c.operation, err)
	}
	return text.JSON(strings.TrimSuffix(b.String(), "\n")), nil
}

// value is what encoding/json is to write of v, which stands at the path.
func (c call) value(path string, v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		return c.value(path, v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t, nil // RFC 3339, which is an ISO 8601 that the CLI takes
		}
		return c.structure(path, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes(), nil // base64, as version 2 of the CLI takes it
		}
		items := make([]any, v.Len())
		for i := range items {
			item, err := c.value(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			if err != nil {
				return nil, err
			}
			items[i] = item
		}
		return items, nil
	case reflect.Map:
		entries := make(map[string]any, v.Len())
		for key, item := range v.Seq2() {
			if !utf8.ValidString(key.String()) {
				return nil, fmt.Errorf("%s has a key that is not UTF-8: %q", path, key.String())
			}
			entry, err := c.value(path+"."+key.String(), item)
			if err != nil {
				return nil, err
			}
			entries[key.String()] = entry
		}
		return entries, nil
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return nil, fmt.Errorf("%s is not UTF-8: %q", path, v.String())
		}
		return v.String(), nil
	case reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return v.Interface(), nil
	default:
		return nil, fmt.Errorf("%s has no form in JSON", path)
	}
}

func (c call) structure(path string, v reflect.Value) (any, error) {
	members := map[string]any{}
	for f, field := range v.Fields() {
		if !f.IsExported() || !sent(field) {
			continue
		}
		name := f.Name
		if c.service.lower {
			name = strings.ToLower(name[:1]) + name[1:]
		}
		member, err := c.value(path+"."+name, field)
		if err != nil {
			return nil, err
		}
		members[name] = member
	}
	return members, nil
}

// sent reports whether the SDK puts the member into the request. It leaves out what is nil, and an enum, number or truth value that is zero.
func sent(v reflect.Value) bool { return v.Kind() == reflect.Struct || !v.IsZero() }
