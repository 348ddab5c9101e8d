package handover_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// Like Apply, New refuses a plan whose text says other than its transfers, and takes nothing from the text.
func TestNewRefusesAnEditedPlan(t *testing.T) {
	t.Parallel()
	edit := func(kind xacct.Kind, fn func(*xacct.Change)) func(*xacct.Plan) {
		return func(p *xacct.Plan) {
			for i := range p.Changes {
				if p.Changes[i].Kind == kind {
					fn(&p.Changes[i])
				}
			}
		}
	}
	door := policy.Allow("s3:*").WithSid("Door").By(policy.AWS("*")).On("arn:aws:s3:::media-archive/*")
	for _, tt := range []struct {
		name, account string
		edit          func(*xacct.Plan)
	}{
		{"a principal is another", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) {
			c.Add, _ = policy.Parse([]byte(strings.ReplaceAll(string(c.Add.Bytes()), accountA, "999999999999")))
		})},
		{"a statement is added", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = c.Add.With(door) })},
		{"a statement is left out", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) {
			for st := range c.Add.All() {
				c.Add = c.Add.Without(st.Sid())
				break
			}
		})},
		{"a Sid of others is removed", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"TLSOnly"} })},
		{"a text that was not read", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.After = string(policy.New(door).Bytes()) })},
		{"another bucket", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Name = "other" })},
		{"another Region", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Region = "eu-west-1" })},
		{"an ID of another", accountB, edit(xacct.BucketPolicy, func(c *xacct.Change) { c.ID = accountB + "/us-east-2/bucket-policy/other" })},
		{"a change that nobody asks for", accountB, func(p *xacct.Plan) {
			p.Changes = append(p.Changes, xacct.Change{ID: accountB + "/us-east-2/bucket-ownership/media-archive", Account: accountB, Region: "us-east-2",
				Kind: xacct.BucketOwnership,
				Name: "media-archive", Op: xacct.Update, After: "BucketOwnerEnforced", Transfers: []string{"media-archive"}})
		}},
		{"twice the same", accountB, func(p *xacct.Plan) { p.Changes = append(p.Changes, p.Changes...) }},
		{"a bucket that was not used before", accountB, func(p *xacct.Plan) {
			p.Changes = append(p.Changes, xacct.Change{ID: accountB + "/us-east-2/bucket-policy/x'y", Account: accountB, Region: "us-east-2",
				Kind: xacct.BucketPolicy, Name: "x'y",
				Op: xacct.Update, Transfers: []string{"media-archive"}})
		}},
		{"the trust of a role", accountA, edit(xacct.IAMRole, func(c *xacct.Change) {
			c.After = strings.ReplaceAll(c.After, "datasync.amazonaws.com", "ec2.amazonaws.com")
		})},
		{"a location", accountA, edit(xacct.DataSyncLocation, func(c *xacct.Change) { c.After = strings.ReplaceAll(c.After, "media", "other") })},
		{"a role that nobody asks for", accountA, func(p *xacct.Plan) {
			c := p.Changes[0]
			c.ID, c.Name = accountA+"/iam-role/admin", "admin"
			p.Changes = append(p.Changes, c)
		}},
		{"an ARN of a shell", accountA, edit(xacct.DataSyncTask, func(c *xacct.Change) {
			c.Op, c.ARN = xacct.NoOp, "arn:aws:datasync:us-east-2:"+accountA+":task/task-$(x)"
		})},
		{"an unknown mode", accountB, func(p *xacct.Plan) { p.Mode = "sideways" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cloud := kittest.World(t)
			p := planOf(t, cloud, accountA, kittest.Push(cloud))
			tt.edit(p)
			_, err := handover.New(p, tt.account)
			var mismatch *xacct.MismatchError
			if !errors.As(err, &mismatch) {
				t.Errorf("error %v, want a *MismatchError", err)
			}
		})
	}
}

