package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "github.com/xacct/xacct/policy"
)

// The libraries themselves are tested in internal/yamltest, a module of its own.

// gives is an unmarshal function that can only fill an any, as a simple decoder would. It panics at every other type.
func gives(value any) func(any) error {
	return func(into any) error {
		*into.(*any) = value
		return nil
	}
}

type item struct{ Key, Value any }

func withMember(name string, value any) map[string]any {
	return map[string]any{"Statement": map[string]any{"Effect": "Allow", "Action": "a", name: value}}
}

func inCondition(value any) map[string]any {
	return withMember("Condition", map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": value}})
}

func TestUnmarshalYAML(t *testing.T) {
	const whereAccount = "policy: YAML: Statement.Condition.StringEquals.aws:SourceAccount: "
	date := time.Date(2012, 10, 17, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name          string
		value         any
		want, refused string
	}{
		{name: "order of the grammar", value: map[any]any{"Statement": []any{map[any]any{"Action": []any{"b", "a"}, "Zeta": "z", "Alpha": "a", "Effect": "Deny", "Sid": "S"}}, "Id": "i", "Version": "2012-10-17"},
			want: `{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"S","Effect":"Deny","Action":["b","a"],"Alpha":"a","Zeta":"z"}]}`},
		{name: "ordered mapping", value: []item{{"Statement", []item{{"Effect", "Allow"}, {"Action", "a"}}}, {"Id", "i"}},
			want: `{"Statement":{"Effect":"Allow","Action":"a"},"Id":"i"}`},
		{name: "text", value: " {\"Statement\": []}\n", want: " {\"Statement\": []}\n"},
		{name: "null", value: nil, want: ""},
		{name: "boolean under Bool", value: withMember("Condition", map[string]any{"Bool": map[string]any{"aws:SecureTransport": []any{true, "x"}}}),
			want: `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"Bool":{"aws:SecureTransport":[true,"x"]}}}}`},
		{name: "boolean under BoolIfExists for any value", value: withMember("Condition", map[string]any{"ForAnyValue:boolIfExists": map[string]any{"k": false}}),
			want: `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"ForAnyValue:boolIfExists":{"k":false}}}}`},
		{name: "boolean under Null", value: withMember("Condition", map[string]any{"Null": map[string]any{"k": true}}),
			want: `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"Null":{"k":true}}}}`},
		{name: "boolean under an operator that compares texts, of which the text is not known", value: inCondition([]any{"x", false}),
			refused: "policy: YAML: Statement.Condition.StringEquals.aws:SourceAccount[1]: quote it: YAML read false as the boolean false"},
		{name: "boolean in an unknown member", value: withMember("Own", false), want: `{"Statement":{"Effect":"Allow","Action":"a","Own":false}}`},
		{name: "date of Version", value: map[string]any{"Version": date, "Statement": []any{}}, want: `{"Version":"2012-10-17","Statement":[]}`},
		{name: "characters that JSON escapes", value: withMember("Sid", "a\"\\\n\x01é<"),
			want: `{"Statement":{"Sid":"a\"\\\n\u0001é<","Effect":"Allow","Action":"a"}}`},

		{name: "int", value: inCondition(1402433619), refused: whereAccount + "quote it: YAML read the number 1402433619"},
		{name: "int64", value: inCondition(int64(-5)), refused: whereAccount + "quote it: YAML read the number -5"},
		{name: "uint64", value: inCondition(uint64(1 << 63)), refused: whereAccount + "quote it: YAML read the number 9223372036854775808"},
		{name: "float", value: inCondition(111122223333.0), refused: whereAccount + "quote it: YAML read the number 111122223333"},
		{name: "number of JSON", value: inCondition(json.Number("1")),
			want: `{"Statement":{"Effect":"Allow","Action":"a","Condition":{"StringEquals":{"aws:SourceAccount":"1"}}}}`},
		{name: "number in a list", value: inCondition([]any{"a", 1}),
			refused: "policy: YAML: Statement.Condition.StringEquals.aws:SourceAccount[1]: quote it: YAML read the number 1"},
		{name: "boolean as a Sid", value: withMember("Sid", false),
			refused: "policy: YAML: Statement.Sid: quote it: YAML read false as the boolean false"},
		{name: "boolean as an Action", value: withMember("Resource", []any{true}),
			refused: "policy: YAML: Statement.Resource[0]: quote it: YAML read true as the boolean true"},
		{name: "boolean as Version", value: map[string]any{"Version": true, "Statement": []any{}},
			refused: "policy: YAML: Version: quote it: YAML read true as the boolean true"},
		{name: "date elsewhere", value: inCondition(date), refused: whereAccount + "quote it: YAML read 2012-10-17T00:00:00Z as a date"},
		{name: "date of a Version below", value: withMember("Version", date),
			refused: "policy: YAML: Statement.Version: quote it: YAML read 2012-10-17T00:00:00Z as a date"},
		{name: "time of Version", value: map[string]any{"Version": date.Add(time.Second), "Statement": []any{}},
			refused: "policy: YAML: Version: quote it: YAML read 2012-10-17T00:00:01Z as a date"},
		{name: "null in a document", value: inCondition(nil), refused: whereAccount + "YAML read null: leave the key out, or quote the value"},
		{name: "number as a key", value: map[any]any{1: "x", "Statement": []any{}}, refused: "policy: YAML: the key 1 is no string: quote it"},
		{name: "boolean as a key", value: withMember("Condition", map[any]any{"Bool": map[any]any{true: "x"}}),
			refused: "policy: YAML: Statement.Condition.Bool: the key true is no string: quote it"},
		{name: "null as a key", value: map[any]any{nil: "x", "Statement": []any{}}, refused: "policy: YAML: the key null is no string: quote it"},
		{name: "list as a key", value: map[any]any{[1]string{"a"}: "x"}, refused: "policy: YAML: the key of type [1]string is no string: quote it"},
		{name: "merge key", value: map[any]any{"<<": map[any]any{"Version": "2012-10-17"}, "Statement": []any{}},
			refused: "policy: YAML: a merge key (<<) hides what the policy says: write the keys out"},
		{name: "repeated key", value: []item{{"Statement", []any{}}, {"Statement", []any{}}},
			refused: `policy: YAML: the key "Statement" is repeated`},
		{name: "bytes", value: withMember("Sid", []byte("Read")),
			refused: "policy: YAML: Statement.Sid: a policy has strings, mappings and lists; YAML read a []uint8"},
		{name: "text that is not UTF-8", value: withMember("Sid", "\xff"), refused: "policy: YAML: Statement.Sid: the text is not UTF-8"},
		{name: "key that is not UTF-8", value: map[string]any{"\xff": "x"}, refused: `policy: YAML: the key "\xff" is not UTF-8`},
		{name: "number for a document", value: 5, refused: "policy: YAML: a policy in YAML is a mapping, or a string with JSON; found 5"},
		{name: "list for a document", value: []any{"a"}, refused: "policy: YAML: a policy document is a JSON object, found '['"},
		{name: "no Statement", value: map[string]any{"Version": "2012-10-17"}, refused: "policy: YAML: the document has no Statement"},
		{name: "no Effect", value: map[string]any{"Statement": []any{map[string]any{"Effect": "Deny", "Action": "a"}, map[string]any{"Sid": "x", "Action": "a"}}},
			refused: "policy: YAML: Statement[1]: the statement that begins here has no Effect"},
		{name: "no Action", value: map[string]any{"Id": "x", "Statement": map[string]any{"Effect": "Deny"}},
			refused: "policy: YAML: Statement: the statement that begins here has no Action and no NotAction"},
		{name: "Effect of another spelling", value: withMember("Effect", "allow"),
			refused: "policy: YAML: Statement.Effect: \"Effect\" is \"Allow\" or \"Deny\", found \"allow\""},
		{name: "mapping for an Action", value: withMember("Action", map[string]any{}),
			refused: `policy: YAML: Statement.Action: "Action" is a string or a list of strings, found '{'`},
		{name: "list in a condition's key", value: withMember("Condition", []any{}),
			refused: `policy: YAML: Statement.Condition: "Condition" is an object of operators, found '['`},
		{name: "Action and NotAction", value: withMember("NotAction", "b"),
			refused: "policy: YAML: Statement.NotAction: a statement has either \"NotAction\" or its counterpart, not both"},
		{name: "word for a document", value: "none", refused: "policy: YAML: a policy document is a JSON object, found 'n'"},
		{name: "too large", value: withMember("Sid", strings.Repeat("x", 1<<19)),
			refused: "policy: YAML: nested deeper, or larger, than any policy; look for aliases of aliases"},
		{name: "too deep", value: deep(300), refused: "policy: YAML: nested deeper, or larger, than any policy; look for aliases of aliases"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := New(Allow("old"))
			err := d.UnmarshalYAML(gives(tc.value))
			if tc.refused != "" {
				var own *YAMLError
				if err == nil || !errors.As(err, &own) || own.Hint() == "" {
					t.Fatalf("error %v, document %s", err, d)
				}
				if diff := cmp.Diff(tc.refused, err.Error()); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
				if !d.Equal(New(Allow("old"))) {
					t.Errorf("the document was changed beside the error: %s", d)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(d.Bytes())); diff != "" {
				t.Errorf("bytes (-want +got):\n%s", diff)
			}
		})
	}
}

func deep(levels int) any {
	var v any = "x"
	for range levels {
		v = []any{v}
	}
	return v
}

func TestUnmarshalYAMLStatement(t *testing.T) {
	for _, tc := range []struct {
		name          string
		value         any
		want, refused string
	}{
		{name: "mapping", value: map[string]any{"Action": "a", "Effect": "Allow"}, want: `{"Effect":"Allow","Action":"a"}`},
		{name: "text", value: `{"Action":"a", "Effect":"Allow"}`, want: `{"Action":"a", "Effect":"Allow"}`},
		{name: "null", value: nil, want: ""},
		{name: "condition", value: map[string]any{"Action": "a", "Effect": "Allow", "Condition": map[string]any{"Bool": map[string]any{"x": true}}},
			want: `{"Effect":"Allow","Action":"a","Condition":{"Bool":{"x":true}}}`},
		{name: "number", value: map[string]any{"Sid": 5}, refused: "policy: YAML: Sid: quote it: YAML read the number 5"},
		{name: "boolean", value: map[string]any{"Sid": true}, refused: "policy: YAML: Sid: quote it: YAML read true as the boolean true"},
		{name: "date", value: map[string]any{"Version": time.Time{}},
			refused: "policy: YAML: Version: quote it: YAML read 0001-01-01T00:00:00Z as a date"},
		{name: "no Effect", value: map[string]any{"Action": "a"}, refused: "policy: YAML: the statement that begins here has no Effect"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s Statement
			err := s.UnmarshalYAML(gives(tc.value))
			got, message := string(s.Bytes()), ""
			if err != nil {
				message = err.Error()
			}
			if diff := cmp.Diff([]string{tc.want, tc.refused}, []string{got, message}); diff != "" {
				t.Errorf("statement and error (-want +got):\n%s", diff)
			}
		})
	}
}

