package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct/examples/internal/demo"
)

func TestNightly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), &out, demo.Cloud(), 3); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		for _, want := range []string{"the first run is at 2000-01-01T02:00:00Z", "the last run began at 2000-01-03T02:00:00Z: complete"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &out)
			}
		}
	})
}
