package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
)

func TestReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), &out, newCloud().Clients()); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		for _, want := range []string{`"Verdict": "complete"`, `"Plan": "sha256:`, `"bucket media-archive": "sha256:`, `"Files": 60`, `"RequestIDs"`} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &out)
			}
		}
	})
}
