package policy_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/growthtest"
	. "github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/internal/memo"
)

// grown is an input of one size. What was parsed is nobody else's, so that nothing is remembered from an earlier run.
type grown struct {
	text          []byte
	before, after Document // after is before in another order, with a part of each statement changed
	statements    Statements
	s, other      Statement // the largest of before, and of after
	c, otherC     Condition
	values        []string // of the size
	principals    []Principal
	conditions    []Condition
	tree          any // of text
}

// grow returns a maker of inputs from the elements of their statements.
func grow(n int, statement func(i int) string, count int, members string) func() *grown {
	forward, backward := make([]string, count), make([]string, count)
	for i := range count {
		forward[i] = "{" + statement(i) + "}"
		backward[count-1-i] = "{" + strings.Replace(statement(i), "s3:Get", "s3:Put", i%2) + "}"
	}
	text := `{"Version":"2012-10-17","Statement":[` + strings.Join(forward, ",\n ") + `]` + members + `}`
	after := `{"Version":"2012-10-17","Statement":[` + strings.Join(backward, ",") + `]` + members + `}`
	seed := grown{text: []byte(text)}
	for i := range n {
		seed.values = append(seed.values, fmt.Sprintf("s3:Get%d", i))
		seed.principals = append(seed.principals, AWS(fmt.Sprintf("arn:aws:iam::111122223333:role/r%d", i)))
		seed.conditions = append(seed.conditions, StringLike(fmt.Sprintf("k:%d", n-i), "a*", "b"))
	}
	seed.c, seed.otherC = StringLike("k:x", seed.values...), StringLike("K:x", seed.values...)
	if err := json.Unmarshal(seed.text, &seed.tree); err != nil {
		panic(err)
	}
	return func() *grown {
		in := seed
		in.before, in.after = parsed(text), parsed(after)
		for s := range in.after.All() {
			in.statements, in.other = append(in.statements, s), s
		}
		for s := range in.before.All() {
			in.s = s
			break
		}
		return &in
	}
}

func parsed(text string) Document {
	d, err := Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// list is a JSON list of n strings.
func list(n int, form string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = `"` + strings.ReplaceAll(form, "#", fmt.Sprint(i)) + `"`
	}
	return "[" + strings.Join(out, ",") + "]"
}

// object is the members of a JSON object of n members.
func object(n int, form string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = strings.ReplaceAll(form, "#", fmt.Sprint(i))
	}
	return strings.Join(out, ",")
}

const grownStatement = `"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:Get","Resource":"arn:aws:s3:::b/*"`

