package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
)

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), &out, newCloud().Clients()); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		for _, want := range []string{"first run: with exceptions, 12 failed", "second run: complete, 12 objects"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &out)
			}
		}
	})
}
