// Package pages reads a list to its end.
package pages

import (
	"context"
	"errors"
)

// errRepeated ends a list that would never end.
var errRepeated = errors.New("the service gave the same page token twice")

// All calls next until it gives no further token. A page may be empty and still have a successor.
// On an error it returns what it has so far and the error: a list that broke off is not a short list.
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
