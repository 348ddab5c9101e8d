package handover_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy"
)

// splice is one edit of a policy by the scripts' program.
type splice struct {
	Text *string // nil is no policy
	Put  [][2]string
	Take []string
	Step map[string]any
}

// spliced is what it made: nil is nothing to do, "" that no statement is left. Stop is why it made nothing.
type spliced struct {
	New  *string
	Stop string
}

// driver calls the program's edit for each line that it reads. It is run as a module, so that it calls nothing of AWS.
const driver = `
import json, sys
program = {"__name__": "program"}
exec(compile(open(sys.argv[1]).read(), "program", "exec"), program)
for line in sys.stdin:
    c = json.loads(line)
    try:
        print(json.dumps({"New": program["edit"](c["Step"], c["Text"], [tuple(p) for p in c["Put"] or []], program["leaving"](c["Step"], c["Text"], c["Take"] or [])), "Stop": ""}))
    except program["Stop"] as e:
        print(json.dumps({"New": None, "Stop": str(e)}))
`

// spliceAll runs all edits in one process.
func spliceAll(t *testing.T, edits []splice) []spliced {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skipf("%d edits not tried: there is no python3 here", len(edits))
	}
	path := filepath.Join(t.TempDir(), "program.py")
	if err := os.WriteFile(path, []byte(handover.Program()), 0o600); err != nil {
		t.Fatal(err)
	}
	var in, errs bytes.Buffer
	for _, e := range edits {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-I", "-c", driver, path)
	cmd.Stdin, cmd.Stderr = &in, &errs
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var out []spliced
	for line := range bytes.Lines(printed) {
		var s spliced
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if len(out) != len(edits) {
		t.Fatalf("%d answers to %d edits", len(out), len(edits))
	}
	return out
}

// anyShape takes every statement that it is given for ours.
func anyShape(texts map[string][]string) map[string]any {
	if texts == nil {
		texts = map[string][]string{}
	}
	return map[string]any{"Exact": texts, "Shape": map[string]any{"Accounts": []string{}, "Actions": []string{}, "Resources": []string{},
		"Below": []string{}, "Conditions": map[string]string{}, "Free": []string{}}}
}

// corpus are the documents of policy/testdata/corpus, by name.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	const root = "../policy/testdata/corpus"
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(filepath.ToSlash(path), root+"/")] = string(text)
		return err
	})
	if err != nil || len(out) < 30 {
		t.Fatalf("%d documents: %v", len(out), err)
	}
	return out
}

