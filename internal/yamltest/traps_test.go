package yamltest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
)

// trap is a document with one trap of YAML. Exactly one of json and refused is set; perLibrary has the libraries that differ.
type trap struct {
	name       string
	yaml       string
	json       string            // what Bytes returns
	refused    string            // part of the error
	perLibrary map[string]string // by library: part of the error, or the JSON
}

// statement is a document with a statement, whose further lines are given.
func statement(lines ...string) string {
	return "Version: \"2012-10-17\"\nStatement:\n- Effect: Allow\n  Action: s3:GetObject\n  " + strings.Join(lines, "\n  ") + "\n"
}

func condition(value string) string {
	return statement("Condition:", "  StringEquals:", "    aws:SourceAccount: "+value)
}

// in is the JSON of a statement's further members.
func in(members string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",` + members + `}]}`
}

func account(value string) string {
	return in(`"Condition":{"StringEquals":{"aws:SourceAccount":` + value + `}}`)
}

const whereAccount = "Statement[0].Condition.StringEquals.aws:SourceAccount: "

var traps = []trap{
	{name: "order of the members", yaml: "Statement:\n- Action: s3:*\n  Sid: Z\n  Resource: '*'\n  Effect: Deny\nVersion: '2012-10-17'\n",
		json: `{"Statement":[{"Action":"s3:*","Sid":"Z","Resource":"*","Effect":"Deny"}],"Version":"2012-10-17"}`},
	{name: "one statement", yaml: "Statement:\n  Effect: Allow\n  Action: [b, a]\n", json: `{"Statement":{"Effect":"Allow","Action":["b","a"]}}`},
	{name: "flow style", yaml: `{Statement: [{Effect: Allow, Action: "*", Principal: {AWS: ["b", "a"], Service: x}}]}`,
		json: `{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"AWS":["b","a"],"Service":"x"}}]}`},
	{name: "JSON is YAML", yaml: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}`,
		json: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}`},
	{name: "JSON in a block scalar", yaml: "|\n  {\"Statement\": [ {\"Effect\":\"Allow\", \"Action\":\"*\"} ]}\n",
		json: "{\"Statement\": [ {\"Effect\":\"Allow\", \"Action\":\"*\"} ]}\n"},
	{name: "quoted number", yaml: condition(`"012345670123"`), json: account(`"012345670123"`)},
	{name: "quotation marks and control characters", yaml: statement(`Sid: "a\"b\\c\n\u0001é<"`), json: in(`"Sid":"a\"b\\c\n\u0001é<"`)},
	{name: "folded text", yaml: statement("Sid: >-", "  Read", "  all"), json: in(`"Sid":"Read all"`)},
	{name: "comment", yaml: statement("Sid: Read # <<: comment", "# <<: *base"), json: in(`"Sid":"Read"`)},

	{name: "octal number", yaml: condition("012345670123"), refused: whereAccount + "quote it: YAML read 012345670123 as 1402433619"},
	{name: "octal number of YAML 1.2", yaml: condition("0o17"), refused: whereAccount + "quote it: YAML read 0o17 as 15"},
	{name: "leading zero that is not octal", yaml: condition("012345678901"), refused: whereAccount + "quote it: YAML read",
		perLibrary: map[string]string{"goccy": account(`"012345678901"`)}}, // not octal, so a string to it
	{name: "decimal number", yaml: condition("111122223333"), refused: whereAccount + "quote it: YAML read the number 111122223333"},
	{name: "hexadecimal number", yaml: condition("0x1F"), refused: "YAML read 0x1F as 31"},
	{name: "binary number", yaml: condition("0b101"), refused: "YAML read 0b101 as 5"},
	{name: "number with underscores", yaml: condition("111_122"), refused: "YAML read 111_122 as 111122"},
	{name: "negative number", yaml: condition("-5"), refused: "YAML read the number -5"},
	{name: "number with a sign", yaml: condition("+5"), refused: "YAML read +5 as 5"},
	{name: "float", yaml: condition("1.10"), refused: "YAML read 1.10 as 1.1"},
	{name: "exponent", yaml: condition("1e3"), refused: "YAML read 1e3 as 1000", perLibrary: map[string]string{"goccy": account(`"1e3"`)}},
	{name: "infinity", yaml: condition(".inf"), refused: "YAML read .inf as +Inf"},
	{name: "not a number", yaml: condition(".NaN"), refused: "YAML read .NaN as NaN"},
	{name: "number larger than 64 bits", yaml: condition("123456789012345678901234567890"), refused: whereAccount + "quote it: YAML read",
		perLibrary: map[string]string{"goccy": account(`"123456789012345678901234567890"`)}},
	{name: "number in a list", yaml: condition("['111122223333', 444455556666]"),
		refused: "aws:SourceAccount[1]: quote it: YAML read the number 444455556666"},
	{name: "number as a Sid", yaml: statement("Sid: 0123"), refused: "Statement[0].Sid: quote it: YAML read 0123 as 83"},
	{name: "number as a principal", yaml: statement("Principal:", "  AWS: 111122223333"), refused: "Statement[0].Principal.AWS: quote it"},
	{name: "number of an alias", yaml: statement("Sid: &id 0123", "Condition: {StringEquals: {a: *id}}"), refused: "quote it: YAML read"},
	{name: "number in an unknown member", yaml: "x: 1\n" + statement("Sid: a"), refused: "x: quote it: YAML read the number 1"},
	{name: "sexagesimal", yaml: condition("190:20:30"), json: account(`"190:20:30"`)},

	{name: "NO as a Sid", yaml: statement("Sid: NO"), json: in(`"Sid":"NO"`)},
	{name: "yes as a value", yaml: condition("yes"), json: account(`"yes"`)},
	{name: "on as a key", yaml: statement("Condition: {StringEquals: {on: off}}"), json: in(`"Condition":{"StringEquals":{"on":"off"}}`)},
	{name: "y as a key", yaml: statement("Condition: {StringEquals: {y: n}}"), json: in(`"Condition":{"StringEquals":{"y":"n"}}`)},
	{name: "boolean in a condition", yaml: statement("Condition:", "  Bool:", "    aws:SecureTransport: true", "    b: [False]"),
		json: in(`"Condition":{"Bool":{"aws:SecureTransport":true,"b":[false]}}`)},
	{name: "colon of a key in flow style", yaml: statement("Condition: {Bool: {aws:SecureTransport: 'true'}}"),
		json:       in(`"Condition":{"Bool":{"aws:SecureTransport":"true"}}`),
		perLibrary: map[string]string{"goccy": in(`"Condition":{"Bool":{"aws":"SecureTransport: 'true'"}}`)}}, // it ends the key at the first colon
	{name: "boolean as a Sid", yaml: statement("Sid: True"), refused: "Statement[0].Sid: quote it: YAML read True as the boolean true"},
	{name: "boolean as an action", yaml: "Statement: {Effect: Allow, Action: [true]}",
		refused: "Statement.Action[0]: quote it: YAML read true as the boolean true"},
	{name: "boolean as a key", yaml: statement("Condition: {Bool: {true: x}}"), refused: "the key true is no string: quote it"},

	{name: "date in Version", yaml: "Version: 2012-10-17\nStatement: {Effect: Allow, Action: '*'}\n",
		json: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}`},
	{name: "date elsewhere", yaml: condition("2026-01-01"), refused: whereAccount + "quote it: YAML read 2026-01-01 as a date",
		perLibrary: map[string]string{"goccy": account(`"2026-01-01"`)}}, // a string to it
	{name: "time in a condition", yaml: condition("2026-01-01T00:00:00Z"), refused: "quote it: YAML read 2026-01-01T00:00:00Z as a date",
		perLibrary: map[string]string{"goccy": account(`"2026-01-01T00:00:00Z"`)}},
	{name: "date as Id", yaml: "Id: 2012-10-17\nStatement: {Effect: Allow, Action: '*'}\n", refused: "Id: quote it: YAML read 2012-10-17 as a date",
		perLibrary: map[string]string{"goccy": `{"Id":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}`}},
	{name: "time in Version", yaml: "Version: 2012-10-17T00:00:00Z\nStatement: {Effect: Allow, Action: '*'}\n",
		refused:    "Version: quote it: YAML read 2012-10-17T00:00:00Z",
		perLibrary: map[string]string{"goccy": `{"Version":"2012-10-17T00:00:00Z","Statement":{"Effect":"Allow","Action":"*"}}`}},
	{name: "tag of a time", yaml: condition("!!timestamp 2026-01-01"), refused: "as a date"},

	{name: "tilde", yaml: statement("Sid: ~"), refused: "Statement[0].Sid: YAML read null"},
	{name: "null", yaml: statement("Sid: null"), refused: "Statement[0].Sid: YAML read null"},
	{name: "nothing", yaml: statement("Sid:"), refused: "Statement[0].Sid: YAML read null"},
	{name: "null in a list", yaml: condition("[a, ~]"), refused: "aws:SourceAccount[1]: YAML read null"},
	{name: "null as a statement", yaml: "Statement: [~]", refused: "Statement[0]: YAML read null"},
	{name: "null as a key", yaml: statement("Condition: {StringEquals: {~: x}}"), refused: "the key null is no string"},

	{name: "anchor and alias of a text", yaml: statement("Sid: &name Read", "Resource: [*name, *name]"),
		json: in(`"Sid":"Read","Resource":["Read","Read"]`)},
	{name: "alias of a mapping", yaml: "Statement:\n- &one {Effect: Allow, Action: a}\n- *one\n",
		json: `{"Statement":[{"Effect":"Allow","Action":"a"},{"Effect":"Allow","Action":"a"}]}`},
	{name: "alias of a list", yaml: "Statement: {Effect: Allow, Action: &l [b, a], Resource: *l}\n",
		json: `{"Statement":{"Effect":"Allow","Action":["b","a"],"Resource":["b","a"]}}`},
	{name: "aliases of aliases", yaml: "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n" +
		"g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n", refused: "alias"},
	{name: "alias of itself", yaml: "Statement: &s [*s]\n", refused: ""},
	{name: "deep nesting", yaml: "x: " + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "\nStatement: {Effect: Allow, Action: a}\n",
		refused: "nested deeper"},

	{name: "merge key", yaml: "x: &base {Effect: Allow}\nStatement:\n- <<: *base\n  Action: a\n", refused: "a merge key (<<)"},
	{name: "merge key in the end", yaml: "x: &base {Effect: Allow}\nStatement:\n- Action: a\n  <<: *base\n", refused: "a merge key (<<)"},
	{name: "merge key alone", yaml: "x: &base {Effect: Allow, Action: a}\nStatement:\n- <<: *base\n", refused: "a merge key (<<)"},
	{name: "merge key with a mapping in place", yaml: "Statement:\n- {<<: {Effect: Allow}, Action: a}\n", refused: "a merge key (<<)"},
	{name: "merge key of several", yaml: "x: &a {Effect: Allow}\ny: &b {Action: a}\nStatement: {<<: [*a, *b]}\n", refused: "a merge key (<<)"},
	{name: "merge key that is overridden", yaml: "x: &base {Effect: Allow, Action: b}\nStatement:\n- <<: *base\n  Action: a\n",
		refused: "a merge key (<<)"},
	{name: "merge key at the top", yaml: "<<: {Version: '2012-10-17'}\nStatement: {Effect: Allow, Action: a}\n", refused: "a merge key (<<)"},
	{name: "merge key in a condition", yaml: statement("Condition: {StringEquals: {<<: {a: b}, c: d}}"), refused: "a merge key (<<)"},
	{name: "quoted merge key", yaml: statement(`Condition: {StringEquals: {"<<": b}}`), refused: "merge"},
	{name: "marks of a merge key in a text", yaml: statement("Sid: '<<'", "Resource: ['a<<: b', '<<: *x']"),
		json: in(`"Sid":"<<","Resource":["a<<: b","<<: *x"]`)},

	{name: "repeated key", yaml: statement("Sid: a", "Sid: b"), refused: "Sid"},
	{name: "repeated key of the document", yaml: "Version: '2012-10-17'\nStatement: []\nVersion: '2008-10-17'\n", refused: "Version"},
	{name: "repeated key in another spelling", yaml: statement("Sid: a", `"Sid": b`), refused: "Sid"},
	{name: "repeated key in a condition", yaml: statement("Condition: {StringEquals: {a: b, a: c}}"), refused: "a"},
	{name: "number as a key", yaml: statement("Condition: {StringEquals: {123: x}}"), refused: "the key 123 is no string: quote it"},
	{name: "octal number as a key", yaml: statement("Condition: {StringEquals: {010: x}}"), refused: "the key 8 is no string: quote it"},
	{name: "float as a key", yaml: statement("Condition: {StringEquals: {1.5: x}}"), refused: "the key 1.5 is no string: quote it"},
	{name: "list as a key", yaml: statement("Condition:", "  StringEquals:", "    ? [a, b]", "    : x"), refused: ""},
	{name: "mapping as a key", yaml: statement("Condition:", "  StringEquals:", "    ? {a: b}", "    : x"), refused: ""},
	{name: "quoted number as a key", yaml: statement("Condition: {StringEquals: {'123': x}}"),
		json: in(`"Condition":{"StringEquals":{"123":"x"}}`)},

	{name: "tag of a string", yaml: condition("!!str 012345670123"), json: account(`"012345670123"`),
		perLibrary: map[string]string{"goccy": "quote it: YAML read 012345670123 as 1402433619"}}, // it reads the number first
	{name: "tag of a string in several lines", yaml: statement("Sid: !!str Read", "  all"), json: in(`"Sid":"Read all"`)},
	{name: "tag of a quoted string", yaml: statement(`Sid: !!str "a\tb"`), json: in(`"Sid":"a\tb"`)},
	{name: "tag of a plain mapping", yaml: statement("Principal: !!map {AWS: '*'}"), json: in(`"Principal":{"AWS":"*"}`),
		perLibrary: map[string]string{"goccy": "Principal: the tag !!map means nothing"}},
	{name: "tag of a plain list", yaml: statement("Resource: !!seq [a]"), json: in(`"Resource":["a"]`)},
	{name: "tag of a document", yaml: "!Own\nStatement: {Effect: Allow, Action: a}\n", refused: "the tag !Own means nothing"},
	{name: "tag of a number", yaml: condition(`!!int "5"`), refused: "quote it: YAML read"},
	{name: "tag of bytes", yaml: statement("Sid: !!binary UmVhZA=="), refused: "Statement[0].Sid: the tag !!binary means nothing in a policy"},
	{name: "tag of CloudFormation", yaml: statement(`Resource: !Sub "arn:aws:s3:::${Bucket}/*"`),
		refused: "Statement[0].Resource: the tag !Sub means nothing"},
	{name: "tag of CloudFormation without quotation marks", yaml: statement("Resource: !GetAtt Bucket.Arn"),
		refused: "the tag !GetAtt means nothing"},
	{name: "tag of a list", yaml: statement("Resource: !Join ['', [a, b]]"), refused: "the tag !Join means nothing"},
	{name: "tag of a mapping", yaml: statement("Principal: !Own {AWS: '*'}"), refused: "the tag !Own means nothing"},
	{name: "text that looks like a tag", yaml: statement(`Sid: "!Sub x"`), json: in(`"Sid":"!Sub x"`)},
	{name: "second document", yaml: "Statement: {Effect: Allow, Action: a}\n---\nStatement: {Effect: Deny, Action: a}\n",
		json: `{"Statement":{"Effect":"Allow","Action":"a"}}`}, // Unmarshal of both libraries reads the first
	{name: "no Statement", yaml: "Version: '2012-10-17'\n", refused: "the document has no Statement"},
	{name: "Effect of another spelling", yaml: "Statement: {Effect: allow, Action: a}\n", refused: "Effect"},
	{name: "list", yaml: "- Effect: Allow\n", refused: "a policy document is a JSON object"},
	{name: "number for a document", yaml: "5\n", refused: "a policy in YAML is a mapping, or a string with JSON; found 5"},
	{name: "word for a document", yaml: "none\n", refused: "a policy document is a JSON object"},
}

func TestTraps(t *testing.T) {
	everyLibrary(t, libraries, func(t *testing.T, lib library) {
		for _, tc := range traps {
			t.Run(tc.name, func(t *testing.T) { tc.check(t, lib) })
		}
	})
}

func (tc trap) check(t *testing.T, lib library) {
	t.Helper()
	want, refused := tc.json, tc.refused
	if own, ok := tc.perLibrary[lib.name]; ok {
		want, refused = "", own
		if strings.HasPrefix(own, "{") {
			want, refused = own, ""
		}
	}
	var config struct {
		Trust policy.Document `yaml:"trust"`
	}
	text := "trust: " + strings.ReplaceAll(tc.yaml, "\n", "\n  ")
	if !strings.HasPrefix(tc.yaml, "|") {
		text = "trust:\n  " + strings.ReplaceAll(tc.yaml, "\n", "\n  ")
	}
	if strings.Contains(tc.yaml, "\n---\n") {
		text = "trust:\n  " + strings.ReplaceAll(strings.ReplaceAll(tc.yaml, "\nS", "\n  S"), "---\n", "---\ntrust:\n")
	}
	err := lib.unmarshal([]byte(text), &config)
	if want == "" {
		switch {
		case err == nil:
			t.Fatalf("accepted as %s", config.Trust.Bytes())
		case !strings.Contains(err.Error(), refused):
			t.Errorf("error %q lacks %q", err, refused)
		case !config.Trust.IsZero():
			t.Errorf("a document beside the error: %s", config.Trust)
		}
		if own := (*policy.YAMLError)(nil); errors.As(err, &own) && strings.Contains(own.Error(), "\n") {
			t.Errorf("more than one line: %q", own)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(config.Trust.Bytes())); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}
