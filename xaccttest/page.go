package xaccttest

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// page returns one page of items, and the token of the next page, "" at the end. most is the greatest number of items that the caller wants; 0
// is the cloud's page size. Tokens are opaque and valid for one operation only.
func page[T any](c *Cloud, operation string, items []T, token *string, most int32) (part []T, next string, err error) {
	from := 0
	if token != nil && *token != "" {
		raw, decodeErr := base64.RawURLEncoding.DecodeString(*token)
		name, number, _ := strings.Cut(string(raw), " ")
		from, err = strconv.Atoi(number)
		if decodeErr != nil || err != nil || name != operation || from < 0 {
			return nil, "", errBadToken
		}
	}
	size := c.opts.PageSize
	if most > 0 && int(most) < size {
		size = int(most)
	}
	from = min(from, len(items))
	to := min(from+size, len(items))
	if to < len(items) {
		next = base64.RawURLEncoding.EncodeToString([]byte(operation + " " + strconv.Itoa(to)))
	}
	return items[from:to], next, nil
}

type tokenError struct{}

func (tokenError) Error() string { return "the token is not one of this operation" }

var errBadToken error = tokenError{}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
