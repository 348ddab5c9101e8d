package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, transfers, err := setUp(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(t.Context(), &out, cloud.Clients(), transfers); err != nil || !strings.Contains(out.String(), "0 differ") {
			t.Errorf("%v\n%s", err, &out)
		}
		out.Reset()
		cloud.SetBucketPolicy("archive-logs", nil)
		if err := run(t.Context(), &out, cloud.Clients(), transfers); !errors.Is(err, errDiffers) || !strings.Contains(out.String(), "archive-logs") {
			t.Errorf("%v\n%s", err, &out)
		}
		out.Reset()
		clients := cloud.Clients()
		delete(clients, "444455556666")
		if err := run(t.Context(), &out, clients, transfers); !errors.Is(err, errDiffers) || !strings.Contains(out.String(), "no clients") {
			t.Errorf("%v\n%s", err, &out)
		}
	})
}
