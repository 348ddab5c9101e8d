package policy_test

import (
	"strings"
	"testing"

	. "github.com/xacct/xacct/policy"
)

// equalCases are pairs of statements or documents, with the expected answer stated by hand. Sources, unless a case names one:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
var equalCases = []struct {
	name, a, b string
	want       bool
}{
	{"order of statements", st(`"Sid":"A",`+get) + "," + st(`"Sid":"B",`+get), st(`"Sid":"B",`+get) + "," + st(`"Sid":"A",`+get), true},
	{"order of members", st(get), `{"Resource":"*","Action":"s3:GetObject","Effect":"Allow"}`, true},
	{"string and list of one", st(get), `{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}`, true},
	{"order of a list", act(`["a:b","c:d"]`), act(`["c:d","a:b"]`), true},
	{"repeated action", act(`["a:b","a:b"]`), act(`"a:b"`), true},
	{"letter case of an action", act(`"s3:GetObject"`), act(`"S3:getobject"`), true},
	{"repeated action in other case", act(`["s3:GetObject","s3:getobject"]`), act(`"S3:GETOBJECT"`), true},
	{"another action", act(`"s3:GetObject"`), act(`"s3:GetObjects"`), false},
	{"an action more", act(`["a:b","c:d"]`), act(`"a:b"`), false},
	{"NotAction", act(`"a:b"`), `{"Effect":"Allow","NotAction":"a:b","Resource":"*"}`, false},
	{"star and everything of all services", act(`"*"`), act(`"*:*"`), false}, // not documented as the same
	{"Effect", st(get), strings.Replace(st(get), "Allow", "Deny", 1), false},
	{"escape", act(`"s3:GetObject"`), act(`"s3\u003aGet\u004fbject"`), true},
	{"white space", st(get), "{ \"Effect\" :\t\"Allow\",\r\n\"Action\":\"s3:GetObject\" , \"Resource\":\"*\"}", true},

	{"account id and root", prin(`{"AWS":"111122223333"}`), prin(`{"AWS":"arn:aws:iam::111122223333:root"}`), true},
	{"account id and root in China", prinIn("aws-cn", `{"AWS":"111122223333"}`), prinIn("aws-cn", `{"AWS":"arn:aws-cn:iam::111122223333:root"}`), true},
	{"account id and root of GovCloud, resource *", st(`"Principal":{"AWS":"111122223333"},` + get), st(`"Principal":{"AWS":"arn:aws-us-gov:iam::111122223333:root"},` + get), true},
	{"partition told by another statement", st(`"Principal":{"AWS":"111122223333"},`+get) + "," + prinIn("aws-cn", `"*"`), st(`"Principal":{"AWS":"arn:aws-cn:iam::111122223333:root"},`+get) + "," + prinIn("aws-cn", `"*"`), true},
	{"order of statements of two partitions", st(`"Principal":{"AWS":"111122223333"},`+get) + "," + prinIn("aws-cn", `"*"`) + "," + prinIn("aws", `"*"`), prinIn("aws", `"*"`) + "," + prinIn("aws-cn", `"*"`) + "," + st(`"Principal":{"AWS":"111122223333"},`+get), true},
	{"order of resources of two partitions", st(`"Principal":{"AWS":"111122223333"},"Effect":"Allow","Action":"a:b","Resource":["arn:aws:s3:::b","arn:aws-cn:s3:::b"]`), st(`"Principal":{"AWS":"111122223333"},"Effect":"Allow","Action":"a:b","Resource":["arn:aws-cn:s3:::b","arn:aws:s3:::b"]`), true},
	{"account id and root of another partition", prin(`{"AWS":"111122223333"}`), prin(`{"AWS":"arn:aws-cn:iam::111122223333:root"}`), false},
	{"roots of two partitions", prin(`{"AWS":"arn:aws:iam::111122223333:root"}`), prin(`{"AWS":"arn:aws-cn:iam::111122223333:root"}`), false},
	{"account id and root both", prin(`{"AWS":["111122223333","arn:aws:iam::111122223333:root"]}`), prin(`{"AWS":"111122223333"}`), true},
	{"another account", prin(`{"AWS":"111122223333"}`), prin(`{"AWS":"111122223334"}`), false},
	{"account and its role", prin(`{"AWS":"111122223333"}`), prin(`{"AWS":"arn:aws:iam::111122223333:role/root"}`), false},
	{"letter case of a role", prin(`{"AWS":"arn:aws:iam::111122223333:role/a"}`), prin(`{"AWS":"arn:aws:iam::111122223333:role/A"}`), false},
	{"star and AWS star", prin(`"*"`), prin(`{"AWS":"*"}`), true},
	{"star and AWS list of star", prin(`"*"`), prin(`{"AWS":["*"]}`), true},
	{"star and Service star", prin(`"*"`), prin(`{"Service":"*"}`), false},
	{"order of principals", prin(`{"AWS":["111122223333","444455556666"],"Service":"a.amazonaws.com"}`), prin(`{"Service":["a.amazonaws.com"],"AWS":["444455556666","111122223333"]}`), true},
	{"principal of another type", prin(`{"AWS":"x"}`), prin(`{"Federated":"x"}`), false},
	{"NotPrincipal", st(`"Principal":"*",` + get), st(`"NotPrincipal":"*",` + get), false},
	{"no principal and none named", st(get), st(`"Principal":{},` + get), false},
	{"unique id and ARN, unknown", prin(`{"AWS":"AROAEXAMPLEROLEID0001"}`), prin(`{"AWS":"arn:aws:iam::111122223333:role/sync"}`), false},

	{"letter case of a resource", res(`"arn:aws:s3:::b/A"`), res(`"arn:aws:s3:::b/a"`), false},
	{"order of resources", res(`["arn:aws:s3:::b","arn:aws:s3:::b/*"]`), res(`["arn:aws:s3:::b/*","arn:aws:s3:::b"]`), true},
	{"NotResource", st(get), `{"Effect":"Allow","Action":"s3:GetObject","NotResource":"*"}`, false},
	{"resources that run together", res(`["ab","c"]`), res(`["a","bc"]`), false},

	{"number and string", cond(`{"NumericLessThan":{"s3:TlsVersion":1.2}}`), cond(`{"NumericLessThan":{"s3:TlsVersion":"1.2"}}`), true},
	{"boolean and string", cond(`{"Bool":{"aws:SecureTransport":false}}`), cond(`{"Bool":{"aws:SecureTransport":["false"]}}`), true},
	{"numbers beyond 2^53", cond(`{"NumericEquals":{"a:b":9007199254740992}}`), cond(`{"NumericEquals":{"a:b":9007199254740993}}`), false},
	{"letter case of a key", cond(`{"StringLike":{"aws:SourceIp":"x"}}`), cond(`{"StringLike":{"AWS:sourceip":"x"}}`), true},
	{"letter case of a tag's name in a key", cond(`{"StringLike":{"aws:PrincipalTag/Team":"x"}}`), cond(`{"StringLike":{"aws:principaltag/team":"x"}}`), true},
	{"letter case of a value", cond(`{"StringEquals":{"a:b":"x"}}`), cond(`{"StringEquals":{"a:b":"X"}}`), false},
	{"order of values", cond(`{"StringEquals":{"a:b":["x","y"]}}`), cond(`{"StringEquals":{"a:b":["y","x","y"]}}`), true},
	{"a value more", cond(`{"StringEquals":{"a:b":["x","y"]}}`), cond(`{"StringEquals":{"a:b":["y"]}}`), false},
	{"order of operators and keys", cond(`{"Bool":{"a:b":"true","c:d":"true"},"StringLike":{"e:f":"x"}}`), cond(`{"StringLike":{"e:f":"x"},"Bool":{"c:d":"true","a:b":"true"}}`), true},
	{"another operator", cond(`{"StringEquals":{"a:b":"x"}}`), cond(`{"StringLike":{"a:b":"x"}}`), false},
	{"IfExists", cond(`{"StringEquals":{"a:b":"x"}}`), cond(`{"StringEqualsIfExists":{"a:b":"x"}}`), false},
	{"ArnEquals behaves as ArnLike", cond(`{"ArnEquals":{"a:b":"x"}}`), cond(`{"ArnLike":{"a:b":"x"}}`), true},
	{"ArnNotEqualsIfExists behaves as ArnNotLikeIfExists", cond(`{"ArnNotEqualsIfExists":{"a:b":"x"}}`), cond(`{"ArnNotLikeIfExists":{"a:b":"x"}}`), true},
	{"letter case of an operator", cond(`{"Bool":{"a:b":"true"}}`), cond(`{"bool":{"a:b":"true"}}`), false}, // not documented
	{"empty Condition", cond(`{}`), st(`"Principal":"*",` + get), true},
	{"operator without keys", cond(`{"Bool":{}}`), st(`"Principal":"*",` + get), true},
	{"key without values", cond(`{"Bool":{"a:b":[]}}`), st(`"Principal":"*",` + get), false},
	{"values moved to another key", cond(`{"Bool":{"a:b":"x","c:d":"y"}}`), cond(`{"Bool":{"a:b":"y","c:d":"x"}}`), false},

	{"Sid", st(`"Sid":"A",` + get), st(`"Sid":"B",` + get), false},
	{"Sid in other case", st(`"Sid":"A",` + get), st(`"Sid":"a",` + get), false},
	{"empty Sid and none", st(`"Sid":"",` + get), st(get), true},
	{"Sids exchanged", st(`"Sid":"A",`+get) + "," + st(`"Sid":"B",`+put), st(`"Sid":"B",`+get) + "," + st(`"Sid":"A",`+put), false},
	{"a statement twice", st(get) + "," + st(get), st(get), false},
	{"other multiplicity", st(get) + "," + st(get) + "," + st(put), st(get) + "," + st(put) + "," + st(put), false},
	{"split statement", act(`["a:b","c:d"]`), act(`"a:b"`) + "," + act(`"c:d"`), false}, // not looked for

	{"unknown members", st(`"X":{"a":1,"b":[true,null]},` + get), st(get + `,"X":{ "b":[true,null],"a":1}`), true},
	{"unknown member's value", st(`"X":1,` + get), st(`"X":2,` + get), false},
	{"unknown member's type", st(`"X":1,` + get), st(`"X":"1",` + get), false},
	{"unknown member's order", st(`"X":[1,2],` + get), st(`"X":[2,1],` + get), false},
	{"unknown member's name", st(`"X":1,` + get), st(`"x":1,` + get), false},
	{"unknown members that run together", st(`"X":["a","b"],` + get), st(`"X":["a\",\"b"],` + get), false},
}

