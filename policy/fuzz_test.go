package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	. "github.com/xacct/xacct/policy"
)

func addCorpus(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add([]byte(text))
	}
	for _, tc := range equalCases {
		f.Add([]byte(doc(tc.a)))
		f.Add([]byte(doc(tc.b)))
	}
}

// FuzzParse checks that an accepted document is JSON and is returned byte for byte, also through the URL-encoded form, and that no input
// causes a panic.
func FuzzParse(f *testing.F) {
	addCorpus(f)
	f.Add([]byte(`{"Statement":[{"Effect":"Allow","Action":"*"}],"x":[0,-1.5e+3,null,true,"\ud83d\ude00"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			if !d.IsZero() || !strings.HasPrefix(err.Error(), "policy: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("document %v, error %q", d, err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatal("accepted, but not JSON")
		}
		if !bytes.Equal(d.Bytes(), data) {
			t.Fatalf("other bytes: %q", d.Bytes())
		}
		if e, err := ParseEncoded(url.PathEscape(string(data))); err != nil || !bytes.Equal(e.Bytes(), data) {
			t.Fatalf("URL-encoded: %v, %q", err, e.Bytes())
		}
		for _, kind := range kinds {
			d.Validate(kind)
			d.Warnings(kind)
			if used, quota := d.Size(kind); used < 0 || used > len(data) || quota <= 0 {
				t.Errorf("size %d of %d", used, quota)
			}
		}
		for s := range d.All() {
			s.Explain()
			if s.Sid() != "" && !s.WithSid(s.Sid()).Equal(s) {
				t.Errorf("the same Sid changes the statement: %s", s)
			}
			actions, _ := s.Actions()
			if rebuilt := Allow(actions...); rebuilt.Effect() != "Allow" {
				t.Errorf("built out of %q: %s", actions, rebuilt)
			}
		}
		Public(d)
		Dangling(d)
		var indented Document
		if err := json.Unmarshal([]byte(d.String()), &indented); err != nil || !indented.Equal(d) {
			t.Errorf("not equal to its own text for people: %v\n%s", err, d)
		}
	})
}

// FuzzEdit checks that a second With changes nothing, that Without undoes With, and that other statements keep their bytes.
func FuzzEdit(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add([]byte(text), "XacctNew", "s3:GetObject")
	}
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Action":"*"}}`), "\"<é\x00", "\\")
	f.Fuzz(func(t *testing.T, data []byte, sid, action string) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		ours := Deny(action).WithSid(sid)
		if _, taken := d.Statement(ours.Sid()); taken || ours.Sid() == "" {
			return
		}
		checkEdits(t, d, ours)
		other := ours.On("*")
		if with := d.With(ours); with.With(other).Len() != with.Len() || with.With(other).Equal(with) {
			t.Errorf("another statement of the Sid does not take its place")
		} else if _, err := with.Merge(other); err == nil {
			t.Errorf("Merge overwrites")
		}
		for s := range d.All() {
			if s.Sid() != "" && d.Without(s.Sid()).With(s).Without(s.Sid()).Len() != d.Without(s.Sid()).Len() {
				t.Errorf("Without(%q) leaves some", s.Sid())
			}
		}
	})
}

// FuzzEqual checks that a document equals itself and its rendering by S3, in both directions, and differs after any change of one value.
func FuzzEqual(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add([]byte(text), []byte(`{"Statement":[]}`), uint64(3))
	}
	for i, tc := range equalCases {
		f.Add([]byte(doc(tc.a)), []byte(doc(tc.b)), uint64(i))
	}
	f.Fuzz(func(t *testing.T, left, right []byte, seed uint64) {
		a, err := Parse(left)
		if err != nil {
			return
		}
		if again, _ := Parse(left); !a.Equal(a) || !a.Equal(again) {
			t.Fatal("not equal to itself")
		}
		if b, err := Parse(right); err == nil && a.Equal(b) != b.Equal(a) {
			t.Fatal("not the same both ways round")
		}
		for _, edited := range editOneValue(left, rand.New(rand.NewPCG(seed, 1))) {
			b, err := Parse(edited)
			if err != nil {
				continue // a word that stands for Effect, a principal, or a document's member
			}
			if a.Equal(b) || b.Equal(a) {
				t.Fatalf("a changed value is overlooked:\n%s\n%s", left, edited)
			}
		}
	})
}

// editOneValue returns documents that each differ from the given one in one string or number: it inserts a text that no original has. It
// finds the values itself, without the package under test.
func editOneValue(text []byte, rng *rand.Rand) [][]byte {
	var out [][]byte
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	type frame struct{ object, key bool }
	var stack []frame
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		top := len(stack) - 1
		isKey := top >= 0 && stack[top].object && stack[top].key
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				if top >= 0 {
					stack[top].key = true
				}
				stack = append(stack, frame{object: v == '{', key: true})
				continue
			}
			stack = stack[:top]
			continue
		case string:
			if end := int(dec.InputOffset()); !isKey {
				start := end - 1 - rng.IntN(2) // where to insert: at the end, or one byte earlier if that byte needs no escape
				if start < 1 || text[start-1] < 'a' || text[start-1] > 'z' || text[end-2] < 'a' || text[end-2] > 'z' {
					start = end - 1
				}
				out = append(out, fmt.Appendf(nil, "%s~%d%s", text[:start], rng.IntN(1000), text[start:]))
			}
		case json.Number:
			end := int(dec.InputOffset())
			out = append(out, fmt.Appendf(nil, "%s7%s", text[:end], text[end:]))
		}
		if top >= 0 && stack[top].object {
			stack[top].key = !isKey
		}
	}
}

func TestEditOneValue(t *testing.T) {
	n := 0
	for name, text := range corpus(t) {
		a := mustParse(t, text)
		for _, edited := range editOneValue([]byte(text), rand.New(rand.NewPCG(1, 1))) {
			b, err := Parse(edited)
			if err != nil {
				continue
			}
			n++
			if a.Equal(b) || b.Equal(a) {
				t.Errorf("%s: a changed value is overlooked:\n%s", name, edited)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d changed values tried", n)
	}
	t.Logf("%d changed values", n)
}
