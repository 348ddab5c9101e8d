package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestFleet(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, 8, 1); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"       0        0         8      0", "media-00007", "8 complete", "8 transfers; V = ",
		"plan ", "apply ", "plan again ", "run ", "destroy plan ", "destroy "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	if phases := regexp.MustCompile(`(?m)^[a-z][a-z ]* +[1-9]\d* +[1-9][\d.]* .* [\d.]+$`).FindAllString(out.String(), -1); len(phases) != 6 {
		t.Errorf("%d phases with calls:\n%s", len(phases), &out)
	}
}
