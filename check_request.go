package xacct

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
)

// sending is the call with its tags. A call that takes none sends none.
func (c ownCall) sending(tags map[string]string) ownCall {
	c.context = maps.Clone(c.context)
	c.absent = append(slices.Clone(c.absent), "aws:RequestTag/*")
	if !slices.Contains(verdict.TaggingCalls, c.action) || len(tags) == 0 {
		c.absent = append(c.absent, "aws:TagKeys")
		return c
	}
	c.context["aws:TagKeys"] = slices.Sorted(maps.Keys(tags))
	for k, v := range tags {
		c.context["aws:RequestTag/"+k] = []string{v}
	}
	return c
}

// bound is the call with the boundary that it sets, or that the role has by then. Of a role that is there and for which none is given it is
// not known which it has.
func (c ownCall) bound(f plan.Facts, role, boundary string) ownCall {
	made := c.action == "iam:CreateRole" || f.IDs[role] == "" && !slices.Contains(f.Unjudged, role)
	switch {
	case !slices.Contains(verdict.BoundaryCalls, c.action):
		c.absent = append(slices.Clone(c.absent), verdict.KeyBoundary)
	case boundary != "":
		c.context = maps.Clone(c.context)
		c.context[verdict.KeyBoundary] = []string{boundary}
	case made:
		c.absent = append(slices.Clone(c.absent), verdict.KeyBoundary)
	}
	return c
}
