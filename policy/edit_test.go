package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	. "github.com/xacct/xacct/policy"
)

// The cases write each statement as one letter, so that the white space around it is easy to see.
var (
	stA  = Deny("a:a").WithSid("A")
	stB  = Deny("b:b").WithSid("B")
	stB2 = Deny("b:b", "b:c").WithSid("B")
	stC  = Deny("c:c").WithSid("C")
	no   = Deny("n:n")
)

// spell replaces each letter by its statement.
func spell(text string) string {
	for letter, s := range map[string]Statement{"A": stA, "B": stB, "C": stC, "N": no, "2": stB2} {
		text = strings.ReplaceAll(text, "<"+letter+">", s.String())
	}
	return text
}

func TestEdit(t *testing.T) {
	with := func(f ...Fragment) func(Document) Document { return func(d Document) Document { return d.With(f...) } }
	without := func(sids ...string) func(Document) Document {
		return func(d Document) Document { return d.Without(sids...) }
	}
	for _, tc := range []struct {
		name, before string
		edit         func(Document) Document
		want         string
	}{
		{"add to a list", `{"Statement":[<A>]}`, with(stB), `{"Statement":[<A>,<B>]}`},
		{"add to a spaced list", "{\"Statement\": [\n\t<A>\n ] }\n", with(stB), "{\"Statement\": [\n\t<A>,\n\t<B>\n ] }\n"},
		{"add as the others stand", "{\"Statement\":[ <A>\n,\t<C>\r\n]}", with(stB), "{\"Statement\":[ <A>\n,\t<C>\n,\t<B>\r\n]}"},
		{"add two", `{"Statement":[<A>]}`, with(Statements{stB, stC}), `{"Statement":[<A>,<B>,<C>]}`},
		{"add to an empty list", `{"Statement":[]}`, with(stA, stB), `{"Statement":[<A>,<B>]}`},
		{"add to an empty spaced list", "{\"Statement\":[ \n ]}", with(stA), "{\"Statement\":[ \n <A>]}"},
		{"add to a single statement", `{"Statement": <A> }`, with(stB), `{"Statement": [<A>,<B>] }`},
		{"members behind the list", `{"Statement":[<A>],"Id":"x","Version":"2008-10-17"}`, with(stB), `{"Statement":[<A>,<B>],"Id":"x","Version":"2008-10-17"}`},
		{"replace in place", `{"Statement":[<A>, <B> ,<C>]}`, with(stB2), `{"Statement":[<A>, <2> ,<C>]}`},
		{"replace a single statement", `{"Statement": <B> }`, with(stB2), `{"Statement": <2> }`},
		{"leave what means the same", `{"Statement":[{"Action":["B:B"],"Effect":"Deny","Sid":"\u0042"}]}`, with(stB), `{"Statement":[{"Action":["B:B"],"Effect":"Deny","Sid":"\u0042"}]}`},
		{"replace the first of a Sid, drop the others", `{"Statement":[<B> , <A>,<B>]}`, with(stB2), `{"Statement":[<2> , <A>]}`},
		{"no Sid, there already", `{"Statement":[<N>,<A>]}`, with(no), `{"Statement":[<N>,<A>]}`},
		{"no Sid, but it has one there", `{"Statement":[<A>]}`, with(stA.WithSid("")), `{"Statement":[<A>,{"Effect":"Deny","Action":"a:a"}]}`},
		{"the last of a Sid wins", `{"Statement":[]}`, with(stB, stB2), `{"Statement":[<2>]}`},
		{"a document's statements", `{"Statement":[<A>]}`, with(New(stB, no)), `{"Statement":[<A>,<B>,<N>]}`},
		{"nothing", ` {"Statement":[<A>]}`, with(Statement{}, Document{}, Statements{}, nil), ` {"Statement":[<A>]}`},

		{"remove the first", `{"Statement":[ <A>, <B>,<C> ]}`, without("A"), `{"Statement":[ <B>,<C> ]}`},
		{"remove the middle", `{"Statement":[ <A>, <B>,<C> ]}`, without("B"), `{"Statement":[ <A>,<C> ]}`},
		{"remove the last", `{"Statement":[ <A>, <B>,<C> ]}`, without("C"), `{"Statement":[ <A>, <B> ]}`},
		{"remove all", `{"Statement":[ <A>,<B>	]}`, without("B", "A"), `{"Statement":[ 	]}`},
		{"remove all of a Sid", `{"Statement":[<A>,<B>,<A>]}`, without("A"), `{"Statement":[<B>]}`},
		{"remove first and last", `{"Statement":[  <A>, <B>,<C> ]}`, without("C", "A"), `{"Statement":[  <B> ]}`},
		{"remove a single statement", `{"Statement": <A> }`, without("A"), `{"Statement": [] }`},
		{"remove nobody", ` {"Statement":[<N>,<A>] }`, without("", "a", "N"), ` {"Statement":[<N>,<A>] }`},
		{"remove by an escaped Sid", `{"Statement":[{"Sid":"\u0041","Effect":"Deny","Action":"x:y"},<B>]}`, without("A"), `{"Statement":[<B>]}`},
		{"put in and take out", "{\"Statement\":[\n<A>\n]}", func(d Document) Document { return d.With(stB).With(stC).Without("B").Without("C") }, "{\"Statement\":[\n<A>\n]}"},
		{"a single statement, in and out", `{"Statement": <A> }`, func(d Document) Document { return d.With(stB, stC).Without("B").With(stB2).Without("C", "B") }, `{"Statement": <A> }`},
		{"a list of one, in and out", `{"Statement": [<A>] }`, func(d Document) Document { return d.With(stB, stC).Without("B").With(stB2).Without("C", "B") }, `{"Statement": [<A>] }`},
		{"the first replaced by others", `{"Statement":[ <A> ]}`, func(d Document) Document { return d.Without("A").With(stB, stC) }, `{"Statement":[  <B>,  <C>]}`},
		{"single, emptied, filled", `{"Statement": <A>,"Id":"x"}`, func(d Document) Document { return d.Without("A").With(stB).With(stC) }, `{"Statement": [<B>,<C>],"Id":"x"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := mustParse(t, spell(tc.before))
			got := tc.edit(d)
			if got, want := string(got.Bytes()), spell(tc.want); got != want {
				t.Errorf("\n got %q\nwant %q", got, want)
			}
			if got := string(d.Bytes()); got != spell(tc.before) {
				t.Errorf("the document before the edit changed: %q", got)
			}
			again := mustParse(t, string(got.Bytes()))
			if !reflectsIndex(again, got) || !again.Equal(got) {
				t.Errorf("other than what is read back: %q", got.Bytes())
			}
		})
	}
}

func TestNew(t *testing.T) {
	for _, tc := range []struct {
		name string
		got  Document
		want string
	}{
		{"nothing", New(), `{"Version":"2012-10-17","Statement":[]}`},
		{"repeated Sids stay", New(stB, stB2), `{"Version":"2012-10-17","Statement":[<B>,<2>]}`},
		{"fragments", New(New(stA), Statements{no}, stC), `{"Version":"2012-10-17","Statement":[<A>,<N>,<C>]}`},
		{"With on no document", Document{}.With(stA), `{"Version":"2012-10-17","Statement":[<A>]}`},
	} {
		if got, want := string(tc.got.Bytes()), spell(tc.want); got != want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, want)
		}
	}
	zero := Document{}
	if !zero.With().IsZero() || !zero.Without("A").IsZero() || zero.Len() != 0 || zero.String() != "" || zero.Bytes() != nil || zero.Version() != "" {
		t.Error("the zero Document is more than nothing")
	}
	if d, err := zero.Merge(stA); err != nil || d.Len() != 1 {
		t.Errorf("Merge into no document: %v, %v", d, err)
	}
}

func TestMerge(t *testing.T) {
	for _, tc := range []struct {
		name, before string
		fragments    []Fragment
		want         string // "" if refused
		existing     Statement
	}{
		{"new", `{"Statement":[<A>]}`, []Fragment{stB}, `{"Statement":[<A>,<B>]}`, Statement{}},
		{"there already", `{"Statement":[<A>, <B>]}`, []Fragment{stB, no}, `{"Statement":[<A>, <B>, <N>]}`, Statement{}},
		{"there in other words", `{"Statement":[{"Sid":"B","Action":["b:B"],"Effect":"Deny"}]}`, []Fragment{stB}, `{"Statement":[{"Sid":"B","Action":["b:B"],"Effect":"Deny"}]}`, Statement{}},
		{"there twice", `{"Statement":[<B>, {"Sid":"B","Action":["b:B"],"Effect":"Deny"},<A>]}`, []Fragment{stB}, `{"Statement":[<B>, {"Sid":"B","Action":["b:B"],"Effect":"Deny"},<A>]}`, Statement{}},
		{"other meaning", `{"Statement":[<A>,<B>]}`, []Fragment{stB2}, "", stB},
		{"one of two has other meaning", `{"Statement":[<B>,<2>]}`, []Fragment{stB}, "", stB2},
		{"the second fragment conflicts", `{"Statement":[<B>]}`, []Fragment{stA, stB2}, "", stB},
		{"fragments conflict with each other", `{"Statement":[]}`, []Fragment{stB, stB2}, "", stB},
		{"Sids in other letter case are others", `{"Statement":[<B>]}`, []Fragment{stB2.WithSid("b")}, `{"Statement":[<B>,{"Sid":"b","Effect":"Deny","Action":["b:b","b:c"]}]}`, Statement{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := mustParse(t, spell(tc.before))
			got, err := d.Merge(tc.fragments...)
			var conflict *ConflictError
			if tc.want == "" {
				if !errors.As(err, &conflict) {
					t.Fatalf("Merge = %v, want a *ConflictError", err)
				}
				if conflict.Sid != "B" || !conflict.Existing.Equal(tc.existing) || conflict.Wanted.Equal(tc.existing) || conflict.Hint() == "" {
					t.Errorf("conflict: %+v", conflict)
				}
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("more than one line: %v", err)
				}
				tc.want = tc.before
			} else if err != nil {
				t.Fatal(err)
			}
			if got, want := string(got.Bytes()), spell(tc.want); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// Programs that read a policy into structs or maps and write it back lose members that the structs lack; programs that key statements
// by Sid lose those that share one. Both bugs are known from public reports.
func TestMergeLosesNothing(t *testing.T) {
	text := corpus(t)["bucket/repeated-sids.json"]
	d, err := mustParse(t, text).Merge(stA)
	if err != nil {
		t.Fatal(err)
	}
	got := string(d.Bytes())
	if rest := strings.Replace(got, ",\n    "+stA.String(), "", 1); rest != text {
		t.Errorf("more changed than one added line:\n%s", got)
	}
}

func TestEightWriters(t *testing.T) {
	d := mustParse(t, corpus(t)["bucket/crlf.json"])
	foreign := string(onlyStatement(t, d).Bytes())
	var want []string
	for _, sid := range strings.Split("ABCDEFGH", "") {
		want = append(want, sid)
		var err error
		if d, err = d.Merge(Allow("s3:GetObject").WithSid(sid).By(Account("111122223333")).On("arn:aws:s3:::b/" + sid + "/*")); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for s := range d.All() {
		got = append(got, s.Sid())
	}
	if !slices.Equal(got[1:], want) || !strings.Contains(string(d.Bytes()), foreign) {
		t.Errorf("statements %q; foreign one kept: %v", got, strings.Contains(string(d.Bytes()), foreign))
	}
}
