package gallery_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

const (
	accountA = kittest.AccountA
	accountB = kittest.AccountB
)

// situation is one directory of testdata: the documents and facts of two accounts, what the plan has to find, and what happens to
// whoever goes on anyway. All of it is written by hand from documentation.
type situation struct {
	About, Source string // what it is, and the page that says so

	// The transfer, beside that of kittest.Push.
	OverwriteMode, PreserveDeletedFiles, ObjectTags string
	DisableACLs, NoOperators, China                 bool
	Reverse                                         bool // the bucket of the situation is the source, in another account than the task
	RoleTags                                        map[string]string
	KMSKeys                                         []string
	RoleARN                                         string
	OrgIDs                                          map[string]string

	// The destination's bucket, beside what AWS makes today. A policy is in bucket-policy.json.
	Bucket struct {
		Account, Region, Ownership, Encryption, KMSKey, ObjectLock               string
		AllowPublicPolicy, AllowPublicAccess, Versioning, RequesterPays, Missing bool
		Grants                                                                   []xaccttest.Grant
	}
	Objects []string // that are at the destination already
	Sources []string // that are at the source, beside that of kittest.Push

	LookAtKeys int

	// What DataSync's requests say where AWS does not document it: an unknown goes either way as the key that it depends on is set.
	Undocumented xaccttest.Undocumented

	// The organisations as they are; their policies are in scp.json (of the task account) and rcp.json (of the bucket's) or trust-rcp.json
	// (of the role's). The plan is given the policies, but not the ids.
	Orgs map[string]string

	Refuse []string // operations that the plan may not call

	Expect []expected
	Anyway string // works, fails, or blocked: nothing can be overridden
	Put    string // for blocked: what S3 says to the merged policy: "refused", or "" if it is not tried
}

// expected is what a finding has to say. Only what is set is compared; Detail, Remedy and Proposal are parts.
type expected struct {
	Severity                            xacct.Severity
	Code                                xacct.Code
	Side                                xacct.Side
	Statement, Detail, Remedy, Proposal string
	Actions, DependsOn                  []string
}

// stage is what a set-up may change before the plan is made.
type stage struct {
	t      *testing.T
	cloud  *xaccttest.Cloud
	tr     *xacct.Transfer
	opts   *xacct.PlanOptions
	others []xacct.Transfer // planned together with tr
	absent string           // an account that the first plan has no clients of
	part   string           // the account whose part of the plan is looked at; "" is the whole plan
	down   bool             // the plan is one to tear down, and also whoever goes on has no clients of the absent account
	after  func() error     // what is tried after a tear-down
}

func readSituation(t *testing.T, dir string) (s situation) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "situation.json"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	if s.About == "" || !strings.HasPrefix(s.Source, "https://") || !slices.Contains([]string{"works", "fails", "blocked"}, s.Anyway) {
		t.Fatalf("%s: every situation says what it is about, its source and what happens anyway: %+v", dir, s)
	}
	return s
}

// document reads a document of the situation; nil if there is none.
func document(t *testing.T, dir, name string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return data
}

func levels(t *testing.T, dir, name string) [][]policy.Document {
	out := [][]policy.Document{}
	if data := document(t, dir, name); data != nil {
		d, err := policy.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, []policy.Document{policy.New(policy.Allow("*").On("*")), d})
	}
	return out
}

