package yamltest

import (
	"testing"
	"time"

	goccy "github.com/goccy/go-yaml"
	v3 "gopkg.in/yaml.v3"

	"github.com/xacct/xacct"
)

// The end of a transfer's grants may be written as a time or a date, with or without quotes, and is in UTC.
func TestUntil(t *testing.T) {
	want := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"2030-01-31T00:00:00Z", "2030-01-31", "2030-01-31T00:00:00+00:00", "'2030-01-31T00:00:00Z'"} {
		for name, unmarshal := range map[string]func([]byte, any) error{
			"yaml.v3": v3.Unmarshal,
			"goccy":   func(data []byte, v any) error { return goccy.Unmarshal(data, v) },
		} {
			var tr xacct.Transfer
			if err := unmarshal([]byte("until: "+text+"\n"), &tr); err != nil || !tr.Until.Equal(want) {
				t.Errorf("%s reads %s as %s: %v", name, text, tr.Until, err)
			}
		}
	}
}
