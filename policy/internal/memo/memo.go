// Package memo lets packages under policy keep, behind an immutable document, what they derived from it.
package memo

import "sync/atomic"

// Key admits a caller to a document's cell. Only packages under policy can name it.
type Key struct{ _ int }

// Cell holds one derived value. The zero Cell is empty. It is safe for concurrent use.
type Cell struct{ p atomic.Pointer[any] }

// Get returns the value, building it the first time. Goroutines that come together may each build one; all get the same.
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
