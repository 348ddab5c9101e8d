package testlimit

import (
	"slices"
	"strconv"
	"strings"
)

// goroutine is one that runs a test, a subtest, an example, or a test's cleanup.
type goroutine struct {
	id       int
	function string // what package testing called
	test     string // the top-level test; the name of the function where the stacks do not tell it
	stack    string
}

// tests are the goroutines that run a test, from the text that runtime.Stack makes of all of them. Left out are a parallel test that waits for its
// turn, and a test that has returned and waits for its parallel subtests.
func tests(stacks string) []goroutine {
	var running []goroutine
	functionOf, creatorOf := map[int]string{}, map[int]int{}
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		stack = strings.Trim(stack, "\n")
		id, ok := number(strings.TrimPrefix(stack, "goroutine "))
		if !ok {
			continue
		}
		frames, creator := parse(stack)
		function := tested(frames)
		functionOf[id], creatorOf[id] = function, creator
		if function != "" && !slices.Contains(frames, "testing.(*T).Parallel") {
			running = append(running, goroutine{id: id, function: function, stack: stack})
		}
	}
	for i, g := range running {
		running[i].test = topLevel(g.function)
		for id, ok := g.id, true; ok; id, ok = creatorOf[id] {
			if name := topLevel(functionOf[id]); isTest(name) {
				running[i].test = name
				break
			}
		}
	}
	return running
}

// parse returns the functions on the stack of one goroutine, the innermost first, and the goroutine that started it; 0 is unknown.
func parse(stack string) (frames []string, creator int) {
	for line := range strings.SplitSeq(stack, "\n") {
		if strings.HasPrefix(line, "created by ") {
			_, id, _ := strings.Cut(line, " in goroutine ")
			creator, _ = number(id)
			return frames, creator
		}
		if end := strings.LastIndexByte(line, '('); end > 0 && line[0] != '\t' {
			frames = append(frames, line[:end])
		}
	}
	return frames, 0
}

// runners are the functions of package testing that call a test.
var runners = []string{"testing.tRunner", "testing.fRunner", "testing.runExample"}

// below are the packages whose functions may stand between a runner and what is tested: a subtest of a fuzz target is called by reflection.
var below = []string{"testing", "testing/synctest", "internal/synctest", "reflect", "runtime", "runtime/debug", "internal/runtime/sys"}

// tested is the outermost function above a runner that is not of package testing or below it. It is "" if there is none.
func tested(frames []string) string {
	from := slices.IndexFunc(frames, func(f string) bool { return slices.Contains(runners, f) })
	if from < 0 {
		return ""
	}
	for _, f := range slices.Backward(frames[:from]) {
		if pkg, _ := split(f); !slices.Contains(below, pkg) && f != "panic" {
			return f
		}
	}
	return ""
}

// split splits the name of a function into the import path and the name in the package: "a/b", "(*T).Run.func1".
func split(function string) (pkg, name string) {
	slash := strings.LastIndexByte(function, '/') + 1
	last, name, _ := strings.Cut(function[slash:], ".") // a dot of the path's last element is escaped
	return function[:slash] + last, name
}

// topLevel is the name of the declared function that the function belongs to: TestX for pkg.TestX.func1.2.
func topLevel(function string) string {
	_, name := split(function)
	if strings.HasPrefix(name, "(") {
		return name
	}
	if end := strings.IndexAny(name, ".["); end >= 0 { // pkg.f[...] is generic
		name = name[:end]
	}
	return name
}

// isTest reports whether go test calls a function of that name.
func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Example", "Fuzz"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// number is the one that the text begins with.
func number(s string) (int, bool) {
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		s = s[:end]
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
