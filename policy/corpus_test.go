package policy_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/xacct/xacct/policy"
)

// corpus returns the documents of testdata/corpus by file name. A folder is named after the kind for which its documents are valid; those
// in "odd" can be parsed and are valid for no kind.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("testdata/corpus", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash("testdata/corpus/")))] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 30 {
		t.Fatalf("only %d documents in testdata/corpus", len(out))
	}
	return out
}

var kinds = map[string]Kind{"identity": Identity, "trust": Trust, "bucket": Bucket, "key": Key}

func TestCorpus(t *testing.T) {
	ours := Allow("s3:GetObject").WithSid("XacctNew").By(AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/new/*")
	documents := corpus(t)
	for name, text := range documents {
		t.Run(name, func(t *testing.T) {
			d := mustParse(t, text)
			if got := string(d.Bytes()); got != text {
				t.Fatalf("other bytes:\n got %q\nwant %q", got, text)
			}
			checkEdits(t, d, ours)

			rendered := mustParse(t, string(render(t, text)))
			if !d.Equal(rendered) || !rendered.Equal(d) {
				t.Errorf("not equal to what S3 makes of it:\n%s", rendered)
			}
			for _, c := range Diff(d, rendered) {
				if c.Op != Kept {
					t.Errorf("differs from what S3 makes of it: %s", c)
				}
			}

			folder, _, _ := strings.Cut(name, "/")
			for kindName, kind := range kinds {
				err := d.Validate(kind)
				if kindName == folder && err != nil {
					t.Errorf("not valid as a %v: %v", kind, err)
				}
				if folder == "odd" && err == nil {
					t.Errorf("valid as a %v", kind)
				}
			}
		})
	}
	t.Logf("%d documents", len(documents))
}

// checkEdits checks what must hold when a new statement is put into any document.
func checkEdits(t testing.TB, d Document, ours Statement) {
	t.Helper()
	before := string(d.Bytes())
	with := d.With(ours)
	if string(d.Bytes()) != before {
		t.Fatalf("With changed its receiver: %s", d.Bytes())
	}
	if got, want := with.Len(), d.Len()+1; got != want {
		t.Fatalf("%d statements after With, want %d", got, want)
	}
	if with.Version() != d.Version() && !d.IsZero() {
		t.Errorf("Version %q became %q", d.Version(), with.Version())
	}
	i := 0
	for s := range d.All() {
		if !bytes.Contains(with.Bytes(), s.Bytes()) {
			t.Errorf("statement %d lost its bytes: %s", i, s.Bytes())
		}
		i++
	}
	if again := with.With(ours); string(again.Bytes()) != string(with.Bytes()) {
		t.Errorf("With twice is not With once:\n%s\n%s", with.Bytes(), again.Bytes())
	}
	if back := with.Without(ours.Sid()); !d.IsZero() && string(back.Bytes()) != before {
		t.Errorf("Without does not undo With:\n got %q\nwant %q", back.Bytes(), before)
	}
	merged, err := d.Merge(ours)
	if err != nil || string(merged.Bytes()) != string(with.Bytes()) {
		t.Errorf("Merge is not With: %v, %s", err, merged.Bytes())
	}
	reread, err := Parse(with.Bytes())
	if err != nil {
		t.Fatalf("what With makes cannot be read: %v\n%s", err, with.Bytes())
	}
	if !reread.Equal(with) || !reflectsIndex(reread, with) {
		t.Errorf("other than what is read back: %s", with.Bytes())
	}
	if with.Equal(d) {
		t.Error("Equal overlooks a statement")
	}
}

// reflectsIndex reports whether the accessors of both documents return the same values.
func reflectsIndex(a, b Document) bool {
	x, y := []string{a.Version(), a.ID()}, []string{b.Version(), b.ID()}
	for s := range a.All() {
		x = append(x, s.Sid(), string(s.Bytes()))
	}
	for s := range b.All() {
		y = append(y, s.Sid(), string(s.Bytes()))
	}
	return strings.Join(x, "\x00") == strings.Join(y, "\x00")
}

// render returns a document as S3 may return it, without using this package: members and lists in another order, lists of one as plain
// values and the other way round, account ids as ARNs, numbers as text, action names in another letter case.
// Sources: https://github.com/hashicorp/terraform-provider-aws/issues/11801, https://github.com/ansible/ansible/issues/29341,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func render(t testing.TB, text string) []byte {
	t.Helper()
	var d map[string]any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, uint64(len(text))))
	partition := "aws"
	if strings.Contains(text, "arn:aws-cn:") {
		partition = "aws-cn"
	}
	statements, ok := d["Statement"].([]any)
	if !ok {
		statements = []any{d["Statement"]}
	}
	rng.Shuffle(len(statements), func(i, j int) { statements[i], statements[j] = statements[j], statements[i] })
	for _, s := range statements {
		s := s.(map[string]any)
		for _, name := range []string{"Action", "NotAction", "Resource", "NotResource"} {
			if v, ok := s[name]; ok {
				s[name] = turn(rng, v, func(v string) string {
					if strings.HasSuffix(name, "Action") {
						return strings.ToUpper(v)
					}
					return v
				})
			}
		}
		for _, name := range []string{"Principal", "NotPrincipal"} {
			switch p := s[name].(type) {
			case string:
				s[name] = map[string]any{"AWS": "*"}
			case map[string]any:
				for kind, v := range p {
					p[kind] = turn(rng, v, func(v string) string {
						if kind == "AWS" && len(v) == 12 && strings.Trim(v, "0123456789") == "" {
							return "arn:" + partition + ":iam::" + v + ":root"
						}
						return v
					})
				}
			}
		}
		if conditions, ok := s["Condition"].(map[string]any); ok {
			for _, keys := range conditions {
				keys := keys.(map[string]any)
				for key, v := range keys {
					delete(keys, key)
					keys[strings.ToLower(key)] = turn(rng, v, func(v string) string { return v })
				}
			}
		}
	}
	d["Statement"] = statements
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "    ")
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// turn shuffles a list, turns a list of one into a plain value and a plain value into a list, and changes each value to text.
func turn(rng *rand.Rand, v any, change func(string) string) any {
	asText := func(v any) string {
		switch v := v.(type) {
		case string:
			return change(v)
		case json.Number:
			return v.String()
		}
		b, _ := json.Marshal(v)
		return string(b)
	}
	list, ok := v.([]any)
	if !ok {
		return []any{asText(v)}
	}
	out := []any{}
	for _, v := range list {
		out = append(out, asText(v))
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	if len(out) == 1 {
		return out[0]
	}
	return out
}
