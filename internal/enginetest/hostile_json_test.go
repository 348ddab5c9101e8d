package enginetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// json looks at the value as each of the ways of encoding/json writes it, which a program may print, and that the same comes back.
func (s *textsForPeople) json(v any) {
	s.t.Helper()
	var plain, free bytes.Buffer
	e, indented := json.NewEncoder(&free), json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	indented.SetIndent(" ", "  ")
	if err := errors.Join(e.Encode(v), indented.Encode(v)); err != nil {
		s.t.Error(err)
	}
	one, err := json.Marshal(v)
	if err != nil {
		s.t.Error(err)
	}
	for _, text := range []string{string(one), free.String(), plain.String()} {
		s.lines(fmt.Sprintf("JSON of %T", v), text)
		back := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal([]byte(text), back.Interface()); err != nil {
			s.t.Errorf("JSON of %T: %v", v, err)
			continue
		}
		if again, err := json.Marshal(back.Interface()); err != nil || !bytes.Equal(one, again) {
			s.t.Errorf("JSON of %T does not come back: %v\n%s\n%s", v, err, one, again)
		}
	}
}

// TestJSONOfHostileTextIsEscaped writes plans, receipts and what they consist of as JSON. What a terminal would obey is escaped, and the values stay.
func TestJSONOfHostileTextIsEscaped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		sid := "No" + hostile
		cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:PutObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").
			When(policy.StringEquals("aws:UserAgent", hostile)).WithSid(sid)).Bytes())
		tr := kittest.Push(cloud)
		p, result, outcome := ran(t, cloud, tr)
		p.Settings.SCPs = map[string][][]policy.Document{accountA: {{policy.New(policy.Deny("s3:*").On("*").WithSid(hostile))}}}
		outcome.ErrorCode, outcome.ErrorDetail = hostile, "a\u202e\u009b31m\u0085\x7f"
		outcome.Report = task.ReportOutcome{Status: "ERROR", ErrorCode: hostile, ErrorDetail: hostile}
		r, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, result, outcome)
		if err != nil {
			t.Fatal(err)
		}
		r.NotRead["bucket x"] = hostile
		seen := &textsForPeople{t: t}
		for _, v := range []any{p, *p, p.For(accountB), r, *r, result, outcome, *outcome, struct {
			Plan    *xacct.Plan
			Receipt xacct.Receipt
		}{p, *r},
			xacct.Finding{Statement: sid, Subject: hostile, Proposal: []string{hostile}, DependsOn: []string{hostile}},
			[]xacct.Change{{ID: hostile, Name: hostile, Before: hostile, After: hostile}}, xacct.Event{Name: hostile}, xacct.Residue{Name: hostile},
			xacct.Result{Warnings: []xacct.Finding{{Subject: hostile}}, Changes: []xacct.ChangeResult{{Name: hostile, Writes: []xacct.PolicyWrite{{Before: hostile}}}}}} {
			seen.json(v)
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back xacct.Plan
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p.Findings, back.Findings); diff != "" {
			t.Errorf("findings -want +got:\n%s", diff)
		}
		if !slices.ContainsFunc(back.Findings, func(f xacct.Finding) bool { return f.Statement == sid }) {
			t.Error("no finding has the Sid as it is")
		}
		before, err1 := p.Digest()
		after, err2 := back.Digest()
		if err1 != nil || err2 != nil || before != after {
			t.Errorf("digests %s and %s, %v, %v", before, after, err1, err2)
		}
		var kept xacct.Receipt
		if data, err = json.Marshal(r); err == nil {
			err = json.Unmarshal(data, &kept)
		}
		if err != nil || kept.ErrorDetail != outcome.ErrorDetail || kept.ErrorCode != hostile || *kept.Report != outcome.Report {
			t.Errorf("the receipt that is read has %q, %q and %+v, %v", kept.ErrorCode, kept.ErrorDetail, kept.Report, err)
		}
	})
}

// TestLogOfHostileCodesIsEscaped lets a proxy answer with a code and a request id of its own.
func TestLogOfHostileCodesIsEscaped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			if c.Operation == "GetBucketVersioning" {
				return xaccttest.Fault(403, "Denied"+hostile, hostile)
			}
			return next()
		})
		l, b := capture()
		if _, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}, func(o *xacct.PlanOptions) { o.Logger = l }); err != nil {
			t.Fatal(err)
		}
		(&textsForPeople{t: t}).lines("log", b.String())
		codes := 0
		for _, r := range named(records(t, b), "xacct call") {
			if code, _ := r["code"].(string); code != "" {
				codes++
			}
		}
		if codes == 0 {
			t.Error("no record has the code")
		}
	})
}
