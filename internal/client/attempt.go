package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// attempt makes a call once and logs it. An error that says what is wrong with the client is a [plan.ConfigError], which the notebook of ctx notes.
func attempt[I, O, F any](
	ctx context.Context, s slots, n int, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, o []func(*F),
) (*O, error) {
	begun := time.Now()
	out, err := call(ctx, in, o...)
	logCall(ctx, s, n, in, out, err, time.Since(begun))
	err = task.NewConfigError(s.account, s.region, err)
	if book, ok := ctx.Value(notebookKey{}).(*Notebook); ok {
		book.note(err)
	}
	return out, err
}

// Notebook notes what is wrong with the clients that calls are made with.
type Notebook struct {
	mu    sync.Mutex
	flaws []*plan.ConfigError
}

type notebookKey struct{}

// WithNotebook returns a context whose calls note what is wrong with their clients.
func WithNotebook(ctx context.Context) (context.Context, *Notebook) {
	book := &Notebook{}
	return context.WithValue(ctx, notebookKey{}, book), book
}

// WithoutNotebook returns a context whose calls note nothing: whatever is wrong with their clients, the rest can go on.
func WithoutNotebook(ctx context.Context) context.Context {
	return context.WithValue(ctx, notebookKey{}, nil)
}

func (b *Notebook) note(err error) {
	var flaw *plan.ConfigError
	if !errors.As(err, &flaw) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flaws = append(b.flaws, flaw)
}

// Err joins what was noted that concerns the whole of one of the accounts, once each: the account's credentials have expired or are missing, or its
// clients have no Region. Credentials that are refused may be so in one Region only.
func (b *Notebook) Err(accounts []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.SortFunc(b.flaws, func(x, y *plan.ConfigError) int {
		return strings.Compare(fmt.Sprint(x.Account, x.Flaw, x.Region, x), fmt.Sprint(y.Account, y.Flaw, y.Region, y))
	})
	var errs []error
	var last *plan.ConfigError
	for _, flaw := range b.flaws {
		whole := flaw.Flaw != task.RefusedCredentials && slices.Contains(accounts, flaw.Account)
		if whole && (last == nil || flaw.Account != last.Account || flaw.Flaw != last.Flaw) {
			errs, last = append(errs, flaw), flaw
		}
	}
	return errors.Join(errs...)
}
