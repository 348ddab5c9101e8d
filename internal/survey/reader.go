package survey

import (
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
)

// reader reads into a snapshot, many things at a time.
type Reader struct {
	*snapshot.Snapshot
	clients client.Set
	mu      sync.Mutex // guards the snapshot
}

func NewReader(c client.Set) *Reader {
	return &Reader{Snapshot: snapshot.New(maps.Keys(c)), clients: c}
}

func (s *Reader) fail(what string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.Failures[what]; have == nil || err.Error() < have.Error() { // of several the same one every time, whichever came first
		s.Failures[what] = err
	}
}

// FirstError is one of the snapshot's errors; nil if there is none.
func (s *Reader) FirstError() error {
	for _, what := range slices.Sorted(maps.Keys(s.Failures)) {
		return s.Failures[what]
	}
	return nil
}
