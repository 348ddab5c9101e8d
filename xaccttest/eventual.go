package xaccttest

// observer is a system of AWS to which a change becomes visible independently of the others.
type observer int

const (
	byAPI       observer = iota // read calls of the service's API
	byAccess                    // access decisions: policies of callers and of DataSync's roles, trust policies
	byPrincipal                 // the check that the principals of a policy exist
	observers
)

// eventual is a value whose changes become visible only after a number of reads. The zero eventual holds the zero T.
type eventual[T any] struct {
	seen    T // the value that every observer sees
	pending []version[T]
}

type version[T any] struct {
	value T
	left  [observers]int // number of reads that do not see it yet
}

// set changes the value; the next n reads of each observer do not see it.
func (e *eventual[T]) set(value T, n int) {
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

// latest is the value after all changes.
func (e *eventual[T]) latest() T {
	if n := len(e.pending); n > 0 {
		return e.pending[n-1].value
	}
	return e.seen
}

// peek is the value that o sees. It does not count as a read.
func (e *eventual[T]) peek(o observer) T {
	value := e.seen
	for i := range e.pending {
		if e.pending[i].left[o] > 0 {
			break
		}
		value = e.pending[i].value
	}
	return value
}

// read is the value that o sees. It counts as a read.
func (e *eventual[T]) read(o observer) T {
	value := e.peek(o)
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

// settled reports whether every observer sees the latest value.
func (e *eventual[T]) settled() bool { return len(e.pending) == 0 }

// readAll counts as a read of every observer.
func (e *eventual[T]) readAll() {
	for o := range observers {
		e.read(o)
	}
}
