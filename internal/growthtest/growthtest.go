// Package growthtest measures how the work of a package's exported functions grows with the size of their input.
package growthtest

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// measured is set by the gate: the growth is measured, which takes a quiet minute. Without it every function runs once.
var measured = flag.Bool("growth", false, "measure how the work of each exported function grows")

// Growth of n to the power of so much fails. n log n is below both limits.
const (
	maxBytes = 1.3 // of the bytes that are allocated: lists that grow take a little more than they hold
	maxTime  = 1.6 // of the time, which varies
)

// Table has the measurements of a package.
type Table[Input any] struct {
	Shapes    map[string]func(n int) func() *Input // make a maker of inputs of size n, each of which is like new: nothing is remembered in it
	Functions map[string]func(*Input)              // by name, such as Parse or Document.With; each runs on every shape
	Fixed     []string                             // functions whose input has no size
	Most      int                                  // the largest size
}

// Run tests that each exported function and method of the package in the working directory is in the table, and measures those that are.
func Run[Input any](t *testing.T, table Table[Input]) {
	t.Helper()
	names := exported(t)
	for _, name := range names {
		if table.Functions[name] == nil && !slices.Contains(table.Fixed, name) {
			t.Errorf("%s is exported, and its growth is not measured: add it to the table", name)
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(table.Functions)), table.Fixed...) {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in the table, and no such function is exported", name)
		}
	}
	count := 0
	var steepest result
	for _, shape := range slices.Sorted(maps.Keys(table.Shapes)) {
		makers := map[int]func() *Input{}
		for _, name := range slices.Sorted(maps.Keys(table.Functions)) {
			m := measurement{name: name + ", " + shape, most: table.Most, run: func(n int) (time.Duration, uint64) {
				if makers[n] == nil {
					makers[n] = table.Shapes[shape](n)
				}
				in := makers[n]()
				return work(func() { table.Functions[name](in) })
			}}
			count++
			if !*measured {
				m.run(8)
				continue
			}
			r := m.growth()
			if r.time > steepest.time {
				steepest = r
			}
			if r.bytes > maxBytes || r.time > maxTime {
				t.Errorf("%s grows too fast: %s", m.name, r)
			}
		}
	}
	t.Logf("%d functions, %d measurements; the steepest: %s", len(table.Functions), count, steepest)
}

// exported returns the names of the exported functions, and of the exported methods of exported types, of the package in the working directory.
func exported(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.IsExported() {
				if of := receiver(fn); of == "" {
					out = append(out, fn.Name.Name)
				} else if ast.IsExported(of) {
					out = append(out, of+"."+fn.Name.Name)
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("no exported function")
	}
	return out
}

// receiver returns the name of the type that the function is a method of; "" if it is none.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	of := fn.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	if id, ok := of.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// work runs f and returns its time and the bytes that it allocated.
func work(f func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

// measurement is one function on one shape.
type measurement struct {
	name string
	most int
	run  func(n int) (time.Duration, uint64)
}

// result says how work grows: as n to the power of the numbers.
type result struct {
	name        string
	large       int
	took        time.Duration // at the large size
	time, bytes float64
}

func (r result) String() string {
	return fmt.Sprintf("%s: n^%.2f in time, n^%.2f in bytes; %v at n=%d", r.name, r.time, r.bytes, r.took, r.large)
}

// The large size is so many times the small one, and is doubled until the function takes a while there.
const (
	apart = 8
	while = 4 * time.Millisecond
)

// growth measures at two sizes. A machine that does something else makes a run slower and never faster, so that the fastest of several runs counts, and the
// gentlest of several attempts.
func (m *measurement) growth() result {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // collecting garbage would count for whatever runs then
	large := 8 * apart
	for large < m.most {
		if took, _ := m.run(large); took > while {
			break
		}
		large *= 2
	}
	best := result{name: m.name, time: math.Inf(1), bytes: math.Inf(1)}
	for range 8 {
		small, smallBytes := m.best(large / apart)
		took, bytes := m.best(large)
		best.large, best.took = large, took
		best.time, best.bytes = min(best.time, exponent(float64(took), float64(small), 20_000)), min(best.bytes, exponent(float64(bytes), float64(smallBytes), 4096))
		runtime.GC()
		if best.time <= maxTime && best.bytes <= maxBytes {
			break
		}
	}
	return best
}

// best returns the least of several runs.
func (m *measurement) best(n int) (time.Duration, uint64) {
	took, bytes := m.run(n)
	for range 4 {
		t, b := m.run(n)
		took, bytes = min(took, t), min(bytes, b)
	}
	return took, bytes
}

// exponent returns k so that large is small times apart to the power of k. What is below the floor counts as the floor.
func exponent(large, small, floor float64) float64 {
	return math.Log(max(large, floor)/max(small, floor)) / math.Log(apart)
}
