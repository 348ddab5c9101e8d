// Package memo lets packages under policy remember a value that they derived from an immutable document, for as long as somebody uses the value.
package memo

import (
	"sync/atomic"
	"weak"
)

// Key is an argument of functions that only packages under policy may call: no other package can name the type.
type Key struct{ _ int }

// Cell remembers one derived value without keeping it in memory: what is made of the policies of a large fleet takes several times their own memory, and
// each is decided on for a moment only. The zero Cell is empty. It is safe for concurrent use.
type Cell struct{ p atomic.Value }

// Get returns the value that the cell remembers, and builds it if there is none, or if nobody used it when memory was last collected. Concurrent calls may each build a
// value. All values of one cell have one type.
func Get[T any](c *Cell, build func() *T) *T {
	if w, ok := c.p.Load().(weak.Pointer[T]); ok {
		if v := w.Value(); v != nil {
			return v
		}
	}
	v := build()
	c.p.Store(weak.Make(v))
	return v
}
