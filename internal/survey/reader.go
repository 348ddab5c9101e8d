package survey

import (
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// Reader reads into the snapshot that it embeds, many things at a time. While its methods run, others must not touch the snapshot.
type Reader struct {
	*snapshot.Snapshot
	clients client.Set
	mu      sync.Mutex // guards the snapshot

	purpose
	proofs   *identities
	accounts map[string]*wholeAccount
	claimed  map[string]bool // the ARNs of tasks that a list led to
	looked   map[string]bool // the transfers whose destinations were looked at

	identified    []string         // the accounts whose clients are being proved to be theirs: nothing counts if one is not
	otherAccounts sync.Once        // identifies the accounts that no transfer names
	unproved      map[string]error // by such an account: why it is not proved whose its clients are

	callers func() map[string]string // waits until the callers are known, and returns their ARNs by account; nil if nobody asks
	writers map[string]bool          // by account whose caller may have to write there: whether reading the caller's role has begun
	named   workers                  // read what the transfers name
}

// NewReader makes a reader with an empty snapshot.
func NewReader(c client.Set) *Reader {
	return &Reader{Snapshot: snapshot.New(maps.Keys(c)), clients: c, proofs: &identities{}}
}

// lock locks the snapshot for writing. What was asked of it may have another answer afterwards.
func (s *Reader) lock() {
	s.mu.Lock()
	s.Unseal()
}

// fail notes why something could not be read. Of several errors it keeps the one whose text sorts first, so that the order of the calls does not
// matter.
func (s *Reader) fail(what string, err error) {
	s.lock()
	defer s.mu.Unlock()
	if have := s.Failures[what]; have == nil || err.Error() < have.Error() {
		s.Failures[what] = err
	}
}

// FirstError is the error of what sorts first among that which could not be read; nil if all could be.
func (s *Reader) FirstError() error {
	for _, what := range slices.Sorted(maps.Keys(s.Failures)) {
		return s.Failures[what]
	}
	return nil
}

// readInto reads one thing with the client and puts it into a map of the snapshot. what is its key there, and in Failures if it cannot be read. err is
// why there is no client, and call names the call that failed, without its error.
func readInto[API, State any](s *Reader, into map[string]State, what string, api API, err error, call plan.CallError, read func(API) (State, error)) {
	if err != nil {
		s.fail(what, err)
		return
	}
	state, err := read(api)
	if err != nil {
		call.Err = err
		s.fail(what, &call)
		return
	}
	s.lock()
	defer s.mu.Unlock()
	into[what] = state
}
