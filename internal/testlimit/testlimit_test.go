package testlimit

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const head = "goroutine %d [running]:\nexample.com/p.%s(0x1)\n\t/src/p.go:1\ntesting.tRunner(0x1, 0x2)\n\t/src/testing.go:1\n"

// Ten seconds pass between the looks. The limit is 20 seconds, for TestB 30.
func TestLook(t *testing.T) {
	a, b, again := fmt.Sprintf(head, 7, "TestA"), fmt.Sprintf(head, 8, "TestB"), fmt.Sprintf(head, 9, "TestA")
	both := a + "\n" + b + "\n" + fmt.Sprintf(head, 10, "TestC")
	parked := strings.Replace(a, "\n", "\ntesting.(*T).Parallel(0x1)\n\t/src/testing.go:1\n", 1)
	for _, tt := range []struct {
		name  string
		looks []string
		want  string // what is late at the last look
	}{
		{"at the limit", []string{a, a, a}, ""},
		{"over the limit", []string{a, a, a, a}, "TestA 30s of 20s;"},
		{"a test of its own limit", []string{b, b, b, b}, ""},
		{"two at once", []string{both, both, both, both}, "TestA 30s of 20s;TestC 30s of 20s;"},
		{"the same test once more", []string{a, a, again, again, again}, ""},
		{"parked all the time", []string{parked, parked, parked, parked}, ""},
		{"parked until its turn", []string{parked, parked, a, a, a}, ""},
		{"one ends, another starts", []string{a, a, b, b}, ""},
		{"no test", []string{"", "", "", ""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := limits([]Exception{{Limit: 20 * time.Second / slower}, {Test: "TestB", Limit: 30 * time.Second / slower}})
			w := &watch{limit: limit, started: map[run]time.Time{}}
			now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
			got := ""
			for _, stacks := range tt.looks {
				if got != "" {
					t.Errorf("late before the last look: %s", got)
				}
				for _, l := range w.look(stacks, now) {
					got += fmt.Sprintf("%s %v of %v;", l.test, l.ran, l.limit)
				}
				now = now.Add(10 * time.Second)
			}
			if got != tt.want {
				t.Errorf("late: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	const other = time.Hour
	for _, tt := range []struct {
		name       string
		exceptions []Exception
		want       time.Duration
	}{
		{"none", nil, Limit},
		{"every test", []Exception{{Limit: other}}, other},
		{"this test", []Exception{{Test: "TestX", Limit: other}}, other},
		{"another test", []Exception{{Test: "TestXY", Limit: other}}, Limit},
		{"a flag that is given", []Exception{{Flag: "test.timeout", Limit: other}}, other}, // by go test, always
		{"a flag that is not", []Exception{{Flag: "test.cpuprofile", Limit: other}}, Limit},
		{"the last counts", []Exception{{Limit: other}, {Test: "TestX", Limit: time.Minute}, {Test: "TestY", Limit: other}}, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "a flag that is given" && !limited() {
				t.Skip("-timeout is 0")
			}
			if got := limits(tt.exceptions)("TestX"); got != tt.want*slower {
				t.Errorf("got %v, want %v", got, tt.want*slower)
			}
		})
	}
	t.Run("a flag that there is not", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		limits([]Exception{{Flag: "no-such-flag"}})("TestX")
	})
}

func TestInterval(t *testing.T) {
	for _, tt := range []struct{ limit, want time.Duration }{
		{time.Hour, 2 * time.Second},
		{time.Second, time.Second / 4},
		{0, 10 * time.Millisecond},
	} {
		if got := interval([]Exception{{Limit: tt.limit}}); got != tt.want {
			t.Errorf("%v: every %v, want %v", tt.limit, got, tt.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	got := describe([]late{
		{goroutine{1, "example.com/p.TestX", "TestX", "goroutine 1 [running]:\na()"}, 121 * time.Second, Limit},
		{goroutine{2, "example.com/p.TestX.func1", "TestX", "goroutine 2 [running]:\nb()"}, 121 * time.Second, Limit},
	})
	want := `testlimit: TestX has run for 2m1s, longer than its limit of 2m0s

goroutine 1 [running]:
a()

testlimit: TestX has run for 2m1s, longer than its limit of 2m0s (in example.com/p.TestX.func1)

goroutine 2 [running]:
b()`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// This test binary, run once more with tests that hang, ends by a panic that names them, and no others.
func TestHangsAreEnded(t *testing.T) {
	t.Parallel()
	const timeout = "-test.timeout=1m"
	for _, tt := range []struct {
		name, test, timeout string
		want, not           []string
		passes              bool
	}{
		{name: "a test", test: "TestHang", timeout: timeout,
			want: []string{"testlimit: TestHang has run for ", "testlimit_test.TestHang("}},
		{name: "a subtest beside a parked one", test: "TestHangInSubtest", timeout: timeout,
			want: []string{"testlimit: TestHangInSubtest has run for ", "(in github.com/xacct/xacct/internal/testlimit_test.TestHangInSubtest.func"},
			not:  []string{"TestHangParked has run"}},
		{name: "busy in a bubble, whose clock stands still", test: "TestHangInBubble", timeout: timeout,
			want: []string{"testlimit: TestHangInBubble has run for ", "(in github.com/xacct/xacct/internal/testlimit_test.TestHangInBubble.func"}},
		{name: "what it waits for is shown", test: "TestHangOnAnother", timeout: timeout,
			want: []string{"testlimit: TestHangOnAnother has run for ", "testlimit_test.neverEnds("}},
		{name: "an example", test: "Example", timeout: timeout, want: []string{"testlimit: Example has run for "}},
		{name: "within the limit", test: "TestHangNot", timeout: timeout, passes: true, want: []string{"PASS"}},
		{name: "no limit where go test has none", test: "TestHangBriefly", timeout: "-test.timeout=0", passes: true, want: []string{"PASS"}},
		{name: "more time for one test", test: "TestHangWithMore", timeout: timeout, passes: true, want: []string{"PASS"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^("+tt.test+"|TestHangParked)$", "-test.parallel=1", "-test.v", tt.timeout, "-hang")
			out, err := cmd.CombinedOutput()
			if (err == nil) != tt.passes {
				t.Errorf("error %v, want one: %v", err, !tt.passes)
			}
			for _, w := range tt.want {
				if !strings.Contains(string(out), w) {
					t.Errorf("the output lacks %q", w)
				}
			}
			for _, n := range append(tt.not, "test timed out") {
				if strings.Contains(string(out), n) {
					t.Errorf("the output has %q", n)
				}
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}
