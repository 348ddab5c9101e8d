package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// listed is a page of keys. A page behind the last one is the last one again.
type listed struct {
	keys    []string
	encoded bool
	token   string // of the next page; "" is none
	cut     bool   // there is a next page, whatever the token
	err     error
}

// keyLister answers with pages.
type keyLister struct {
	bucket.API
	pages []listed
	asked []string
}

func (l *keyLister) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	l.asked = append(l.asked, fmt.Sprintf("%s of %s, below %s, %d after %s", *in.Bucket, *in.ExpectedBucketOwner, text(in.Prefix), *in.MaxKeys, text(in.ContinuationToken)))
	p := l.pages[min(len(l.asked), len(l.pages))-1]
	if p.err != nil {
		return nil, p.err
	}
	out := &s3.ListObjectsV2Output{IsTruncated: new(p.cut || p.token != "")}
	if p.token != "" {
		out.NextContinuationToken = &p.token
	}
	if p.encoded {
		out.EncodingType = in.EncodingType
	}
	for _, key := range p.keys {
		out.Contents = append(out.Contents, s3types.Object{Key: &key})
	}
	return out, nil
}

// The look is bounded by the keys that were asked for, and ends, whatever S3 answers.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func TestLookAtKeys(t *testing.T) {
	prefix := func(g *transfer.Given) { g.Source.Prefix = "in" }
	many := make([]string, 1000)
	for i := range many {
		many[i] = "in/x"
	}
	some := func(keys ...string) (out []check.SkippedKey) {
		for _, key := range keys {
			out = append(out, check.SkippedKey{Key: key, Why: "holds //"})
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		pages []listed
		n     int
		edit  func(*transfer.Given)
		want  check.KeyLook
		asked []string
		err   string
	}{
		{"all", []listed{{keys: []string{"in/a", "in//b"}}}, 10, prefix, check.KeyLook{Looked: 2, All: true, Skipped: 1, Some: some("in//b")},
			[]string{"raw of 111122223333, below in/, 10 after -"}, ""},
		{"the whole bucket", []listed{{keys: []string{"in/a", "/b"}}}, 10, nil,
			check.KeyLook{Looked: 2, All: true, Skipped: 1, Some: []check.SkippedKey{{Key: "/b", Why: "begins with a slash"}}},
			[]string{"raw of 111122223333, below -, 10 after -"}, ""},
		{"nothing", []listed{{}}, 10, prefix, check.KeyLook{All: true}, nil, ""},
		{"as many as there are", []listed{{keys: []string{"in/a", "in/b"}}}, 2, prefix, check.KeyLook{Looked: 2, All: true}, nil, ""},
		{"fewer than there are", []listed{{keys: []string{"in/a", "in/b"}, token: "b"}}, 2, prefix, check.KeyLook{Looked: 2},
			[]string{"raw of 111122223333, below in/, 2 after -"}, ""},
		{"more than one page", []listed{{keys: many, token: "1"}, {keys: many, token: "2"}, {keys: []string{"in//z"}, token: "3"}}, 2001, prefix,
			check.KeyLook{Looked: 2001, Skipped: 1, Some: some("in//z")},
			[]string{"raw of 111122223333, below in/, 1000 after -", "raw of 111122223333, below in/, 1000 after 1", "raw of 111122223333, below in/, 1 after 2"}, ""},
		{"more keys than asked for", []listed{{keys: []string{"in/a", "in//b", "in//c"}, token: "c"}}, 2, prefix,
			check.KeyLook{Looked: 2, Skipped: 1, Some: some("in//b")}, nil, ""},
		{"more skipped keys than are kept", []listed{{keys: []string{"in//1", "in//2", "in//3", "in//4", "in//5"}}}, 9, prefix,
			check.KeyLook{Looked: 5, All: true, Skipped: 5, Some: some("in//1", "in//2", "in//3")}, nil, ""},
		{"encoded keys", []listed{{keys: []string{"in%2F%2Fa+b%01", "in/%252F%252F"}, encoded: true}}, 9, prefix,
			check.KeyLook{Looked: 2, All: true, Skipped: 1, Some: some("in//a b\x01")}, nil, ""},
		{"keys that only look encoded", []listed{{keys: []string{"in/%2F%2F", "in/100%"}}}, 9, prefix, check.KeyLook{Looked: 2, All: true}, nil, ""},
		{"an empty page", []listed{{token: "1"}, {keys: []string{"in//a"}}}, 9, prefix, check.KeyLook{Looked: 1, All: true, Skipped: 1, Some: some("in//a")},
			[]string{"raw of 111122223333, below in/, 9 after -", "raw of 111122223333, below in/, 9 after 1"}, ""},
		{"the same page again and again", []listed{{keys: []string{"in//a"}, token: "1"}}, 9, prefix, check.KeyLook{Looked: 2, Skipped: 2, Some: some("in//a", "in//a")},
			nil, "makes no progress"},
		{"a further page without a token", []listed{{keys: []string{"in/a"}, cut: true}}, 9, prefix, check.KeyLook{}, nil, "makes no progress"},
		{"refused", []listed{{err: denied}}, 9, prefix, check.KeyLook{}, nil, "AccessDenied"},
		{"refused later", []listed{{keys: []string{"in//a"}, token: "1"}, {err: denied}}, 9, prefix, check.KeyLook{Looked: 1, Skipped: 1, Some: some("in//a")}, nil, "AccessDenied"},
		{"too long at the destination", []listed{{keys: []string{"in/" + strings.Repeat("k", 1021)}}}, 9,
			func(g *transfer.Given) { g.Source.Prefix, g.Destination.Prefix = "in", "longer" },
			check.KeyLook{Looked: 1, All: true, Skipped: 1, Long: true,
				Some: []check.SkippedKey{{Key: "in/" + strings.Repeat("k", 1021), Why: "would have more than 1,024 bytes at the destination"}}}, nil, ""},
		{"no client", nil, 9, func(g *transfer.Given) { g.Source.Account = accountC }, check.KeyLook{}, []string{}, "hold no client of its account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lister, edits := &keyLister{pages: tt.pages}, []func(*transfer.Given){}
			if tt.edit != nil {
				edits = append(edits, tt.edit)
			}
			tr := nightly(edits...)
			c := client.Set{accountA: {S3: func(string) bucket.API { return lister }}}
			s := &Survey{Snapshot: snapshot.New(func(func(string) bool) {}), Clients: c}
			if err := s.LookAtKeys(t.Context(), []*transfer.Transfer{tr}, tt.n); err != nil {
				t.Fatal(err)
			}
			got := s.Snapshot.SourceKeys["nightly"]
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(check.KeyLook{}, "Err")); diff != "" {
				t.Errorf("look (-want +got):\n%s", diff)
			}
			if (tt.err == "") != (got.Err == nil) || got.Err != nil && !strings.Contains(got.Err.Error(), tt.err) {
				t.Errorf("error %v, want %q", got.Err, tt.err)
			}
			if tt.asked != nil {
				if diff := cmp.Diff(tt.asked, lister.asked, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A list of empty pages without end is not waited for.
func TestLookAtEmptyPages(t *testing.T) {
	lister := &keyLister{}
	for i := range 200 {
		lister.pages = append(lister.pages, listed{token: fmt.Sprint(i)})
	}
	s := &Survey{Snapshot: snapshot.New(func(func(string) bool) {}), Clients: client.Set{accountA: {S3: func(string) bucket.API { return lister }}}}
	err := s.LookAtKeys(t.Context(), []*transfer.Transfer{nightly()}, 1)
	if look := s.Snapshot.SourceKeys["nightly"]; err != nil || look.Err == nil || len(lister.asked) != 100 {
		t.Errorf("%v, %+v, %d calls", err, look, len(lister.asked))
	}
}

// Transfers from one place look at it once, and each at its own destination.
func TestLookAtKeysOnce(t *testing.T) {
	lister := &keyLister{pages: []listed{{keys: []string{"in/" + strings.Repeat("k", 1021)}}}}
	from := func(name, prefix, to string) *transfer.Transfer {
		return nightly(func(g *transfer.Given) { g.Name, g.Source.Prefix, g.Destination.Prefix = name, prefix, to })
	}
	s := &Survey{Snapshot: snapshot.New(func(func(string) bool) {}), Clients: client.Set{accountA: {S3: func(string) bucket.API { return lister }}}}
	if err := s.LookAtKeys(t.Context(), []*transfer.Transfer{from("a", "in", "in"), from("b", "/in/", "longer"), from("c", "in/", "")}, 5); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for name, look := range s.Snapshot.SourceKeys {
		got[name] = look.Skipped
	}
	if diff := cmp.Diff(map[string]int{"a": 0, "b": 1, "c": 0}, got); diff != "" || len(lister.asked) != 1 {
		t.Errorf("%d calls, skipped (-want +got):\n%s", len(lister.asked), diff)
	}
}

// Credentials that expire are an error of the plan, and so is a context that ends.
func TestLookAtKeysFails(t *testing.T) {
	look := func(ctx context.Context, err error) error {
		c := client.Set{accountA: {S3: func(string) bucket.API { return &keyLister{pages: []listed{{err: err}}} }}}
		s := &Survey{Snapshot: snapshot.New(func(func(string) bool) {}), Clients: c.Limit(0)}
		return s.LookAtKeys(ctx, []*transfer.Transfer{nightly()}, 5)
	}
	var flaw *plan.ConfigError
	if err := look(t.Context(), &smithy.GenericAPIError{Code: "ExpiredToken"}); !errors.As(err, &flaw) || flaw.Account != accountA {
		t.Errorf("expired credentials: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := look(ctx, ctx.Err()); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}
