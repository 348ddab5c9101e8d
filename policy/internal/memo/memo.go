// Package memo lets packages under policy keep a value that they derived from an immutable document together with the document.
package memo

import "sync/atomic"

// Key is an argument of functions that only packages under policy may call: no other package can name the type.
type Key struct{ _ int }

// Cell holds one derived value. The zero Cell is empty. It is safe for concurrent use.
type Cell struct{ p atomic.Pointer[any] }

// Get returns the value and builds it on the first call. Concurrent first calls may each build a value; all of them return the same one.
func (c *Cell) Get(build func() any) any {
	if v := c.p.Load(); v != nil {
		return *v
	}
	v := build()
	if c.p.CompareAndSwap(nil, &v) {
		return v
	}
	return *c.p.Load()
}