// Each shape grows one part of a document.
var grownShapes = map[string]func(n int) func() *grown{
	"statements": func(n int) func() *grown {
		return grow(n, func(i int) string { return fmt.Sprintf(`"Sid":"S%d",`, i) + grownStatement }, n, "")
	},
	"statements without a Sid": func(n int) func() *grown {
		return grow(n, func(i int) string {
			return strings.Replace(grownStatement, "b/*", fmt.Sprintf("b/%d", i), 1)
		}, n, "")
	},
	"statements of one Sid": func(n int) func() *grown {
		return grow(n, func(i int) string {
			return `"Sid":"S",` + strings.Replace(grownStatement, "b/*", fmt.Sprintf("b/%d", i/2), 1)
		}, n, "")
	},
	"statements that mean the same": func(n int) func() *grown { return grow(n, func(int) string { return grownStatement }, n, "") },
	"statements of many partitions": func(n int) func() *grown {
		return grow(n, func(i int) string {
			return `"Effect":"Deny","Principal":{"AWS":["111122223333"` + []string{``, fmt.Sprintf(`,"arn:p%d:iam::444455556666:root"`, i)}[i%2] + `]},"Action":"s3:Get"`
		}, n, "")
	},
	"principals": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"111122223333"`, list(n, "arn:aws:iam::111122223333:role/r#"), 1)
		}, 1, "")
	},
	"kinds of principals": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"AWS":"111122223333"`, object(n, `"K#":"v"`), 1)
		}, 1, "")
	},
	"unique ids": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"111122223333"`, list(n, "AROAAAAAAAAAAAAAAA#"), 1)
		}, 1, "")
	},
	"actions": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(strings.Replace(grownStatement, `"s3:Get"`, list(n, "s3:Get*#"), 1), `"Action"`, `"NotAction"`, 1)
		}, 1, "")
	},
	"resources": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"arn:aws:s3:::b/*"`, list(n, "arn:aws:s3:::b/#*"), 1)
		}, 1, "")
	},
	"condition keys": func(n int) func() *grown {
		return grow(n, func(int) string {
			return grownStatement + `,"Condition":{"StringLike":{` + object(n, `"k:#":"a*"`) + `}}`
		}, 1, "")
	},
	"condition operators": func(n int) func() *grown {
		return grow(n, func(int) string { return grownStatement + `,"Condition":{` + object(n, `"Op#":{"k:x":"v"}`) + `}` }, 1, "")
	},
	"condition values": func(n int) func() *grown {
		return grow(n, func(int) string {
			return grownStatement + `,"Condition":{"IpAddress":{"aws:SourceIp":` + list(n, "2001:db8::#/128") + `}}`
		}, 1, "")
	},
	"values of a long key": func(n int) func() *grown {
		return grow(n, func(int) string {
			return grownStatement + `,"Condition":{"StringLike":{"` + strings.Repeat("k", n) + `":` + list(n, "#") + `}}`
		}, 1, "")
	},
	"keys of a long operator": func(n int) func() *grown { // always longer than what texts repeat of a name in full
		return grow(n, func(int) string {
			return grownStatement + `,"Condition":{"` + strings.Repeat("K", n+LongName) + `":{` + object(n, `"k:#":"v"`) + `}}`
		}, 1, "")
	},
	"keys and actions": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"s3:Get"`, list(n, "s3:PutObject"), 1) + `,"Condition":{"StringLike":{` + object(n, `"s3:ExistingObjectTag/#":"v"`) + `}}`
		}, 1, "")
	},
	"keys that do not fit actions": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, `"s3:Get"`, list(n, "s3:PutObject#"), 1) + `,"Condition":{"StringLike":{` + object(n, `"s3:ExistingObjectTag/#":"v"`) + `}}`
		}, 1, "")
	},
	"actions and resources": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(strings.Replace(grownStatement, `"s3:Get"`, list(n, "s3:ListBucket"), 1), `"arn:aws:s3:::b/*"`, list(n, "arn:aws:s3:::b/#"), 1)
		}, 1, "")
	},
	"a long text": func(n int) func() *grown {
		return grow(n, func(int) string {
			return strings.Replace(grownStatement, "b/*", "b/"+strings.Repeat(`*\u0061${x}`, n), 1)
		}, 1, "")
	},
	"wildcards in a row": func(n int) func() *grown {
		row := strings.Repeat("*?**", n) + ":" + strings.Repeat("*", n) + strings.Repeat("${A", n) + "}"
		return grow(n, func(int) string {
			return strings.NewReplacer("b/*", "b/"+row, "s3:Get", "s3:Get"+row).Replace(grownStatement) + `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:` + row + `"}}`
		}, 1, "")
	},
	"unknown members": func(n int) func() *grown {
		return grow(n, func(int) string { return grownStatement + "," + object(n, `"Extra#":{"b":[#],"a":null}`) }, 1, `,"More":[`+object(n, `{"x":#}`)+`]`)
	},
	"white space": func(n int) func() *grown {
		return grow(n, func(int) string { return strings.Repeat(" \n", n) + grownStatement + strings.Repeat("\t", n) }, 1, strings.Repeat(" ", n))
	},
}

