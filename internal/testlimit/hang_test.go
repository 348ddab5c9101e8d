package testlimit_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
)

// hang is given when TestHangsAreEnded runs the test binary once more.
var hang = flag.Bool("hang", false, "run the tests that hang, under a short limit")

const short = 200 * time.Millisecond

func TestMain(m *testing.M) {
	os.Exit(testlimit.Run(m,
		testlimit.Exception{Flag: "hang", Limit: short},
		testlimit.Exception{Test: "TestHangWithMore", Limit: time.Minute}))
}

func hangs(t *testing.T) {
	if !*hang {
		t.Skip("run by TestHangsAreEnded")
	}
}

func TestHang(t *testing.T) {
	hangs(t)
	select {}
}

// TestHangParked waits for its turn, behind whatever else runs.
func TestHangParked(t *testing.T) {
	hangs(t)
	t.Parallel()
}

func TestHangInSubtest(t *testing.T) {
	hangs(t)
	t.Run("short", func(t *testing.T) {})
	t.Run("long", func(t *testing.T) { select {} })
}

func TestHangInBubble(t *testing.T) {
	hangs(t)
	synctest.Test(t, func(*testing.T) {
		for start := time.Now(); time.Since(start) == 0; { // nothing blocks, so the clock stands still
		}
	})
}

func TestHangOnAnother(t *testing.T) {
	hangs(t)
	done := make(chan struct{})
	go neverEnds(done)
	<-done
}

//go:noinline
func neverEnds(done chan struct{}) {
	defer close(done)
	select {}
}

func TestHangNot(t *testing.T) { hangs(t) }

// longer is longer than the short limit, and than what passes between two looks.
func longer() <-chan time.Time { return time.After(5 * short) }

func TestHangBriefly(t *testing.T) {
	hangs(t)
	<-longer()
}

func TestHangWithMore(t *testing.T) {
	hangs(t)
	<-longer()
}

func Example() {
	if *hang {
		select {}
	}
	fmt.Println("a test that hangs is ended after", testlimit.Limit)
	// Output: a test that hangs is ended after 2m0s
}