var ourStatement = policy.Allow("s3:GetObject").WithSid("XacctNew").By(policy.AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::b/new/*")

func put(sts ...policy.Statement) (out [][2]string) {
	for _, st := range sts {
		out = append(out, [2]string{st.Sid(), string(st.Bytes())})
	}
	return out
}

// The program's splice has the bytes of policy.With and policy.Without, for every document of the corpus: our statement in, out again, and the
// first statement that has a Sid out and replaced.
func TestSpliceIsThatOfPolicy(t *testing.T) {
	t.Parallel()
	type row struct {
		name string
		edit splice
		want policy.Document
	}
	var rows []row
	add := func(name string, d policy.Document, sts []policy.Statement, take []string, exact map[string][]string, want policy.Document) {
		text := string(d.Bytes())
		rows = append(rows, row{name, splice{&text, put(sts...), take, anyShape(exact)}, want})
	}
	for name, text := range corpus(t) {
		d, err := policy.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		with := d.With(ourStatement)
		add(name+" in", d, []policy.Statement{ourStatement}, nil, nil, with)
		add(name+" twice in", with, []policy.Statement{ourStatement}, nil, nil, with)
		add(name+" in and another", with, []policy.Statement{ourStatement.WithSid("Other")}, nil, nil, with.With(ourStatement.WithSid("Other")))
		reread, err := policy.Parse(with.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		add(name+" out", reread, nil, []string{"XacctNew"}, map[string][]string{"XacctNew": {string(ourStatement.Bytes())}}, reread.Without("XacctNew"))
		for st := range d.All() {
			if sid := st.Sid(); sid != "" && one(d, sid) {
				exact := map[string][]string{sid: {string(st.Bytes())}}
				add(name+" without "+sid, d, nil, []string{sid}, exact, d.Without(sid))
				add(name+" with another "+sid, d, []policy.Statement{ourStatement.WithSid(sid)}, nil, exact, d.With(ourStatement.WithSid(sid)))
				break
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		d := randomDocument(t, rng)
		add(fmt.Sprint("random ", i), d, []policy.Statement{ourStatement, ourStatement.WithSid("XacctOther")}, nil, nil, d.With(ourStatement,
			ourStatement.WithSid("XacctOther")))
	}
	var edits []splice
	for _, r := range rows {
		edits = append(edits, r.edit)
	}
	for i, got := range spliceAll(t, edits) {
		r := rows[i]
		want := string(r.want.Bytes())
		if want == *r.edit.Text {
			if got.New != nil || got.Stop != "" {
				t.Errorf("%s: something to do: %+v", r.name, got)
			}
			continue
		}
		if r.want.Len() == 0 {
			want = ""
		}
		if got.Stop != "" || got.New == nil {
			t.Errorf("%s: %+v", r.name, got)
		} else if diff := cmp.Diff(want, *got.New); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.name, diff)
		}
	}
	t.Logf("%d edits of %d documents of the corpus and 300 others", len(rows), len(corpus(t)))
}

func one(d policy.Document, sid string) bool {
	n := 0
	for st := range d.All() {
		if st.Sid() == sid {
			n++
		}
	}
	return n == 1
}

// randomDocument has statements with values that a printer would change, and odd white space.
func randomDocument(t *testing.T, rng *rand.Rand) policy.Document {
	white := func() string { return []string{"", " ", "\n  ", "\r\n\t", "\n\n"}[rng.IntN(5)] }
	var sts []string
	for i := range rng.IntN(4) + 1 {
		sts = append(sts, fmt.Sprintf(`{%s"Sid":%s"F%d","Effect":"Deny"%s,"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/%s*","Condition":{"NumericLessThan":{"s3:TlsVersion":%s1.20}}%s}`,
			white(), white(), i, white(), []string{"a", `\u0041`, "é", "😀", `\ud83d\ude00`, "]}", `\\\"[`}[rng.IntN(7)], white(), white()))
	}
	list := "[" + white() + strings.Join(sts, white()+","+white()) + white() + "]"
	if len(sts) == 1 && rng.IntN(2) == 0 {
		list = sts[0]
	}
	members := []string{`"Version":"2012-10-17"`, `"Statement":` + white() + list, `"Id":"9007199254740993"`}
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	d, err := policy.Parse([]byte(white() + "{" + white() + strings.Join(members, white()+","+white()) + white() + "}" + white()))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What cannot be cut safely stops the program.
func TestSpliceStops(t *testing.T) {
	t.Parallel()
	sid := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Sid":"XacctNew",` + rest + `}]}`
	}
	rows := []struct{ name, text string }{
		{"no JSON", "x"}, {"nothing", ""}, {"a list", "[]"}, {"cut off", `{"Statement":[`}, {"text behind", `{"Statement":[]} x`}, {"two documents", `{"Statement":[]}{}`},
		{"no Statement", `{"Version":"2012-10-17"}`}, {"two", `{"Statement":[],"Statement":[]}`}, {"other spelling", `{"statement":[]}`},
		{"both spellings", `{"Statement":[],"statement":[]}`}, {"an escaped name twice", `{"Statement":[],"\u0053tatement":[]}`},
		{"no object", `{"Statement":["x"]}`}, {"a number", `{"Statement":1}`}, {"a comma too many", `{"Statement":[],}`}, {"a comma too many inside", `{"Statement":[{},]}`},
		{"not a number", `{"Statement":[{"a":NaN}]}`}, {"deep", `{"Statement":[{"a":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}]}`},
		{"a Sid of ours on a Deny", sid(`"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"`)},
		{"a Sid of ours twice in one statement", sid(`"Sid":"Other","Effect":"Allow"`)},
		{"a byte order mark", "\ufeff" + `{"Statement":[]}`},
	}
	var edits []splice
	for _, r := range rows {
		edits = append(edits, splice{&r.text, put(ourStatement), nil, anyShape(nil)})
	}
	for i, got := range spliceAll(t, edits) {
		if got.Stop == "" {
			t.Errorf("%s: %v", rows[i].name, got.New)
		}
	}
	t.Logf("%d texts", len(rows))
}

// The program and the engine agree on which statements with our Sids are ours.
func TestShapeIsThatOfTheEngine(t *testing.T) {
	t.Parallel()
	tr := transfer.Resolve(transfer.Given{Name: "media-archive", Source: transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "b"}})
	var w desired.Bucket
	for _, b := range desired.Of([]*transfer.Transfer{tr}).Buckets {
		if b.Spec.Name == "b" {
			w = b
		}
	}
	ours := w.Spec.Statements[0]
	sid := ours.Sid()
	role := "arn:aws:iam::" + accountA + ":role/x"
	base := policy.Allow("s3:GetObject").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b/*")
	rows := []struct {
		name string
		st   policy.Statement
	}{
		{"as wanted", ours}, {"other content", base}, {"a deny", policy.Deny("s3:GetObject").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b/*")},
		{"another account", policy.Allow("s3:GetObject").WithSid(sid).By(policy.AWS("arn:aws:iam::999999999999:role/x")).On("arn:aws:s3:::b/*")},
		{"a dead role", policy.Allow("s3:GetObject").WithSid(sid).By(policy.AWS("AROAEXAMPLE")).On("arn:aws:s3:::b/*")},
		{"the whole account", policy.Allow("s3:GetObject").WithSid(sid).By(policy.Account(accountA)).On("arn:aws:s3:::b/*")},
		{"the account with a condition",
			policy.Allow("s3:GetObject").WithSid(sid).By(policy.Account(accountA)).On("arn:aws:s3:::b/*").When(policy.ArnEquals("aws:PrincipalArn", role))},
		{"the account with another operator",
			policy.Allow("s3:GetObject").WithSid(sid).By(policy.Account(accountA)).On("arn:aws:s3:::b/*").When(policy.ArnLike("aws:PrincipalArn", role))},
		{"everybody", policy.Allow("s3:GetObject").WithSid(sid).By(policy.AWS("*")).On("arn:aws:s3:::b/*")},
		{"a service", policy.Allow("s3:GetObject").WithSid(sid).By(policy.Service("datasync.amazonaws.com")).On("arn:aws:s3:::b/*")},
		{"another action", policy.Allow("s3:PutBucketPolicy").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b")},
		{"actions in capitals", policy.Allow("S3:GETOBJECT").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b/*")},
		{"a wildcard action", policy.Allow("s3:*").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b/*")},
		{"another bucket", policy.Allow("s3:GetObject").WithSid(sid).By(policy.AWS(role)).On("arn:aws:s3:::b-other/*")},
		{"another condition", base.When(policy.StringEquals("aws:SourceIp", "x"))},
		{"with an end", base.When(policy.Where("DateLessThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"))},
		{"with an end by somebody else", base.When(policy.Where("DateGreaterThan", "AWS:currenttime", "2026-12-01T00:00:00Z"))},
		{"no principal", policy.Allow("s3:GetObject").WithSid(sid).On("arn:aws:s3:::b/*")},
	}
	exact := map[string][]string{}
	step := map[string]any{"Exact": exact, "Shape": w.Shape()}
	var edits []splice
	for _, r := range rows {
		text := string(policy.New(r.st).Bytes())
		edits = append(edits, splice{&text, put(ours), nil, step})
	}
	for i, got := range spliceAll(t, edits) {
		d := w.Diff(policy.New(rows[i].st), nil)
		if taken := len(d.Taken) > 0; taken != (got.Stop != "") {
			t.Errorf("%s: the engine says that it is somebody else's: %t; the program: %+v", rows[i].name, taken, got)
		}
	}
}

// A statement with the Sid of AWS's tutorial, which is everybody's, is ours to the letter only: one that shows the id of a role that is gone is not.
func TestSpliceOfTheTutorialsStatement(t *testing.T) {
	t.Parallel()
	ours := ourStatement.WithSid("Tutorial")
	others := policy.Allow("s3:GetObject").WithSid("Tutorial").By(policy.AWS("AROAEXAMPLEID")).On("arn:aws:s3:::b/new/*")
	step := anyShape(map[string][]string{"Tutorial": {string(ours.Bytes())}})
	with := func(sts ...policy.Statement) *string {
		text := string(policy.New(policy.Statements(sts)).Bytes())
		return &text
	}
	var edits []splice
	for _, st := range []policy.Statement{ours, others} {
		edits = append(edits, splice{with(st), put(ours), nil, step}, splice{with(st), nil, []string{"Tutorial"}, step})
	}
	empty := ""
	want := []spliced{{}, {New: &empty}, {Stop: "statement Tutorial has our Sid and is not ours"}, {}}
	if diff := cmp.Diff(want, spliceAll(t, edits)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
