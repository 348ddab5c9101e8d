package handover_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// situation is a plan whose bundles are pinned.
type situation struct {
	name     string
	accounts []string
	plan     func(t *testing.T) *xacct.Plan
	options  handover.Options
}

// situations are those of the golden files.
var situations = []situation{
	{"push", []string{accountA, accountB}, func(t *testing.T) *xacct.Plan {
		cloud := kittest.World(t)
		return planOf(t, cloud, accountA, kittest.Push(cloud))
	}, handover.Options{}},
	{"pull", []string{accountA, accountB}, func(t *testing.T) *xacct.Plan {
		cloud := kittest.World(t)
		return planOf(t, cloud, accountB, kittest.Pull(cloud))
	}, handover.Options{}},
	{"kms", []string{accountA, accountB}, func(t *testing.T) *xacct.Plan {
		cloud := kittest.SharedWorld(t)
		return planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...)
	}, handover.Options{}},
	{"tear-down", []string{accountA, accountB}, func(t *testing.T) *xacct.Plan {
		cloud, tr := standing(t)
		p, err := xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}, handover.Options{}},
	{"exit", []string{accountA, accountB}, func(t *testing.T) *xacct.Plan {
		cloud, tr := standing(t)
		return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	}, handover.Options{Settled: true}},
}

// standing is a push that is set up.
func standing(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	return cloud, tr
}

// Every file of every situation is that of testdata, read by a person for sense. Of the scripts, the parts that are the same in all of them stand once.
// plan.json is the part of the plan, SHA256SUMS follows from the files, and package review pins its pages.
func TestGolden(t *testing.T) {
	files := 0

	for _, s := range situations {
		synctest.Test(t, func(t *testing.T) {
			p := s.plan(t)
			for _, account := range s.accounts {
				b, err := handover.New(p, account, func(o *handover.Options) { *o = s.options })
				if err != nil {
					t.Fatalf("%s, account %s: %v", s.name, account, err)
				}
				files += compare(t, p, b, account, s.name+"/"+account)
			}
		})
	}
	if files == 0 {
		t.Error("no file was looked at")
	}
	t.Logf("%d files", files)
}

// compare compares the bundle with the folder of testdata.
func compare(t *testing.T, p *xacct.Plan, b *handover.Bundle, account, dir string) int {
	t.Helper()
	var names []string
	err := fs.WalkDir(b.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(b.FS(), name)
		if err != nil {
			return err
		}
		got := string(text)
		switch {
		case name == "SHA256SUMS":
			return nil
		case name == "review.html": // package review pins its pages
			if want, err := p.For(account).Digest(); err != nil || !strings.Contains(got, want) {
				t.Errorf("%s: review.html has not the digest of the part", dir)
			}
			return nil
		case name == "plan.json":
			var read xacct.Plan
			if err := json.Unmarshal(text, &read); err != nil {
				return err
			}
			want, err := p.For(account).Digest()
			if have, _ := read.Digest(); err != nil || have != want {
				t.Errorf("%s: plan.json is another plan: %v", dir, err)
			}
			return nil
		case strings.HasSuffix(name, ".sh"):
			before, rest, ok := strings.Cut(got, handover.Program())
			if !ok || !strings.HasSuffix(rest, handover.Script()) {
				t.Errorf("%s/%s has not the common parts", dir, name)
			}
			got = before + "(parts/program.py)\n" + strings.TrimSuffix(rest, handover.Script()) + "(parts/script.sh)\n"
		}
		names = append(names, name)
		kittest.Golden(t, dir+"/"+name, strings.TrimSuffix(got, "\n"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	root := filepath.Join("testdata", filepath.FromSlash(dir))
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			have = append(have, filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	slices.Sort(have)
	if kittest.Update() {
		for _, name := range have {
			if !slices.Contains(names, name) {
				if err := os.Remove(filepath.Join(root, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return len(names)
	}
	if diff := cmp.Diff(names, have); diff != "" {
		t.Errorf("files of %s (-want +got):\n%s", dir, diff)
	}
	return len(names)
}
