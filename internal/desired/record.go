package desired

import (
	"bytes"
	"encoding/json"
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
