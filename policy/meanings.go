package policy

import "slices"

// meanings finds statements by their meaning, so that a document of n statements is not gone through n times. Sids do not count. The zero value is
// empty and ready to use.
type meanings struct {
	closed     map[string]*numbers            // statements whose meaning does not depend on a partition, by it
	partitions []string                       // of these
	open       []numbered                     // statements whose account ids have no partition of their own
	in         map[string]map[string]*numbers // these, by partition and by their meaning in it
}

// numbers are those of statements that mean the same, in their order.
type numbers []int

type numbered struct {
	number int
	n      *node
}

// add adds the statement under a number that is greater than all before.
func (m *meanings) add(number int, n *node) {
	if m.closed == nil {
		m.closed, m.in = map[string]*numbers{}, map[string]map[string]*numbers{}
	}
	c := n.canonical(nil)
	if !c.open {
		addTo(m.closed, c.meaning(), number)
		if p := first(c.partition); !slices.Contains(m.partitions, p) {
			m.partitions = append(m.partitions, p)
		}
		return
	}
	m.open = append(m.open, numbered{number, n})
	for p, by := range m.in {
		addTo(by, c.in(p, nil).meaning(), number)
	}
}

func addTo(by map[string]*numbers, key string, number int) {
	if by[key] == nil {
		by[key] = &numbers{}
	}
	*by[key] = append(*by[key], number)
}

// find returns the first statement that means the same and is not to be skipped; -1 if there is none. Once skipped, a statement is never found again.
func (m *meanings) find(n *node, skip func(number int) bool) int {
	c := n.canonical(nil)
	lists := []*numbers{m.closed[c.meaning()], m.openIn(first(c.partition))[c.meaning()]}
	if c.open {
		lists = []*numbers{m.openIn("aws")[c.meaning()]}
		for _, p := range m.partitions {
			lists = append(lists, m.closed[c.in(p, nil).meaning()])
		}
	}
	found := -1
	for _, l := range lists {
		if l == nil {
			continue
		}
		for len(*l) > 0 && skip((*l)[0]) {
			*l = (*l)[1:]
		}
		if len(*l) > 0 && (found < 0 || (*l)[0] < found) {
			found = (*l)[0]
		}
	}
	return found
}

// openIn returns the open statements by their meaning in the partition.
func (m *meanings) openIn(partition string) map[string]*numbers {
	by, ok := m.in[partition]
	if !ok && len(m.open) > 0 {
		by = map[string]*numbers{}
		for _, o := range m.open {
			addTo(by, o.n.canonical(nil).in(partition, nil).meaning(), o.number)
		}
		m.in[partition] = by
	}
	return by
}