// What else New refuses, and what an option allows.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	push := kittest.Push(cloud)
	open := planOf(t, cloud, accountA, push)
	noOperator := push
	noOperator.Operators = nil
	var schema *xacct.SchemaError
	var blocked *xacct.BlockedError
	for _, tt := range []struct {
		name, account string
		plan          *xacct.Plan
		option        func(*handover.Options)
		check         func(error) bool
	}{
		{"no plan", accountB, nil, nil, func(err error) bool { return err != nil }},
		{"no account", "", open, nil, func(err error) bool { return len(xacct.Problems(err)) == 1 }},
		{"not an account", "x", open, nil, func(err error) bool { return len(xacct.Problems(err)) == 1 }},
		{"an account that the plan does not know", "999999999999", open, nil, func(err error) bool { return errors.As(err, &blocked) }},
		{"that account with both options", "999999999999", open, func(o *handover.Options) { *o = handover.Options{Blocked: true, Settled: true} },
			func(err error) bool { return err != nil }},
		{"a newer schema", accountB, &xacct.Plan{Schema: "9.0", Mode: xacct.SetUp}, nil, func(err error) bool { return errors.As(err, &schema) }},
		{"blocked", accountB, blockedPlan(t, noOperator), nil, func(err error) bool { return errors.As(err, &blocked) }},
		{"blocked and asked for", accountB, blockedPlan(t, noOperator), func(o *handover.Options) { o.Blocked = true },
			func(err error) bool { return err == nil }},
		{"an invalid transfer", accountB, invalidPlan(open), nil, func(err error) bool { return len(xacct.Problems(err)) > 0 }},
		{"a nil option", accountB, open, nil, func(err error) bool { return err == nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := handover.New(tt.plan, tt.account, tt.option); !tt.check(err) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// blockedPlan is a plan of a transfer whose caller may not list the remote bucket.
func blockedPlan(t *testing.T, tr xacct.Transfer) *xacct.Plan {
	t.Helper()
	cloud := kittest.World(t)
	p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity == xacct.Blocking }) {
		t.Fatalf("nothing blocks: %s", p)
	}
	return p
}

// invalidPlan is the plan with a name that no transfer may have.
func invalidPlan(p *xacct.Plan) *xacct.Plan {
	q := *p
	q.Transfers = slices.Clone(p.Transfers)
	q.Transfers[0].Source.Bucket = "Not A Bucket"
	return &q
}

// An account in which nothing is left to do gets no bundle, unless it is asked for.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := standing(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		for _, account := range []string{accountA, accountB} {
			if _, err := handover.New(p, account); err == nil || !strings.Contains(err.Error(), "changes nothing in account "+account) {
				t.Errorf("error %v", err)
			}
			if _, err := handover.New(p, account, func(o *handover.Options) { o.Settled = true }); err != nil {
				t.Error(err)
			}
		}
	})
}

// The bundle of a whole plan and that of the account's part are the same.
func TestPartGivesTheSameBundle(t *testing.T) {
	t.Parallel()
	cloud := kittest.SharedWorld(t)
	p := planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...)
	for _, account := range []string{accountA, accountB} {
		whole, err := handover.New(p, account)
		if err != nil {
			t.Fatal(err)
		}
		part, err := handover.New(p.For(account), account)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Digest() != part.Digest() {
			t.Errorf("account %s: another bundle from the part", account)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	b, err := handover.New(planOf(t, cloud, accountA, kittest.Push(cloud)), accountB)
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(b.FS(), "README.md", "script.sh", "undo.sh", "plan.json", "SHA256SUMS",
		"statements/bucket-policy-media-archive.json"); err != nil {
		t.Error(err)
	}
	dir := filepath.Join(t.TempDir(), "a", "bundle")
	if err := b.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	if err := b.WriteDir(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("into a folder that is not empty: %v", err)
	}
	if err := b.WriteDir(filepath.Join(dir, "README.md")); err == nil {
		t.Error("into a file")
	}
	seen := 0
	for line := range strings.Lines(read(t, b, "SHA256SUMS")) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(text); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s has another digest", name)
		}
		seen++
	}
	all := 0
	_ = fs.WalkDir(b.FS(), ".", func(_ string, e fs.DirEntry, _ error) error {
		if !e.IsDir() {
			all++
		}
		return nil
	})
	if seen != all-1 {
		t.Errorf("SHA256SUMS has %d of %d files", seen, all-1)
	}
	sums := sha256.Sum256([]byte(read(t, b, "SHA256SUMS")))
	if b.Digest() != hex.EncodeToString(sums[:]) {
		t.Error("Digest is not that of SHA256SUMS")
	}
	if i, err := os.Stat(filepath.Join(dir, "script.sh")); err != nil || i.Mode().Perm()&0o100 == 0 {
		t.Errorf("script.sh is not executable: %v %v", i, err)
	}
}

// Of two transfers into one bucket one is blocked: the bundle that was asked for has the statements of both, each once.
func TestBlockedBesideAnother(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	free, held := kittest.Push(cloud), kittest.Push(cloud)
	held.Name, held.Destination.Prefix, held.Operators = "held", "held", nil
	p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{free, held})
	if err != nil {
		t.Fatal(err)
	}
	changes := 0
	for _, c := range p.Changes {
		if c.Kind == xacct.BucketPolicy {
			changes++
		}
	}
	if changes != 2 {
		t.Fatalf("%d changes of the bucket's policy, want 2:\n%s", changes, p)
	}
	var blocked *xacct.BlockedError
	if _, err := handover.New(p, accountB); !errors.As(err, &blocked) || blocked.Transfer != "held" {
		t.Errorf("error %v", err)
	}
	b, err := handover.New(p, accountB, func(o *handover.Options) { o.Blocked = true })
	if err != nil {
		t.Fatal(err)
	}
	script := read(t, b, "script.sh")
	if strings.Contains(script, "#blocked") || strings.Count(script, `"Kind": "bucket-policy"`) != 1 {
		t.Errorf("%s", script[:2000])
	}
	for _, name := range []string{"XacctMediaArchiveWrite", "XacctHeldWrite"} {
		if !strings.Contains(read(t, b, "statements/bucket-policy-media-archive.json"), name) {
			t.Errorf("no statement %s", name)
		}
	}
	if page := read(t, b, "README.md"); !strings.Contains(page, "These findings block the transfers") {
		t.Error("README.md does not say that it is blocked")
	}
}