const (
	get = `"Effect":"Allow","Action":"s3:GetObject","Resource":"*"`
	put = `"Effect":"Allow","Action":"s3:PutObject","Resource":"*"`
)

func st(members string) string   { return "{" + members + "}" }
func act(actions string) string  { return `{"Effect":"Allow","Action":` + actions + `,"Resource":"*"}` }
func prin(element string) string { return prinIn("aws", element) }
func cond(element string) string { return st(`"Principal":"*","Condition":` + element + "," + get) }
func res(resources string) string {
	return `{"Effect":"Allow","Action":"s3:GetObject","Resource":` + resources + `}`
}
func prinIn(partition, element string) string {
	return `{"Effect":"Allow","Principal":` + element + `,"Action":"s3:GetObject","Resource":"arn:` + partition + `:s3:::b/*"}`
}

func TestEqual(t *testing.T) {
	for _, tc := range equalCases {
		t.Run(tc.name, func(t *testing.T) {
			a := mustParse(t, `{"Version":"2012-10-17","Statement":[`+tc.a+`]}`)
			b := mustParse(t, `{"Statement":[`+tc.b+`],"Version":"2012-10-17"}`)
			if got := a.Equal(b); got != tc.want {
				t.Errorf("Equal = %v, want %v", got, tc.want)
			}
			if got := b.Equal(a); got != tc.want {
				t.Errorf("the other way round, Equal = %v, want %v", got, tc.want)
			}
			if !a.Equal(a) || !b.Equal(b) || a.Equal(Document{}) || (Document{}).Equal(a) {
				t.Error("a document is equal to itself, and not to none")
			}
			if a.Len() == 1 && b.Len() == 1 {
				if got := onlyStatement(t, a).Equal(onlyStatement(t, b)); got != tc.want {
					t.Errorf("Statement.Equal = %v, want %v", got, tc.want)
				}
			}
			kept := true
			for _, c := range Diff(a, b) {
				kept = kept && c.Op == Kept
			}
			if kept != tc.want {
				t.Errorf("Diff calls all the same = %v, want %v", kept, tc.want)
			}
		})
	}
}

// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
func TestEqualDocuments(t *testing.T) {
	for _, tc := range []struct {
		name, a, b string
		want       bool
	}{
		{"single statement and list of one", `{"Statement":` + st(get) + `}`, `{"Statement":[` + st(get) + `]}`, true},
		{"no Version is the old one", `{"Statement":[]}`, `{"Version":"2008-10-17","Statement":[]}`, true},
		{"empty Version is the old one", `{"Version":"","Statement":[]}`, `{"Version":"2008-10-17","Statement":[]}`, true},
		{"no Version and the new one", `{"Statement":[]}`, `{"Version":"2012-10-17","Statement":[]}`, false},
		{"Id", `{"Id":"a","Statement":[]}`, `{"Id":"b","Statement":[]}`, false},
		{"no Id", `{"Id":"a","Statement":[]}`, `{"Statement":[]}`, false},
		{"Id moved", `{"Id":"a","Statement":[]}`, `{"Statement":[],"Id":"\u0061"}`, true},
		{"unknown member", `{"x":1,"Statement":[]}`, `{"Statement":[]}`, false},
		{"unknown member moved", `{"x":[1, {}],"Statement":[]}`, ` {"Statement":[], "x":[1,{}] } `, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, b := mustParse(t, tc.a), mustParse(t, tc.b)
			if got := a.Equal(b); got != tc.want {
				t.Errorf("Equal = %v, want %v", got, tc.want)
			}
			if got := b.Equal(a); got != tc.want {
				t.Errorf("the other way round, Equal = %v, want %v", got, tc.want)
			}
		})
	}
	if !(Document{}).Equal(Document{}) || !(Statement{}).Equal(Statement{}) {
		t.Error("the zero values are equal to themselves")
	}
}

