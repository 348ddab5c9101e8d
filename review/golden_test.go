package review_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/review"
	"github.com/xacct/xacct/xaccttest"
)

// situations are the plans of the golden files, by name.
func situations(t *testing.T) map[string]*xacct.Plan {
	t.Helper()
	out := map[string]*xacct.Plan{}
	synctest.Test(t, func(t *testing.T) { plan(t, out) })
	return out
}

// plan makes the plans of the golden files.
func plan(t *testing.T, out map[string]*xacct.Plan) {
	ctx := t.Context()
	cloud := kittest.World(t)
	out["push"] = kittest.MustPlan(t, ctx, cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	out["pull"] = kittest.MustPlan(t, ctx, cloud.Clients(), []xacct.Transfer{kittest.Pull(cloud)})
	encrypted, tr := kittest.EncryptedWorld()
	out["kms"] = kittest.MustPlan(t, ctx, encrypted.Clients(), []xacct.Transfer{tr})

	both := []xacct.Transfer{kittest.WithEveryKind(kittest.Push(cloud))}
	ours := only(cloud, kittest.AccountA)
	out["two-teams"] = kittest.MustPlan(t, ctx, ours, both)
	out["two-teams-theirs"] = reread(t, out["two-teams"].For(kittest.AccountB))
	out["two-teams-goes-on"] = kittest.MustPlan(t, ctx, ours, both, byReport(applied(t, cloud, out["two-teams"])))
	if _, err := kittest.MustPlan(t, ctx, cloud.Clients(), both).Apply(ctx, cloud.Clients()); err != nil {
		t.Fatal(err)
	}
	done, err := reread(t, out["two-teams"].For(kittest.AccountB)).Apply(ctx, only(cloud, kittest.AccountB))
	if err != nil {
		t.Fatal(err)
	}
	out["two-teams-reported"] = kittest.MustPlan(t, ctx, ours, both, byReport(atFullHour(done.Report())))
	out["tear-down"] = destroy(t, cloud.Clients(), both)
	out["tear-down-ours"] = destroy(t, ours, both)
	out["tear-down-theirs"] = reread(t, out["tear-down-ours"].For(kittest.AccountB))
	out["tear-down-reported"] = destroy(t, ours, both, byReport(applied(t, cloud, out["tear-down-ours"])))
}

// applied has both teams apply what the plan has for them, and is the report that the other one hands back.
func applied(t *testing.T, cloud *xaccttest.Cloud, p *xacct.Plan) *xacct.Result {
	t.Helper()
	if _, err := p.Apply(t.Context(), only(cloud, kittest.AccountA)); err != nil {
		t.Fatal(err)
	}
	done, err := reread(t, p.For(kittest.AccountB)).Apply(t.Context(), only(cloud, kittest.AccountB))
	if err != nil {
		t.Fatal(err)
	}
	return atFullHour(done.Report())
}

// atFullHour is the report as read at the next full hour: retries take times that differ.
func atFullHour(report *xacct.Result) *xacct.Result {
	hour := time.Now().Truncate(time.Hour).Add(time.Hour)
	time.Sleep(time.Until(hour))
	for _, c := range report.Changes {
		if c.Stored != nil {
			c.Stored.Time = hour
		}
	}
	return report
}

func byReport(r *xacct.Result) func(*xacct.PlanOptions) {
	return func(o *xacct.PlanOptions) { o.Reported = []*xacct.Result{r} }
}

// planned are the situations, made once. Nobody changes them.
var planned = func() func(t *testing.T) map[string]*xacct.Plan {
	var once sync.Once
	var made map[string]*xacct.Plan
	return func(t *testing.T) map[string]*xacct.Plan {
		once.Do(func() { made = situations(t) })
		return made
	}
}()

func only(cloud *xaccttest.Cloud, account string) xacct.Clients {
	return xacct.Clients{account: cloud.ClientsAs(cloud.OperatorARN(account))}
}

func destroy(t *testing.T, c xacct.Clients, transfers []xacct.Transfer, optFns ...func(*xacct.PlanOptions)) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewDestroyPlan(t.Context(), c, transfers, optFns...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// reread is the plan as another team gets it.
func reread(t *testing.T, p *xacct.Plan) *xacct.Plan {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out xacct.Plan
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// TestGolden compares the reviews of plans of each kind with files that a person has read.
func TestGolden(t *testing.T) {
	for name, p := range situations(t) {
		t.Run(name, func(t *testing.T) {
			var markdown, html bytes.Buffer
			if err := review.Markdown(&markdown, p); err != nil {
				t.Fatal(err)
			}
			if err := review.HTML(&html, p); err != nil {
				t.Fatal(err)
			}
			kittest.Golden(t, name+".md", stable(t, p, &markdown))
			kittest.Golden(t, name+".html", stable(t, p, &html))
		})
	}
}

// stable is what was written, without the digest of a plan that goes by reports: it depends on the unique ids of roles, which are others in every cloud.
func stable(t *testing.T, p *xacct.Plan, b *bytes.Buffer) string {
	t.Helper()
	out := strings.TrimSuffix(b.String(), "\n")
	if len(p.Settings.Reported) == 0 {
		return out
	}
	digest, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(out, digest, "sha256:"+strings.Repeat("0", 64))
}
