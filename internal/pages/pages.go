// Package pages reads lists that a service returns page by page.
package pages

import (
	"context"
	"errors"
)

// errRepeated stops reading a list whose pages repeat, which would never end.
var errRepeated = errors.New("the service gave the same page token twice")

// All calls next until it returns no further token, and returns the items of all pages. An empty page may have a successor. On an error it
// returns the items read so far and the error: callers must not take them for the complete list.
func All[T any](ctx context.Context, next func(ctx context.Context, token *string) (items []T, more *string, err error)) ([]T, error) {
	var (
		all   []T
		token *string
	)
	for {
		items, more, err := next(ctx, token)
		if err != nil {
			return all, err
		}
		all = append(all, items...)
		if more == nil || *more == "" {
			return all, nil
		}
		if token != nil && *token == *more {
			return all, errRepeated
		}
		token = more
	}
}
