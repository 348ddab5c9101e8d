package policy

import (
	"cmp"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// yamlNode is a value of YAML. Libraries fill it through UnmarshalYAML, which sees more than a library tells in an any: the order of keys,
// repeated keys, the spelling of scalars, tags and merge keys.
type yamlNode struct {
	read    bool // the library has called UnmarshalYAML, or the node is made of what the library gave
	kind    yamlKind
	value   any         // of a scalar; not a string in all cases
	raw     string      // the scalar as written; "" if unknown
	tag     string      // such as !!str; "" if unknown
	badTag  bool        // no policy has the tag, or the library does not read what it stands at
	changed bool        // the text is not the one that was written
	source  string      // the text of the node, from libraries that give it
	entries []yamlEntry // of a mapping
	list    []*yamlNode // of a list; nil elements are null
}

type yamlKind int

const (
	yamlScalar yamlKind = iota
	yamlMapping
	yamlList
)

// yamlEntry is a key of a mapping with its value, which is nil for null.
type yamlEntry struct {
	key  any
	node *yamlNode
}

// plainTags are the tags of what a policy can hold, and of what is refused for its value.
var plainTags = []string{"", "!", "!!str", "!!bool", "!!int", "!!float", "!!null", "!!map", "!!seq", "!!timestamp"}

const mergeReason = "a merge key (<<) hides what the policy says: write the keys out"

var errMergeKey = errors.New(mergeReason)

// readYAML reads the value again as a tree; it returns plain, which was made of an any, if unmarshal does not know the ways of the libraries.
// The error is that of a merge key.
func readYAML(unmarshal func(any) error, plain *yamlNode) (*yamlNode, error) {
	var root yamlNode
	err := tryYAML(unmarshal, &root)
	if errors.Is(err, errMergeKey) {
		return nil, &YAMLError{Reason: mergeReason}
	}
	if root.source != "" {
		// This library keeps the Go value of each anchor for its aliases. Another read leaves plain values, not nodes of this package.
		var again any
		_ = tryYAML(unmarshal, &again)
	}
	read := &root
	if err != nil || !root.complete() {
		read = plain
	}
	if strings.Count(yamlComment.ReplaceAllString(root.source, "$1"), "<<") > read.countMarks() {
		return nil, &YAMLError{Reason: mergeReason}
	}
	return read, nil
}

// tryYAML reads into a type of this package. A library may refuse the type in any way.
func tryYAML(unmarshal func(any) error, into any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the value cannot be read this way")
		}
	}()
	return unmarshal(into)
}

// complete reports whether everything was read through UnmarshalYAML.
func (n *yamlNode) complete() bool {
	if n == nil {
		return true // null
	}
	return n.read && !slices.ContainsFunc(n.list, func(e *yamlNode) bool { return !e.complete() }) &&
		!slices.ContainsFunc(n.entries, func(e yamlEntry) bool { return !e.node.complete() })
}

// countMarks counts the marks of merge keys in texts, where they mean nothing.
func (n *yamlNode) countMarks() int {
	if n == nil {
		return 0
	}
	text, _ := n.value.(string)
	count := strings.Count(text, "<<")
	for _, e := range n.list {
		count += e.countMarks()
	}
	for _, e := range n.entries {
		name, _ := e.key.(string)
		count += strings.Count(name, "<<") + e.node.countMarks()
	}
	return count
}

// yamlComment finds a comment behind a text without quotation marks, in which a # would be no comment.
var yamlComment = regexp.MustCompile(`(?m)(^|^[^"'#]*[ \t])#.*$`)

// yamlSource receives the text of a node from github.com/goccy/go-yaml.
type yamlSource struct{ text string }

func (s *yamlSource) UnmarshalYAML(text []byte) error {
	s.text = string(text)
	return nil
}

// yamlTag finds the tag in the words in which gopkg.in/yaml.v2 and v3 refuse a Go type that fits no node.
var yamlTag = regexp.MustCompile(`cannot unmarshal (!\S*)`)

// UnmarshalYAML fills n. The error is errMergeKey; nodes that cannot be read stay unread.
func (n *yamlNode) UnmarshalYAML(unmarshal func(any) error) error {
	*n = yamlNode{}
	var value any
	if tryYAML(unmarshal, &value) != nil {
		return nil
	}
	if same, ok := value.(yamlNode); ok { // an alias of what was read before
		*n = same
		return nil
	}
	var source yamlSource
	_ = tryYAML(unmarshal, &source)
	n.source = strings.TrimSpace(source.text)
	if n.source == "" {
		if err := tryYAML(unmarshal, new(chan int)); err != nil {
			if found := yamlTag.FindStringSubmatch(err.Error()); found != nil {
				n.tag = found[1]
			}
		}
	} else if strings.HasPrefix(n.source, "!") {
		n.tag = strings.Fields(n.source)[0]
	}
	n.badTag = !slices.Contains(plainTags, n.tag)
	switch v := reflect.ValueOf(value); {
	case n.badTag:
		n.read = true
	case isYAMLMapping(v):
		n.kind = yamlMapping
		return n.readMapping(unmarshal, v.Len())
	case isYAMLList(v):
		n.kind = yamlList
		err := tryYAML(unmarshal, &n.list)
		if errors.Is(err, errMergeKey) {
			return errMergeKey
		}
		n.end(err == nil && len(n.list) == v.Len())
	default:
		n.value, n.read = value, true
		n.raw = strings.TrimSpace(strings.TrimPrefix(n.source, n.tag))
		if n.source == "" {
			_ = tryYAML(unmarshal, &n.raw)
		}
		n.changed = n.source != "" && n.tag == "!!str" && !strings.ContainsAny(n.raw[:min(1, len(n.raw))], "\"'|>") &&
			value != strings.Join(strings.Fields(n.raw), " ")
	}
	return nil
}

