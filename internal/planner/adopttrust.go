package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// tighter says in what the trust policy of a role is tighter than the one that an adoption writes, in words: its denials, and its conditions beyond those on
// the account and the Regions of DataSync. Regions are those to which it limits DataSync.
func tighter(w desired.Role, s iamrole.State) (words, regions []string) {
	i := 0
	for st := range s.Trust.All() {
		i++
		if st.Effect() == "Deny" {
			words = append(words, "a Deny in "+text.Named(st.Sid(), i))
			continue
		}
		for _, c := range st.Conditions() {
			limits, ours := trustedRegions(w, c)
			if !ours {
				words = append(words, fmt.Sprintf("a condition on %s in %s", c.Key(), text.Named(st.Sid(), i)))
			}
			regions = append(regions, limits...)
		}
	}
	slices.Sort(regions)
	return words, slices.Compact(regions)
}

// trustedRegions reports whether the condition is one of those that our trust policies have, and to which Regions it limits DataSync.
func trustedRegions(w desired.Role, c policy.Condition) (regions []string, ours bool) {
	like := slices.Contains([]string{"ArnLike", "ArnEquals", "StringLike"}, c.Operator())
	switch key := strings.ToLower(c.Key()); {
	case key == "aws:sourceaccount" && (c.Operator() == "StringEquals" || c.Operator() == "StringLike"):
		return nil, slices.Contains(c.Values(), w.Account)
	case key != "aws:sourcearn" || !like:
		return nil, false
	}
	for _, v := range c.Values() {
		a, ok := region.ParseARN(v)
		switch {
		case !ok || a.Service != "datasync" || a.Account != w.Account && a.Account != "*" || a.Resource != "*":
			return nil, false
		case a.Region == "*":
			return nil, true
		}
		regions = append(regions, a.Region)
	}
	return regions, true
}
