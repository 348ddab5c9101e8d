package policy_test

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/internal/memo"
)

func TestBuild(t *testing.T) {
	for _, tc := range []struct {
		name string
		got  Statement
		want string
	}{
		{"least", Allow("a:b"), `{"Effect":"Allow","Action":"a:b"}`},
		{"deny", Deny("a:b", "c:d"), `{"Effect":"Deny","Action":["a:b","c:d"]}`},
		{"no action", Allow(), `{"Effect":"Allow","Action":[]}`},
		{"order of elements", Allow("a:b").When(Bool("k:k", true)).On("r").By(Service("s")).WithSid("S"), `{"Sid":"S","Effect":"Allow","Principal":{"Service":"s"},"Action":"a:b","Resource":"r","Condition":{"Bool":{"k:k":"true"}}}`},
		{"everyone", Deny("a:b").By(Everyone()), `{"Effect":"Deny","Principal":"*","Action":"a:b"}`},
		{"everyone and a service", Deny("a:b").By(Everyone(), Service("s"), AWS("x")), `{"Effect":"Deny","Principal":{"AWS":["*","x"],"Service":"s"},"Action":"a:b"}`},
		{"principals of two types", Allow("a:b").By(Account("1"), Service("s"), AWS("x")), `{"Effect":"Allow","Principal":{"AWS":["1","x"],"Service":"s"},"Action":"a:b"}`},
		{"zero principals", Allow("a:b").By(Principal{}), `{"Effect":"Allow","Action":"a:b"}`},
		{"By replaces", Allow("a:b").By(AWS("x")).By(AWS("y")), `{"Effect":"Allow","Principal":{"AWS":"y"},"Action":"a:b"}`},
		{"By nobody removes", Allow("a:b").By(AWS("x")).By(), `{"Effect":"Allow","Action":"a:b"}`},
		{"On replaces", Allow("a:b").On("x").On("y", "z"), `{"Effect":"Allow","Action":"a:b","Resource":["y","z"]}`},
		{"On nothing removes", Allow("a:b").On("x").On(), `{"Effect":"Allow","Action":"a:b"}`},
		{"empty Sid removes", Allow("a:b").WithSid("S").WithSid(""), `{"Effect":"Allow","Action":"a:b"}`},
		{"When adds", Allow("a:b").When(StringLike("k:k", "1", "2")).When(Bool("l:l", false), StringLike("m:m", "3")), `{"Effect":"Allow","Action":"a:b","Condition":{"StringLike":{"k:k":["1","2"],"m:m":"3"},"Bool":{"l:l":"false"}}}`},
		{"When replaces the same operator and key", Allow("a:b").When(StringLike("k:k", "1"), StringLike("K:K", "2")), `{"Effect":"Allow","Action":"a:b","Condition":{"StringLike":{"K:K":"2"}}}`},
		{"When nothing", Allow("a:b").When(), `{"Effect":"Allow","Action":"a:b"}`},
		{"every condition", Allow("a:b").When(StringEquals("k:1", "v"), StringNotEquals("k:2", "v"), StringNotLike("k:3", "v"), ArnEquals("k:4", "v"), ArnLike("k:5", "v"), ArnNotLike("k:6", "v"), Null("k:7", true), IPAddress("k:8", "v"), NotIPAddress("k:9", "v"), Where("ForAnyValue:StringLikeIfExists", "k:0")),
			`{"Effect":"Allow","Action":"a:b","Condition":{"StringEquals":{"k:1":"v"},"StringNotEquals":{"k:2":"v"},"StringNotLike":{"k:3":"v"},"ArnEquals":{"k:4":"v"},"ArnLike":{"k:5":"v"},"ArnNotLike":{"k:6":"v"},"Null":{"k:7":"true"},"IpAddress":{"k:8":"v"},"NotIpAddress":{"k:9":"v"},"ForAnyValue:StringLikeIfExists":{"k:0":[]}}}`},
		{"no escapes but JSON's", Allow("a:b").On("<&>\"\\\n\r\t\x01 é\u2028" + string([]byte{0xff})), `{"Effect":"Allow","Action":"a:b","Resource":"<&>\"\\\n\r\t\u0001 é` + "\u2028\uFFFD" + `"}`},
		{"zero statement", Statement{}.WithSid("S").By(AWS("x")).On("y").When(Bool("k:k", true)), ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(tc.got.Bytes()); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

// An edited statement keeps the text and order of all its other members.
func TestBuildOnParsed(t *testing.T) {
	s := onlyStatement(t, mustParse(t, `{"Statement":[{ "Note" : [1, 2.50] , "NotResource":"x", "Condition": {"NumericLessThan":{"s3:TlsVersion":1.20}}, "Effect":"Deny","Action":["a:b"],"NotPrincipal":"*"}]}`))
	got := s.WithSid("S").By(Account("1")).On("y").When(Bool("a:b", true)).String()
	want := `{"Note":[1,2.50],"Sid":"S","Resource":"y","Condition":{"NumericLessThan":{"s3:TlsVersion":1.20},"Bool":{"a:b":"true"}},"Effect":"Deny","Action":["a:b"],"Principal":{"AWS":"1"}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAccessors(t *testing.T) {
	d := mustParse(t, `{"Id":"i\u0064","Version":"2008-10-17","Statement":{"Sid":"\u0053","Effect":"Deny","NotPrincipal":{"AWS":["a","b"],"Service":"s"},"NotAction":["c:d"],"NotResource":"r","Condition":{"NumericLessThan":{"K":[1.20,"x",true]},"Null":{"l":false}}}}`)
	s, ok := d.Statement("S")
	if !ok || d.ID() != "id" || d.Version() != "2008-10-17" || s.Sid() != "S" || s.Effect() != "Deny" || s.IsZero() {
		t.Errorf("document %q %q, statement %v %q %q", d.ID(), d.Version(), ok, s.Sid(), s.Effect())
	}
	type all struct {
		Principals                      []string
		Actions, Resources              []string
		NotPrincipals, NotActions, NotR bool
		Conditions                      []string
	}
	var got all
	principals, not := s.Principals()
	for _, p := range principals {
		got.Principals = append(got.Principals, p.Type()+" "+p.Value())
	}
	got.NotPrincipals = not
	got.Actions, got.NotActions = s.Actions()
	got.Resources, got.NotR = s.Resources()
	for _, c := range s.Conditions() {
		got.Conditions = append(got.Conditions, c.Operator()+" "+c.Key()+" "+strings.Join(c.Values(), ","))
	}
	want := all{[]string{"AWS a", "AWS b", "Service s"}, []string{"c:d"}, []string{"r"}, true, true, true, []string{"NumericLessThan K 1.20,x,true", "Null l false"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}

	plain := Allow("a:b")
	var plainSid Statement
	if err := json.Unmarshal([]byte(`{"Sid":"","Effect":"Allow","Action":"a:b"}`), &plainSid); err != nil {
		t.Fatal(err)
	}
	if p, not := plain.Principals(); p != nil || not {
		t.Error("principals out of nothing")
	}
	if r, not := plain.Resources(); r != nil || not {
		t.Error("resources out of nothing")
	}
	if p, _ := Deny("a:b").By(Everyone()).Principals(); !slices.Equal(p, []Principal{Everyone()}) || p[0].Type() != "*" || p[0].Value() != "*" {
		t.Errorf("the bare star: %v", p)
	}
	if _, ok := New(Allow("a:b"), plainSid).Statement(""); ok {
		t.Error("the empty Sid names a statement")
	}
	var zero Statement
	if p, _ := zero.Principals(); p != nil || zero.Sid() != "" || zero.Effect() != "" || zero.Conditions() != nil || zero.Bytes() != nil || zero.String() != "" || zero.Explain() != "" {
		t.Error("the zero Statement says something")
	}
	if a, _ := zero.Actions(); a != nil {
		t.Error("the zero Statement has actions")
	}
	if r, _ := zero.Resources(); r != nil {
		t.Error("the zero Statement has resources")
	}
}

func TestTermsEqual(t *testing.T) {
	c := StringEquals("a:b", "x", "y")
	for name, tc := range map[string]struct {
		other Condition
		want  bool
	}{
		"itself":          {c, true},
		"order":           {StringEquals("A:B", "y", "x", "y"), true},
		"values":          {StringEquals("a:b", "x"), false},
		"operator":        {StringLike("a:b", "x", "y"), false},
		"key":             {StringEquals("a:c", "x", "y"), false},
		"no condition":    {Condition{}, false},
		"case of a value": {StringEquals("a:b", "X", "y"), false},
	} {
		if c.Equal(tc.other) != tc.want || tc.other.Equal(c) != tc.want {
			t.Errorf("%s: Equal = %v", name, !tc.want)
		}
	}
	if !ArnEquals("a:b", "x").Equal(ArnLike("a:b", "x")) {
		t.Error("ArnEquals behaves as ArnLike")
	}
	if !AWS("1").Equal(Account("1")) || AWS("1").Equal(Service("1")) || AWS("1").String() != "1" {
		t.Error("principals")
	}
}

func TestMemo(t *testing.T) {
	d := New(Allow("a:b"))
	type value [4]int // large enough to have memory of its own
	var built []*value
	get := func(d Document) int {
		v := memo.Get(d.Memo(memo.Key{}), func() *value { return &value{len(built) + 1} })
		built = append(built, v)
		return v[0]
	}
	got := []int{get(d), get(d), get(d.With(stA)), get(Document{}), get(Document{}), get(d)}
	if want := []int{1, 1, 3, 4, 5, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	runtime.KeepAlive(built)
}

// Values share no memory that a caller could write to.
func TestBuildersCopy(t *testing.T) {
	actions, resources, values := []string{"a:b", "c:d"}, []string{"r", "s"}, []string{"1", "2"}
	principals := []Principal{AWS("x"), AWS("y")}
	condition := StringEquals("k:k", values...)
	base := Allow(actions...).On(resources...).By(principals...).When(condition)
	want := base.String()
	one, two := base.When(Bool("l:l", true)), base.When(Bool("m:m", true))
	clear(actions)
	clear(resources)
	clear(values)
	clear(principals)
	clear(condition.Values())
	for _, c := range base.Conditions() {
		clear(c.Values())
	}
	if got := base.When(condition).String(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if strings.Contains(one.String(), "m:m") || strings.Contains(two.String(), "l:l") || base.String() != want {
		t.Errorf("statements made from one share memory: %s, %s, %s", base, one, two)
	}
}

func TestJSON(t *testing.T) {
	type spec struct {
		Name   string
		Policy Document
		None   Document  `json:",omitzero"`
		Grant  Statement `json:",omitzero"`
		Null   *Document
		Many   map[string]Document
	}
	for name, text := range corpus(t) {
		d := mustParse(t, text)
		in := spec{Name: name, Policy: d, Many: map[string]Document{"a": d, "none": {}}}
		for s := range d.All() {
			in.Grant = s
		}
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out spec
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
		again, err := json.Marshal(out)
		if err != nil || string(again) != string(data) {
			t.Errorf("%s: marshals to something else the second time: %v\n%s\n%s", name, err, data, again)
		}
	}
	for _, bad := range []string{`{"Policy":1}`, `{"Policy":{"Statement":[{}]}}`, `{"Policy":{"Statement":[],"Statement":[]}}`, `{"Grant":{}}`, `{"Grant":[]}`} {
		var out spec
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s is read as %v", bad, out)
		}
	}
	if got, _ := json.Marshal(spec{}); string(got) != `{"Name":"","Policy":null,"Null":null,"Many":null}` {
		t.Errorf("zero values: %s", got)
	}
}

func TestString(t *testing.T) {
	want := `{
  "Id": "a b",
  "Statement": {
    "Effect": "Deny",
    "Action": "*"
  }
}`
	if diff := cmp.Diff(want, mustParse(t, "  {\"Id\":\"a b\",\n\n\"Statement\":{\"Effect\":\"Deny\",\t\"Action\":\"*\"}}\n").String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSize(t *testing.T) {
	d := mustParse(t, "{\n  \"Statement\": [\n    {\"Sid\": \"a b é\", \"Effect\": \"Allow\", \"Action\": \"a:b\\n\"}\n  ]\n}\n")
	for _, tc := range []struct {
		kind        Kind
		used, quota int
	}{
		{Identity, 63, 10240},
		{Trust, 63, 2048},
		{Bucket, 66, 20480},
		{Key, 85, 32768},
		{0, 0, 0},
	} {
		if used, quota := d.Size(tc.kind); used != tc.used || quota != tc.quota {
			t.Errorf("Size(%v) = %d of %d, want %d of %d", tc.kind, used, quota, tc.used, tc.quota)
		}
		if used, quota := (Document{}).Size(tc.kind); used != 0 || quota != tc.quota {
			t.Errorf("no document: Size(%v) = %d of %d", tc.kind, used, quota)
		}
	}
	names := map[Kind]string{0: "policy of no kind", Identity: "identity policy", Trust: "trust policy", Bucket: "bucket policy", Key: "key policy"}
	for kind, want := range names {
		if kind.String() != want {
			t.Errorf("kind %d is called %q", kind, kind)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	d := mustParse(t, largePolicy())
	other := mustParse(t, reordered(t, largePolicy()))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if !d.Equal(other) || len(Diff(d, other)) != benchmarkStatements || d.With(grant).Len() != benchmarkStatements+1 || d.Validate(Bucket) != nil {
				t.Error("other results side by side")
			}
		})
	}
	wg.Wait()
}

// The benchmark document is valid and has the promised size.
func TestLargePolicy(t *testing.T) {
	d := mustParse(t, largePolicy())
	if used, quota := d.Size(Bucket); d.Len() != benchmarkStatements || used > quota || used < quota*9/10 {
		t.Errorf("%d statements, %d of %d bytes", d.Len(), used, quota)
	}
}
