package handover_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// A plan lacks what its transfers ask for, or says that it is another account's: the bundle would lack it too.
func TestNewRefusesAPlanThatLacksAChange(t *testing.T) {
	t.Parallel()
	cloud := kittest.SharedWorld(t)
	p := planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...)
	looked := 0
	for i, c := range p.Changes {
		q := *p
		q.Changes = slices.Delete(slices.Clone(p.Changes), i, i+1)
		wantMismatch(t, "without "+c.ID, &q, c.Account)
		for _, account := range []string{"", "999999999999", map[string]string{accountA: accountB, accountB: accountA}[c.Account]} {
			q.Changes = slices.Clone(p.Changes)
			q.Changes[i].Account = account
			wantMismatch(t, c.ID+" in account "+account, &q, c.Account)
		}
		looked++
	}
	if looked < 7 {
		t.Errorf("%d changes", looked)
	}
}

// What a plan may hold or lack for good reasons gets a bundle.
func TestNewTakesEveryPlan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		plan func(*testing.T) *xacct.Plan
	}{
		{"both ends in one Region", func(t *testing.T) *xacct.Plan {
			cloud := kittest.World(t)
			cloud.AddBucket(accountA, "us-east-2", "near")
			tr := kittest.Push(cloud)
			tr.Source.Bucket, tr.Source.Region, tr.Source.Prefix = "near", "us-east-2", ""
			return planOf(t, cloud, accountA, tr)
		}},
		{"a log group that is left", func(t *testing.T) *xacct.Plan {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			tr.Task.Mode, tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: "/transfers/media"}
			kittest.SetUp(t, cloud, tr)
			tr.Task.Log = &task.Log{Name: "/transfers/renamed"}
			return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.AllowDelete = true })
		}},
		{"a key that is disabled", func(t *testing.T) *xacct.Plan {
			cloud := kittest.SharedWorld(t)
			transfers := kittest.EncryptedPush(cloud)
			cloud.SetKeyState(transfers[0].Destination.KMSKeys[0], kmstypes.KeyStateDisabled)
			return kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.Override = []string{xacct.CodeKeyUnusable} })
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := tt.plan(t)
				for _, account := range []string{accountA, accountB} {
					if _, err := handover.New(p, account, func(o *handover.Options) { o.Settled = true }); err != nil {
						t.Errorf("account %s: %v\n%s", account, err, p)
					}
				}
			})
		})
	}
}

func wantMismatch(t *testing.T, name string, p *xacct.Plan, account string) {
	t.Helper()
	if _, err := handover.New(p, account); err == nil {
		t.Errorf("%s: no error", name)
	} else if !strings.Contains(err.Error(), "the plan") {
		t.Errorf("%s: %v", name, err)
	}
}

// told are the members of a plan that are its own word: what is done already, and in a tear-down what comes before, what leaves, and what README.md says
// that the account has of its own.
var told = map[xacct.Mode]*regexp.Regexp{xacct.SetUp: regexp.MustCompile(`\.Op$`), xacct.TearDown: regexp.MustCompile(`\.(ID|Op|Requires(\[\d+\])?|Remove)$`)}

// Whatever member of a change is edited: New refuses it, or what it writes is the same.
func TestNewTakesNothingFromTheText(t *testing.T) {
	need(t)
	for _, s := range situations {
		synctest.Test(t, func(t *testing.T) {
			p := s.plan(t)
			data, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			for _, account := range s.accounts {
				tried, refused := 0, 0
				want := artefacts(p, account, s.options)
				edits(t, data, func(path string, edited []byte) {
					var q xacct.Plan
					if tried++; json.Unmarshal(edited, &q) != nil {
						refused++
						return
					}
					got := artefacts(&q, account, s.options)
					if got == nil {
						refused++
						return
					}
					for name := range want {
						if got[name] != want[name] && !told[p.Mode].MatchString(path) {
							t.Errorf("%s, account %s: %s: %s is another", s.name, account, path, name)
						}
					}
				})
				if refused == 0 || tried < 100 {
					t.Errorf("%s, account %s: %d of %d edits were refused", s.name, account, refused, tried)
				}
			}
		})
	}
}

// artefacts are the files of the bundle that come from the transfers; nil if New refuses the plan.
func artefacts(p *xacct.Plan, account string, options handover.Options) map[string]string {
	b, err := handover.New(p, account, func(o *handover.Options) { *o = options })
	if err != nil {
		return nil
	}
	out := map[string]string{}
	_ = fs.WalkDir(b.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || slices.Contains([]string{"plan.json", "SHA256SUMS", "review.html"}, name) {
			return err
		}
		text, err := fs.ReadFile(b.FS(), name)
		out[name] = string(text)
		return err
	})
	return out
}

// edits calls try for each edit of one member of one change.
func edits(t *testing.T, data []byte, try func(path string, edited []byte)) {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any, set func(any))
	walk = func(path string, v any, set func(any)) {
		for _, other := range others(v) {
			set(other)
			edited, err := json.Marshal(root)
			if err != nil {
				t.Fatal(err)
			}
			try(path, edited)
		}
		set(v)
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				walk(path+"."+k, v[k], func(other any) { v[k] = other })
			}
		case []any:
			for i := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), v[i], func(other any) { v[i] = other })
			}
		}
	}
	walk(".Changes", root["Changes"], func(v any) { root["Changes"] = v })
}

// others are values in place of one.
func others(v any) []any {
	switch v := v.(type) {
	case string:
		return []any{"", v + "x", strings.NewReplacer("media", "other", "update", "create", "no-op", "update").Replace(v)}
	case []any:
		return []any{[]any{}, append(slices.Clone(v), "extra")}
	case bool:
		return []any{!v}
	}
	return nil
}