// TestGrowth: no exported function takes much more than n log n, whatever grows in its input.
func TestGrowth(t *testing.T) {
	decode := func(in *grown) func(any) error {
		return func(to any) error {
			switch to := to.(type) {
			case *any:
				*to = in.tree
				return nil
			}
			return fmt.Errorf("not a %T", to)
		}
	}
	syntax := func(in *grown) *SyntaxError {
		_, err := Parse(in.text[:len(in.text)-1])
		return err.(*SyntaxError)
	}
	growthtest.Run(t, growthtest.Table[grown]{
		Shapes: grownShapes,
		Most:   1 << 12,
		Functions: map[string]func(*grown){
			"Parse":        func(in *grown) { parsed(string(in.text)) },
			"ParseEncoded": func(in *grown) { _, _ = ParseEncoded(url.PathEscape(string(in.text))) },
			"New":          func(in *grown) { New(in.statements) },
			"Diff":         func(in *grown) { Diff(in.before, in.after) },
			"Dangling":     func(in *grown) { Dangling(in.before) },
			"Public":       func(in *grown) { Public(in.before) },
			"Allow":        func(in *grown) { Allow(in.values...) },
			"Deny":         func(in *grown) { Deny(in.values...) },
			"Where":        func(in *grown) { Where("StringLike", "k:x", in.values...) },
			"ArnEquals":    func(in *grown) { ArnEquals("k:x", in.values...) },
			"ArnLike":      func(in *grown) { ArnLike("k:x", in.values...) },
			"ArnNotLike":   func(in *grown) { ArnNotLike("k:x", in.values...) },
			"IPAddress":    func(in *grown) { IPAddress("k:x", in.values...) },
			"NotIPAddress": func(in *grown) { NotIPAddress("k:x", in.values...) },
			"StringEquals": func(in *grown) { StringEquals("k:x", in.values...) },
			"StringLike":   func(in *grown) { StringLike("k:x", in.values...) },
			"StringNotEquals": func(in *grown) {
				StringNotEquals("k:x", in.values...)
			},
			"StringNotLike": func(in *grown) { StringNotLike("k:x", in.values...) },
			"IsUniqueID":    func(in *grown) { IsUniqueID(string(in.text)) },

			"Condition.Equal":  func(in *grown) { in.c.Equal(in.otherC) },
			"Condition.String": func(in *grown) { _ = in.c.String() },
			"Condition.Values": func(in *grown) { in.c.Values() },

			"ConflictError.Error": func(in *grown) {
				_ = (&ConflictError{Sid: "S", Existing: in.s, Wanted: in.other}).Error()
			},
			"SyntaxError.Error":      func(in *grown) { _ = syntax(in).Error() },
			"StatementChange.String": func(in *grown) { _ = StatementChange{Op: Changed, Before: in.s, After: in.other}.String() },

			"Document.All": func(in *grown) {
				for range in.before.All() {
				}
			},
			"Document.Bytes": func(in *grown) { in.before.Bytes() },
			"Document.Equal": func(in *grown) { in.before.Equal(in.after) },
			"Document.EqualWith": func(in *grown) {
				in.before.EqualWith(in.after, map[string]string{"AROAAAAAAAAAAAAAAA1": "arn:aws:iam::111122223333:role/x"})
			},
			"Document.MarshalJSON":   func(in *grown) { _, _ = in.before.MarshalJSON() },
			"Document.MarshalYAML":   func(in *grown) { _, _ = in.before.MarshalYAML() },
			"Document.Memo":          func(in *grown) { in.before.Memo(memo.Key{}) },
			"Document.Merge":         func(in *grown) { _, _ = in.before.Merge(in.before.Without("S1"), in.statements[:len(in.statements)/2]) },
			"Document.Size":          func(in *grown) { in.before.Size(Bucket); in.before.Size(Identity) },
			"Document.Statement":     func(in *grown) { in.before.Statement("none") },
			"Document.String":        func(in *grown) { _ = in.before.String() },
			"Document.UnmarshalJSON": func(in *grown) { _ = new(Document).UnmarshalJSON(in.text) },
			"Document.UnmarshalYAML": func(in *grown) { _ = new(Document).UnmarshalYAML(decode(in)) },
			"Document.Validate": func(in *grown) {
				for _, kind := range []Kind{Identity, Trust, Bucket, Key} {
					_ = in.before.Validate(kind)
				}
			},
			"Document.Warnings": func(in *grown) {
				for _, kind := range []Kind{Identity, Trust, Bucket, Key} {
					_ = in.before.Warnings(kind)
				}
			},
			"Document.With": func(in *grown) { in.before.With(in.statements) },
			"Document.Without": func(in *grown) {
				var sids []string
				for s := range in.after.All() {
					sids = append(sids, s.Sid())
				}
				in.before.Without(append(sids, in.values...)...)
			},

			"Statement.Actions":    func(in *grown) { in.s.Actions() },
			"Statement.By":         func(in *grown) { in.s.By(in.principals...) },
			"Statement.Bytes":      func(in *grown) { in.s.Bytes() },
			"Statement.Conditions": func(in *grown) { in.s.Conditions() },
			"Statement.Equal":      func(in *grown) { in.s.Equal(in.other) },
			"Statement.EqualWith": func(in *grown) {
				in.s.EqualWith(in.other, map[string]string{"AROAAAAAAAAAAAAAAA1": "arn:aws:iam::111122223333:role/x"})
			},
			"Statement.Explain":     func(in *grown) { in.s.Explain() },
			"Statement.MarshalJSON": func(in *grown) { _, _ = in.s.MarshalJSON() },
			"Statement.MarshalYAML": func(in *grown) { _, _ = in.s.MarshalYAML() },
			"Statement.On":          func(in *grown) { in.s.On(in.values...) },
			"Statement.Principals":  func(in *grown) { in.s.Principals() },
			"Statement.Resources":   func(in *grown) { in.s.Resources() },
			"Statement.Sid":         func(in *grown) { in.s.Sid() },
			"Statement.String":      func(in *grown) { _ = in.s.String() },
			"Statement.UnmarshalJSON": func(in *grown) {
				_ = new(Statement).UnmarshalJSON(in.s.Bytes())
			},
			"Statement.UnmarshalYAML": func(in *grown) { _ = new(Statement).UnmarshalYAML(decode(in)) },
			"Statement.When":          func(in *grown) { in.s.When(in.conditions...) },
			"Statement.WithSid":       func(in *grown) { in.s.WithSid(strings.Join(in.values, "")) },
		},
		Fixed: []string{
			"AWS", "Account", "Everyone", "Service", "Bool", "Null", "Kind.String",
			"Principal.Equal", "Principal.String", "Principal.Type", "Principal.Value", "Condition.Key", "Condition.Operator",
			"Document.ID", "Document.IsZero", "Document.Len", "Document.Version", "Statement.Effect", "Statement.IsZero",
			"ConflictError.Hint", "SyntaxError.Hint", "YAMLError.Error", "YAMLError.Hint", "YAMLError.Unwrap",
		},
	})
}