func TestEqualWith(t *testing.T) {
	const role, id = "arn:aws:iam::111122223333:role/sync", "AROAEXAMPLEROLEID0001"
	named := New(Allow("s3:GetObject").By(AWS(role), AWS("444455556666")).On("*").WithSid("A"))
	shown := New(Allow("s3:GetObject").By(AWS("arn:aws:iam::444455556666:root"), AWS(id)).On("*").WithSid("A"))
	arns := map[string]string{id: role}
	if named.Equal(shown) || shown.Equal(named) {
		t.Error("Equal takes an unknown id for a role")
	}
	if !named.EqualWith(shown, arns) || !shown.EqualWith(named, arns) || !shown.EqualWith(shown, arns) {
		t.Error("EqualWith does not know the role's id")
	}
	if named.EqualWith(shown, map[string]string{id: role + "2"}) || named.EqualWith(shown, map[string]string{"AROAOTHER": role}) {
		t.Error("EqualWith takes another role's id for the role")
	}
	a, _ := named.Statement("A")
	b, _ := shown.Statement("A")
	if a.Equal(b) || !a.EqualWith(b, arns) {
		t.Error("Statement.EqualWith disagrees")
	}
	if service := New(Allow("s3:GetObject").By(Service(id)).On("*").WithSid("A")); service.EqualWith(New(Allow("s3:GetObject").By(Service(role)).On("*").WithSid("A")), arns) {
		t.Error("EqualWith reads a service's name as an id")
	}
}