// play sets the situation up.
func (s situation) play(t *testing.T, dir string) *stage {
	cloud := xaccttest.NewCloud()
	source, destination, owner := "eu-west-1", cmp.Or(s.Bucket.Region, "us-east-2"), cmp.Or(s.Bucket.Account, accountB)
	said := "us-east-2"
	if s.China {
		cloud = xaccttest.NewCloud(func(o *xaccttest.Options) { o.Partition = "aws-cn" })
		source, destination, said = "cn-north-1", "cn-northwest-1", "cn-northwest-1"
	}
	cloud.AddBucket(accountA, source, "media-raw")
	if s.Bucket.KMSKey == "KEY" || slices.Contains(s.KMSKeys, "KEY") { // a key of the bucket's account
		key := cloud.AddKey(owner, destination)
		s.Bucket.KMSKey = strings.ReplaceAll(s.Bucket.KMSKey, "KEY", key)
		for i := range s.KMSKeys {
			s.KMSKeys[i] = strings.ReplaceAll(s.KMSKeys[i], "KEY", key)
		}
	}
	if !s.Bucket.Missing {
		cloud.AddBucket(owner, destination, "media-archive", func(o *xaccttest.BucketOptions) {
			o.Ownership = s3types.ObjectOwnership(cmp.Or(s.Bucket.Ownership, string(o.Ownership)))
			o.Grants, o.Versioning, o.RequesterPays = s.Bucket.Grants, s.Bucket.Versioning, s.Bucket.RequesterPays
			o.AllowPublicPolicy, o.AllowPublicAccess = s.Bucket.AllowPublicPolicy, s.Bucket.AllowPublicAccess
			if s.Bucket.Encryption != "" {
				o.Encryption, o.KMSKey = s3types.ServerSideEncryption(s.Bucket.Encryption), s.Bucket.KMSKey
			}
			if s.Bucket.ObjectLock != "" {
				o.ObjectLock = &s3types.ObjectLockConfiguration{ObjectLockEnabled: "Enabled",
					Rule: &s3types.ObjectLockRule{DefaultRetention: &s3types.DefaultRetention{Mode: s3types.ObjectLockRetentionMode(s.Bucket.ObjectLock), Days: new(int32(1))}}}
			}
		})
	}
	cloud.OperatorARN(accountB)
	for i := range 3 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/%d.mov", i), []byte(strings.Repeat("x", i+1)))
	}
	for _, key := range s.Objects {
		cloud.PutObject("media-archive", key, []byte("already there"))
	}
	for _, key := range s.Sources {
		cloud.PutObject("media-raw", key, []byte("x"))
	}
	cloud.SetUndocumented(s.Undocumented)
	st := &stage{t: t, cloud: cloud, opts: &xacct.PlanOptions{OrgIDs: s.OrgIDs, AllowDelete: true, LookAtKeys: s.LookAtKeys}}
	tr := kittest.Push(cloud)
	tr.Source.Region, tr.Destination.Region = source, said
	tr.Destination.DisableACLs, tr.Destination.KMSKeys, tr.Destination.RoleARN = s.DisableACLs, s.KMSKeys, s.RoleARN
	tr.Destination.Role.Tags = s.RoleTags
	tr.Task.Options.OverwriteMode = enum(tr.Task.Options.OverwriteMode, s.OverwriteMode)
	tr.Task.Options.PreserveDeletedFiles = enum(tr.Task.Options.PreserveDeletedFiles, s.PreserveDeletedFiles)
	tr.Task.Options.ObjectTags = enum(tr.Task.Options.ObjectTags, s.ObjectTags)
	if s.Reverse {
		tr.Source, tr.Destination, tr.TaskAccount = tr.Destination, tr.Source, accountA
		tr.Destination.Prefix = "copies"
		cloud.PutObject("media-archive", "incoming/1.mov", []byte("x"))
	}
	if s.NoOperators {
		tr.Operators = nil
	}
	st.tr = &tr
	st.opts.SCPs = map[string][][]policy.Document{accountA: levels(t, dir, "scp.json")}
	st.opts.RCPs = map[string][][]policy.Document{accountB: levels(t, dir, "rcp.json"), accountA: levels(t, dir, "trust-rcp.json")}
	for account, id := range s.Orgs {
		o := xaccttest.Organization{ID: id, RCPs: st.opts.RCPs[account]}
		if scps := st.opts.SCPs[account]; len(scps) > 0 {
			o.SCPs = scps
		}
		cloud.SetOrganization(account, o)
	}
	if data := document(t, dir, "bucket-policy.json"); data != nil {
		cloud.SetBucketPolicy("media-archive", data)
	}
	if fn := setups[filepath.Base(dir)]; fn != nil {
		fn(st)
	}
	return st
}

