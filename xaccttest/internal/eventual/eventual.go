// Package eventual has values whose changes are seen late.
package eventual

// Observer is a system of AWS to which a change becomes visible independently of the others.
type Observer int

// The observers.
const (
	ByAPI       Observer = iota // read calls of the service's API
	ByAccess                    // access decisions: policies of callers and of DataSync's roles, trust policies
	ByPrincipal                 // the check that the principals of a policy exist
	observers
)

// Value is a value whose changes become visible only after a number of reads. The zero Value holds the zero T.
type Value[T any] struct {
	seen    T // the value that every observer sees
	pending []version[T]
}

type version[T any] struct {
	value T
	left  [observers]int // number of reads that do not see it yet
}

// Set changes the value; the next n reads of each observer do not see it.
func (e *Value[T]) Set(value T, n int) {
	if n <= 0 {
		e.seen, e.pending = value, nil
		return
	}
	v := version[T]{value: value}
	for o := range v.left {
		v.left[o] = n
	}
	e.pending = append(e.pending, v)
}

// Latest is the value after all changes.
func (e *Value[T]) Latest() T {
	if n := len(e.pending); n > 0 {
		return e.pending[n-1].value
	}
	return e.seen
}

// Peek is the value that o sees. It does not count as a read.
func (e *Value[T]) Peek(o Observer) T {
	value := e.seen
	for i := range e.pending {
		if e.pending[i].left[o] > 0 {
			break
		}
		value = e.pending[i].value
	}
	return value
}

// Read is the value that o sees. It counts as a read.
func (e *Value[T]) Read(o Observer) T {
	value := e.Peek(o)
	for i := range e.pending {
		if e.pending[i].left[o] > 0 {
			e.pending[i].left[o]--
		}
	}
	for len(e.pending) > 0 && e.pending[0].left == [observers]int{} {
		e.seen, e.pending = e.pending[0].value, e.pending[1:]
	}
	return value
}

// Settled reports whether every observer sees the latest value.
func (e *Value[T]) Settled() bool { return len(e.pending) == 0 }

// ReadAll counts as a read of every observer.
func (e *Value[T]) ReadAll() {
	for o := range observers {
		e.Read(o)
	}
}
