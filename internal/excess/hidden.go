package excess

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// comparison compares one statement of an inline policy with the presets.
type comparison struct {
	*opened
	st                     policy.Statement
	m                      *more
	whole, bare            policy.Document // the statement and the guards, with and without what the role's policies deny
	actions, resources     []string        // the statement's patterns
	notAction, notResource bool

	shown  map[pair]bool // of these a request was found that is allowed and more
	hidden []hidden
	calls  int
}

// pair are an action pattern and a resource pattern of a statement, for actions that a preset has or for others. What a statement has by its exceptions
// has stars.
type pair struct {
	action, resource string
	needed           bool
}

// hidden is a pair of which a request would be more, and is denied.
type hidden struct {
	pair
	triedAction, triedResource string
}

// pairOf returns the patterns by which the statement has the request.
func (c *comparison) pairOf(action, resource string) pair {
	p := pair{"*", "*", c.needs(action)}
	if !c.notAction {
		p.action = named(c.actions, action)
	}
	if !c.notResource {
		p.resource = named(c.resources, resource)
	}
	return p
}

func (c *comparison) actionName(action string) string {
	return excepted(c.notAction, c.actions, named(c.actions, action), "every action")
}

func (c *comparison) resourceName(resource string) string {
	return excepted(c.notResource, c.resources, named(c.resources, resource), "every resource")
}

// try notes what is more about the request, and reports whether it is allowed and more.
func (c *comparison) try(action, resource string) bool {
	d := c.call(c.whole, action, resource)
	if d.Effect.Denied() {
		return false
	}
	c.note(c.m, c.st, d)
	switch {
	case !c.needs(action):
		c.m.actions = appendNew(c.m.actions, c.actionName(action))
	case c.within(action, resource):
		c.conditions(c.st, action, resource, c.m)
	default:
		c.m.resources = appendNew(c.m.resources, c.resourceName(resource))
	}
	if c.shown == nil {
		c.shown = map[pair]bool{}
	}
	c.shown[c.pairOf(action, resource)] = true
	return true
}

// hide remembers a request that is denied and would be more without the role's Deny statements, one for each pair of patterns.
func (c *comparison) hide(action, resource string) {
	p := c.pairOf(action, resource)
	if len(c.denies) == 0 || slices.ContainsFunc(c.hidden, func(h hidden) bool { return h.pair == p }) || c.call(c.bare, action, resource).Effect.Denied() {
		return
	}
	c.hidden = append(c.hidden, hidden{p, action, resource})
}

// unhide looks at the pairs of which a request is denied and none was found that is more. It tries other words, unless the Deny statements deny all of
// the pair.
func (c *comparison) unhide() {
	cov := &cover{fine: c.fine, denied: c.denied, sure: c.sure}
	for _, h := range c.hidden {
		name := c.actionName(h.triedAction)
		if c.shown[h.pair] || slices.Contains(c.m.actions, name) {
			continue
		}
		if !cov.whole(c.denies, h.action, h.resource) && !c.tryOthers(h) {
			c.m.hidden = appendNew(c.m.hidden, name+" on "+c.resourceName(h.triedResource))
		}
	}
}

// fine reports whether the pair is an exception of the statement.
func (c *comparison) fine(action, resource string) bool {
	return c.notAction && anyHas(c.actions, action, actionHas) || c.notResource && anyHas(c.resources, resource, resourceHas)
}

func anyHas(patterns []string, one string, has func(pattern, one string) bool) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return has(p, one) })
}

// denied reports whether the Deny statements, each of which has all of the pair, and the presets that have all of it leave nothing of it that is allowed and
// more. The condition keys decide that, and they are the same for all of the pair.
func (c *comparison) denied(all policy.Statements, action, resource string) bool {
	presets := slices.DeleteFunc(slices.Clone(c.presets), func(preset policy.Statement) bool {
		actions, resources := leftOf(preset, action, resource)
		return len(actions)+len(resources) > 0
	})
	return c.call(c.document(c.st, all, guards(presets)), actionOf(action, word), resourceOf(resource, word, c.t.Partition)).Effect.Denied()
}

// sure reports whether the Deny denies a request of the pair, whatever the condition keys.
func (c *comparison) sure(d policy.Statement, action, resource string) bool {
	return c.call(c.document(policy.Allow("*").On("*"), policy.Statements{d}, nil), actionOf(action, word), resourceOf(resource, word, c.t.Partition)).Effect == authz.ExplicitlyDenied
}

// tryOthers tries other requests of the pair, until one is allowed and more.
func (c *comparison) tryOthers(h hidden) bool {
	actions, resources := []string{h.triedAction}, []string{h.triedResource}
	for _, w := range words {
		actions = appendNew(actions, actionOf(h.action, w))
		resources = appendNew(resources, resourceOf(h.resource, w, c.t.Partition))
	}
	for _, action := range actions {
		for _, resource := range resources {
			if c.calls++; c.calls > maxOpenedCalls {
				return false
			}
			if allows(c.st, action) && covers(c.st, resource) && c.try(action, resource) {
				return true
			}
		}
	}
	return false
}

// actionOf is an action of the pattern, with the word in place of wildcards.
func actionOf(pattern, w string) string {
	service, name, ok := strings.Cut(pattern, ":")
	if !ok { // the wildcard stands for the colon too
		service, name = strings.TrimRight(pattern, "*"), "*"
	}
	return cmp.Or(instance(service, w), w, "xacct") + ":" + cmp.Or(instance(name, w), "k")
}

// resourceOf is a resource of the pattern, with the word in place of wildcards.
func resourceOf(pattern, w, partition string) string {
	if strings.Trim(pattern, "*") != "" {
		return instance(pattern, w)
	}
	return region.Bucket(partition, w+"x") + "/" + w
}