func enum[E ~string](_ E, v string) E { return E(v) }

// TestGallery plans each situation, compares what is found with what the documentation says, and goes on anyway.
func TestGallery(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/situation.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no situations: %v", err)
	}
	n := newShown()
	for i, file := range files {
		if i%testlimit.UnderRace > 0 {
			continue
		}
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := readSituation(t, dir)
				st := s.play(t, dir)
				p := st.plan(s)
				s.compare(t, p)
				n.note(s, st)
				n.tell(filepath.Base(dir), s, p, s.goOn(st, p))
			})
		})
	}
	t.Logf("%d situations; anyway: %v", len(files), n.ends)
	if testlimit.UnderRace == 1 {
		t.Run("every code has a situation", n.complete)
		t.Run("every first hint", n.hints)
		t.Run("every finding", n.findings)
	}
}

// findingCodes are the codes that the package declares.
func findingCodes(t *testing.T) []xacct.Code {
	t.Helper()
	files, err := filepath.Glob("../../../plan/*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^\tCode\w+ +Code = "([a-z-]+)"`)
	var out []xacct.Code
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllSubmatch(data, -1) {
			out = append(out, string(m[1]))
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d codes were found", len(out))
	}
	return out
}

func (st *stage) plan(s situation) *xacct.Plan {
	st.t.Helper()
	st.cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
		if slices.Contains(s.Refuse, c.Operation) {
			return xaccttest.Fault(403, "AccessDenied", "Access Denied")
		}
		return next()
	})
	defer st.cloud.Intercept(nil)
	clients := st.cloud.Clients()
	delete(clients, st.absent)
	options := func(o *xacct.PlanOptions) {
		logger := o.Logger
		*o = *st.opts
		o.Logger = logger
	}
	if st.down {
		p, err := xacct.NewDestroyPlan(st.t.Context(), clients, []xacct.Transfer{*st.tr}, options)
		st.must(err)
		return p
	}
	st.absent = ""
	p := kittest.MustPlan(st.t, st.t.Context(), clients, append([]xacct.Transfer{*st.tr}, st.others...), options)
	if st.part != "" {
		return p.For(st.part)
	}
	return p
}

// compare wants every finding to be expected, but for what is not given and what every transfer is allowed, and all that is expected to be
// found.
func (s situation) compare(t *testing.T, p *xacct.Plan) {
	t.Helper()
	left := slices.Clone(p.Findings)
	var found []xacct.Finding
	for _, e := range s.Expect {
		i := slices.IndexFunc(left, e.is)
		if i < 0 {
			t.Errorf("not found: %+v", e)
			continue
		}
		found = append(found, left[i])
		left = slices.Delete(left, i, i+1)
	}
	for _, f := range left {
		if s.unexpected(f, found) {
			t.Errorf("found, and not expected: %s %s %s %q %s [%v]", f.Severity, f.Code, f.Side, f.Statement, f.Detail, f.DependsOn)
		}
	}
}

func (e expected) is(f xacct.Finding) bool {
	return e.Code == f.Code && (e.Severity == "" || e.Severity == f.Severity) && (e.Side == "" || e.Side == f.Side) &&
		(e.Statement == "" || e.Statement == f.Statement) && strings.Contains(f.Detail, e.Detail) && strings.Contains(f.Remedy, e.Remedy) &&
		strings.Contains(strings.Join(f.Proposal, "\n"), e.Proposal) && (e.Actions == nil || gocmp.Equal(e.Actions, f.Actions)) &&
		(e.DependsOn == nil || gocmp.Equal(e.DependsOn, f.DependsOn))
}
