package desired

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// Record is the text of a record in a plan: indented JSON with sorted keys and without HTML escapes, so that equal records have equal text.
func Record(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return "unprintable: " + err.Error() // the records hold nothing that cannot be printed
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// SameRecord reports whether two records say the same. An empty member says the same as one that is missing: plans of older versions have them.
func SameRecord(a, b string) bool {
	return a == b || json.Valid([]byte(a)) && json.Valid([]byte(b)) && reflect.DeepEqual(bare(read(a)), bare(read(b)))
}

// EmptyMember reports whether the member of a record is empty: null, "", 0, or an object or list of nothing.
func EmptyMember(value json.RawMessage) bool {
	return json.Valid(value) && bare(read(string(value))) == nil
}

// read returns the value that the JSON holds. A number keeps its digits.
func read(text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return text
	}
	return v
}

// bare returns the value without the empty members of its objects; nil if nothing is left of it.
func bare(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if v[name] = bare(member); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	case json.Number:
		if v == "0" {
			return nil
		}
	}
	return v
}
