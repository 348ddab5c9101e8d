package xacct

import (
	"bytes"
	"encoding/json"
)

// record is a record as it stands in a plan: indented JSON with sorted keys and no HTML escapes, so that equal records have equal text.
func record(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return "unprintable: " + err.Error() // the records hold nothing that cannot be printed
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
