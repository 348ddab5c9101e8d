package authz

import (
	"maps"
	"slices"
	"strings"
)

// manyKeys is the number of keys in a request from which they are looked up in a map instead of a linear search.
const manyKeys = 200

// factIndex holds what a request gives, by key in lower case.
type factIndex struct {
	context  map[string]givenKey
	like     map[string]string // the spelling that counts
	among    map[string][]string
	absent   map[string]bool
	prefixes []string // of absent keys, in lower case and sorted; none begins with another
}

// givenKey is a key of the context: the values of all spellings, and the number of these.
type givenKey struct {
	values    []string
	spellings int
}

func newFactIndex(r *Request) *factIndex {
	ix := &factIndex{context: map[string]givenKey{}, like: map[string]string{}, among: map[string][]string{}, absent: map[string]bool{}}
	for _, k := range slices.Sorted(maps.Keys(r.Context)) {
		of := ix.context[strings.ToLower(k)]
		if of.spellings++; of.spellings == 1 {
			of.values = r.Context[k]
		} else {
			of.values = append(slices.Clip(of.values), r.Context[k]...)
		}
		ix.context[strings.ToLower(k)] = of
	}
	for k := range r.Like {
		if have, found := ix.like[strings.ToLower(k)]; !found || k < have {
			ix.like[strings.ToLower(k)] = k
		}
	}
	for k, values := range r.Among {
		ix.among[strings.ToLower(k)] = append(slices.Clip(ix.among[strings.ToLower(k)]), values...)
	}
	var prefixes []string
	for _, k := range r.Absent {
		ix.absent[strings.ToLower(k)] = true
		if prefix, ok := strings.CutSuffix(k, "*"); ok {
			prefixes = append(prefixes, strings.ToLower(prefix))
		}
	}
	slices.Sort(prefixes)
	for _, p := range prefixes {
		if n := len(ix.prefixes); n == 0 || !strings.HasPrefix(p, ix.prefixes[n-1]) {
			ix.prefixes = append(ix.prefixes, p)
		}
	}
	return ix
}

// misses reports whether the key, which is in lower case, is listed as absent.
func (ix *factIndex) misses(key string) bool {
	if ix.absent[key] {
		return true
	}
	i, found := slices.BinarySearch(ix.prefixes, key)
	return found || i > 0 && strings.HasPrefix(key, ix.prefixes[i-1])
}
