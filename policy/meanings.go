package policy

// meanings finds statements by their meaning, so that a document of n statements is not gone through n times. Sids do not count. The zero value is
// empty and ready to use.
type meanings struct {
	exact map[sense]*numbers
	loose map[string]*numbers // by text, whatever the partition
	w     canonWriter
}

// numbers are those of statements that mean the same, in their order.
type numbers []int

// sense is what a statement means. Two statements mean the same if and only if their texts are equal and so are their partitions, unless one of them
// is open: its account ids are then accounts of the other's partition.
type sense struct {
	text      string // with the accounts of the statement's partition written without it
	partition string // the one that the statement's ARNs name; "" if they name none
	open      bool   // an account id has no partition of its own
}

func (m *meanings) sense(n *node) sense {
	m.w.loose = true
	c := newCanon(&m.w, n, "", nil)
	return sense{c.meaning(), c.partition, c.open}
}

// add adds the statement under a number that is greater than all before.
func (m *meanings) add(number int, n *node) {
	if m.exact == nil {
		m.exact, m.loose = map[sense]*numbers{}, map[string]*numbers{}
	}
	s := m.sense(n)
	addTo(m.exact, s, number)
	addTo(m.loose, s.text, number)
}

func addTo[K comparable](by map[K]*numbers, key K, number int) {
	if by[key] == nil {
		by[key] = &numbers{}
	}
	*by[key] = append(*by[key], number)
}

// find returns the first statement that means the same and is not to be skipped; -1 if there is none. Once skipped, a statement is never found again.
func (m *meanings) find(n *node, skip func(number int) bool) int {
	s := m.sense(n)
	lists := []*numbers{m.exact[s], m.exact[sense{text: s.text, open: true}]}
	if s.open {
		lists = []*numbers{m.loose[s.text]}
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
