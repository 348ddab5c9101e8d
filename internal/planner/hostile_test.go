package planner

import (
	"errors"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/plantext"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// FuzzTextOfOthers puts a text into every string, error and policy of what was read for a transfer, one kind of field after the other and all at once,
// and looks at every text for people that the plan and its errors have.
func FuzzTextOfOthers(f *testing.F) {
	for _, s := range []string{"\x1b[2J", "\r\nChecked  all is allowed", "\u202edewolla", "a\u2028b\u2029c", "\u009b31m", "\u2066x\u2069", "\xff\xfe", "\u200b", `"`, "\t\v\f\x00", "\ufeff", "%s%d"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, hostile string, which uint8) {
		if len(hostile) > 200 {
			t.Skip()
		}
		for _, mode := range []plan.Mode{plan.SetUp, plan.TearDown} {
			w := newWorld(given("nightly", "media"), given("weekly", "media")).made()
			former(snapshot.FormerOwner{Account: accountB, Region: "us-east-2"}, foreign)(w)
			w.mode = mode
			p := poison{text: hostile, every: int(which%7) + 1}
			p.value(reflect.ValueOf(w.Snapshot).Elem())
			w.Failures["arn:aws:iam::111122223333:role/weekly-source"] = errors.New("refused: " + hostile)
			b, made := w.plan()
			texts := []string{}
			for _, part := range []string{plantext.Long(textOf(made)), plantext.Short(textOf(made))} {
				texts = append(texts, strings.Split(part, "\n")...)
			}
			for _, x := range made.Findings {
				texts = append(texts, x.Detail, x.Remedy)
			}
			for _, c := range made.Changes {
				texts = append(append(texts, c.Reason), c.Details...)
			}
			for name, findings := range BlockingByTransfer(made.Findings) {
				err := b.BlockedError(name, findings)
				texts = append(texts, err.Error(), err.Hint())
				for _, cause := range err.Causes {
					texts = append(texts, plan.Hints(cause)...)
				}
			}
			for _, s := range texts {
				if r := unprintable(s); r != "" {
					t.Fatalf("%s in a text for people: %q", r, s)
				}
			}
		}
	})
}

func textOf(p *Plan) *plantext.Plan {
	out := &plantext.Plan{Mode: p.Mode, Changes: p.Changes, Findings: p.Findings}
	for _, t := range p.Transfers {
		out.Transfers = append(out.Transfers, t.Name)
	}
	return out
}

// unprintable returns the first rune that a terminal does not print as itself; "" is none.
func unprintable(s string) string {
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			return "a byte that is no UTF-8"
		}
		if !unicode.IsPrint(r) {
			return strconv.QuoteRune(r)
		}
	}
	return ""
}

// poison appends the text to strings, each time to one of every few.
type poison struct {
	text        string
	every, seen int
}

func (p *poison) hit() bool {
	p.seen++
	return p.seen%p.every == 0
}

var errorType, documentType = reflect.TypeFor[error](), reflect.TypeFor[policy.Document]()

func (p *poison) value(v reflect.Value) {
	switch {
	case v.Type() == documentType:
		if p.hit() {
			v.Set(reflect.ValueOf(p.document(v.Interface().(policy.Document))))
		}
		return
	case v.Type() == errorType:
		if !v.IsNil() && p.hit() {
			v.Set(reflect.ValueOf(errors.New(v.Interface().(error).Error() + p.text)))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && p.hit() {
			v.SetString(v.String() + p.text)
		}
	case reflect.Struct:
		if strings.HasSuffix(v.Type().PkgPath(), "internal/transfer") || v.Type().PkgPath() == "time" {
			return // what the user wrote
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				p.value(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Pointer {
			return // the transfers
		}
		for i := range v.Len() {
			p.value(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			p.value(v.Elem())
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			item := reflect.New(v.Type().Elem()).Elem()
			item.Set(v.MapIndex(key))
			p.value(item)
			v.SetMapIndex(key, item)
		}
	}
}

// document adds statements of others that quote the text wherever a statement can.
func (p *poison) document(d policy.Document) policy.Document {
	s := p.text
	return policy.New(d, policy.Deny("s3:*"+s).By(policy.AWS("arn:aws:iam::444455556666:role/"+s)).On("arn:aws:s3:::media/"+s).WithSid("Theirs"+s),
		policy.Deny("s3:ListBucket", "kms:Decrypt", "sts:AssumeRole").By(policy.Everyone()).On("*").When(policy.StringEquals("aws:PrincipalTag/"+s, s)).WithSid("ByTag"+s),
		policy.Deny("s3:PutObject").By(policy.Everyone()).On("*").When(policy.ArnNotLike("aws:PrincipalArn", "arn:aws:iam::*:role/"+s)).WithSid("XacctNightlyWrite"+s),
		policy.Allow("s3:GetObject").By(policy.AWS("AROA1234567890EXAMPLE")).On("arn:aws:s3:::media/*").WithSid("Gone"+s))
}

func TestPoisonReachesTheSnapshot(t *testing.T) {
	w := newWorld(given("nightly", "media")).made()
	before := maps.Clone(w.Roles)
	p := poison{text: "!", every: 1}
	p.value(reflect.ValueOf(w.Snapshot).Elem())
	if p.seen < 40 || reflect.DeepEqual(before, w.Roles) {
		t.Errorf("%d strings were reached", p.seen)
	}
}
