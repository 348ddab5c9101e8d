package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestNightly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		clients := newCloud().Clients()
		taskARN, err := setUp(t.Context(), &out, clients)
		if err != nil {
			t.Fatal(err)
		}
		if err := lastNight(t.Context(), &out, clients, taskARN); err != nil {
			t.Fatalf("before the first night: %v\n%s", err, &out)
		}
		time.Sleep(3 * 24 * time.Hour)
		if err := lastNight(t.Context(), &out, clients, taskARN); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		for _, want := range []string{"the first run is at 2000-01-01T02:00:00Z", "there was no run yet",
			"the last run began at 2000-01-03T02:00:00Z: complete"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &out)
			}
		}
	})
}
