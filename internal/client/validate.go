package client

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// Validate reports the keys that are no account ids, joined, each a [problem.Problem]. The clients below such a key would never be used.
func (c Set) Validate() error {
	var l problem.List
	for _, account := range slices.Sorted(maps.Keys(c)) {
		region.CheckAccount(&l, fmt.Sprintf("Clients[%q]", account), account, true)
	}
	return l.Err()
}
