package testlimit

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The files are what runtime.Stack made of the tests of a package that hang, each in another way.
func TestTests(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		want       []string // id, test, function
	}{
		{"a test waits for its turn, another for its subtest", "waiting.txt", []string{
			"21 TestLong example.com/p.TestLong",
			"22 TestLong example.com/p.TestLong.func1",
		}},
		{"tests that run beside each other", "parallel.txt", []string{
			"20 TestParked example.com/p.TestParked",
			"22 TestGroup example.com/p.TestGroup",
			"23 TestBubble example.com/p.TestBubble", // waits for its bubble
			"24 TestCleanup example.com/p.TestCleanup.func1",
			"25 TestPanicky example.com/p.TestPanicky",
			"28 TestBubble example.com/p.TestBubble.func1",
			"5 TestGroup example.com/p.helper",
			"6 TestParallelSubs example.com/p.TestParallelSubs.func1", // its parent has returned
		}},
		{"a seed of a fuzz target", "fuzz.txt", []string{
			"20 FuzzX example.com/p.FuzzX",
			"21 FuzzX example.com/p.FuzzX.func1",
		}},
		{"an example", "example.txt", []string{"1 Example example.com/p.Example"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + tt.file)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, g := range tests(string(text)) {
				got = append(got, fmt.Sprint(g.id, " ", g.test, " ", g.function))
				if head := fmt.Sprintf("goroutine %d [", g.id); !strings.HasPrefix(g.stack, head) || !strings.Contains(string(text), g.stack) {
					t.Errorf("the stack of goroutine %d is\n%s", g.id, g.stack)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// What is no stack is nobody's test.
func TestTestsOfOtherText(t *testing.T) {
	const frames = "\nexample.com/p.TestX(...)\n\t/src/p.go:1\ntesting.tRunner(0x1, 0x2)\n\t/src/testing.go:1\n"
	for _, tt := range []struct {
		name, stacks, want string
	}{
		{"nothing", "", ""},
		{"a goroutine", "goroutine 7 [running]:" + frames, "TestX"},
		{"no number", "goroutine x [running]:" + frames, ""},
		{"no frames", "goroutine 7 [running]:\n\tgoroutine running on other thread; stack unavailable\n", ""},
		{"cut off", ("goroutine 7 [running]:" + frames)[:60], ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, g := range tests(tt.stacks) {
				got += g.test
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTopLevel(t *testing.T) {
	for _, tt := range []struct{ function, pkg, want string }{
		{"example.com/p.TestX", "example.com/p", "TestX"},
		{"example.com/p_test.TestX.func1.2", "example.com/p_test", "TestX"},
		{"main.TestX.func1", "main", "TestX"},
		{"example.com/yaml%2ev3.TestX", "example.com/yaml%2ev3", "TestX"},
		{"example.com/p.generic[...]", "example.com/p", "generic"},
		{"example.com/p.generic[...].func1", "example.com/p", "generic"},
		{"example.com/p.(*suite).TestX-fm", "example.com/p", "(*suite).TestX-fm"},
		{"testing.(*T).Run", "testing", "(*T).Run"},
		{"", "", ""},
	} {
		t.Run(tt.function, func(t *testing.T) {
			if pkg, _ := split(tt.function); pkg != tt.pkg {
				t.Errorf("package %q, want %q", pkg, tt.pkg)
			}
			if got := topLevel(tt.function); got != tt.want {
				t.Errorf("top level %q, want %q", got, tt.want)
			}
		})
	}
}