// The error of a library comes back as it is.
func TestUnmarshalYAMLKeepsTheLibrarysError(t *testing.T) {
	broken := errors.New("line 3: did not find expected key")
	var d Document
	if err := d.UnmarshalYAML(func(any) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Members that are not in the grammar make the document a text, which keeps its bytes.
func TestMarshalYAML(t *testing.T) {
	odd := `{"Statement":[{"Effect":"Allow","Action":"a","Own":1.20}]}`
	v, err := mustParse(t, odd).MarshalYAML()
	if diff := cmp.Diff(any(odd), v); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if v, err := (Document{}).MarshalYAML(); v != nil || err != nil {
		t.Error(v, err)
	}
	if v, err := (Statement{}).MarshalYAML(); v != nil || err != nil {
		t.Error(v, err)
	}
}

// FuzzUnmarshalYAML feeds what a JSON decoder makes of a text. What is accepted means what the text means; nothing panics.
func FuzzUnmarshalYAML(f *testing.F) {
	addCorpus(f)
	for _, text := range []string{`null`, `5`, `"{\"Statement\":[]}"`, `{"<<":{}}`, `{"Statement":{"Effect":"Allow","Action":[true,null,1]}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var value any
		if json.Unmarshal(data, &value) != nil {
			return
		}
		var d, viaJSON Document
		err := d.UnmarshalYAML(gives(value))
		if again := viaJSON.UnmarshalYAML(func(into any) error { return json.Unmarshal(data, into) }); (err == nil) != (again == nil) {
			t.Fatalf("a decoder of other types: %v, not %v", again, err)
		}
		if err != nil {
			if !d.IsZero() || strings.Contains(err.Error(), "\n") {
				t.Errorf("document %v, error %q", d, err)
			}
			return
		}
		if !d.Equal(viaJSON) {
			t.Errorf("a decoder of other types: %s, not %s", viaJSON, d)
		}
		if want, err := Parse(data); err == nil && !d.Equal(want) {
			t.Errorf("another meaning: %s, not %s", d, want)
		}
		v, err := d.MarshalYAML()
		if err != nil {
			t.Fatal(err)
		}
		// The libraries print structs by their tags; JSON does here.
		text, isText := v.(string)
		if !isText {
			return
		}
		if again, err := Parse([]byte(text)); err != nil || !again.Equal(d) {
			t.Errorf("written as a text: %v, %s", err, text)
		}
	})
}