// yamlKey is a key and when it was read. Two of the same name are two.
type yamlKey struct {
	turn uint64
	key  any
}

// yamlTurn counts the keys that were read, to tell their order in a mapping. Only the order of numbers from one mapping is used.
var yamlTurn atomic.Uint64

func (k *yamlKey) UnmarshalYAML(unmarshal func(any) error) error {
	k.turn = yamlTurn.Add(1)
	if err := tryYAML(unmarshal, &k.key); err != nil {
		return err
	}
	if t := reflect.TypeOf(k.key); t != nil && !t.Comparable() {
		k.key = yamlOther{t}
	}
	if same, ok := k.key.(yamlNode); ok {
		k.key = same.value
	}
	return nil
}

// yamlOther stands for a key that Go cannot compare.
type yamlOther struct{ reflect.Type }

// readMapping reads the entries of a mapping of which the library has told so many.
func (n *yamlNode) readMapping(unmarshal func(any) error, many int) error {
	var found map[yamlKey]*yamlNode
	err := tryYAML(unmarshal, &found)
	if errors.Is(err, errMergeKey) {
		return errMergeKey
	}
	keys := slices.SortedFunc(maps.Keys(found), func(a, b yamlKey) int { return cmp.Compare(a.turn, b.turn) })
	for _, k := range keys {
		n.entries = append(n.entries, yamlEntry{k.key, found[k]})
	}
	n.end(err == nil && len(keys) >= many) // fewer: a null key was passed over
	if n.read && n.source == "" && hasMergeKey(unmarshal) {
		return errMergeKey
	}
	return nil
}

// end says whether the node could be read. One with a tag that could not is refused for the tag: github.com/goccy/go-yaml reads !!map and !!seq
// into an any only.
func (n *yamlNode) end(read bool) {
	n.badTag = !read && n.tag != "" && n.source != ""
	n.read = read || n.badTag
}

// yamlTrap is a key that Go cannot hash.
type yamlTrap struct{ key any }

func (k *yamlTrap) UnmarshalYAML(func(any) error) error {
	k.key = []int(nil)
	return nil
}

// hasMergeKey reports whether a mapping without null has a merge key. gopkg.in/yaml.v3 applies merge keys without a word, but looks up every
// key that it merges, and only these, among those that it has: no value fits a channel, so that no other key reaches a map. The lookup of a
// key that cannot be hashed panics.
func hasMergeKey(unmarshal func(any) error) (found bool) {
	defer func() {
		if e, ok := recover().(runtime.Error); ok {
			found = strings.Contains(e.Error(), "unhashable")
		}
	}()
	var trap map[yamlTrap]chan int
	_ = unmarshal(&trap)
	return false
}

func isYAMLMapping(v reflect.Value) bool {
	return v.IsValid() && (v.Kind() == reflect.Map || v.Kind() == reflect.Slice && isYAMLItem(v.Type().Elem()))
}

func isYAMLList(v reflect.Value) bool {
	return v.IsValid() && v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8
}

// isYAMLItem reports whether the type is an item of an ordered mapping, as the libraries have it: MapItem{Key, Value any}.
func isYAMLItem(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	key, hasKey := t.FieldByName("Key")
	value, hasValue := t.FieldByName("Value")
	return hasKey && hasValue && key.Type.Kind() == reflect.Interface && value.Type.Kind() == reflect.Interface
}

// yamlFromAny makes a node of the value that a library gave; nil for null.
func yamlFromAny(v reflect.Value) *yamlNode {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	n := &yamlNode{read: true}
	switch {
	case v.Kind() == reflect.Map:
		n.kind = yamlMapping
		for it := v.MapRange(); it.Next(); {
			n.entries = append(n.entries, yamlEntry{yamlKeyOf(it.Key()), yamlFromAny(it.Value())})
		}
		sortYAML(n.entries)
	case isYAMLMapping(v):
		n.kind = yamlMapping
		for i := range v.Len() {
			item := v.Index(i)
			n.entries = append(n.entries, yamlEntry{yamlKeyOf(item.FieldByName("Key")), yamlFromAny(item.FieldByName("Value"))})
		}
	case isYAMLList(v):
		n.kind = yamlList
		for i := range v.Len() {
			n.list = append(n.list, yamlFromAny(v.Index(i)))
		}
	case v.CanInterface():
		n.value = v.Interface()
	default:
		n.value = struct{}{}
	}
	return n
}

// yamlKeyOf is the key as a string if it is of a string type.
func yamlKeyOf(v reflect.Value) any {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return nil
	case v.Kind() == reflect.String:
		return v.String()
	case v.Type() == reflect.TypeFor[time.Time](), v.CanInt(), v.CanUint(), v.CanFloat(), v.Kind() == reflect.Bool:
		return v.Interface()
	}
	return yamlOther{v.Type()}
}
