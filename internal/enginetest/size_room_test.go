package enginetest_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestOneSizeForAPolicy: a policy that transfers share has one finding about its size, one that blocks has one for each transfer with the same words, so that
// the text has one line. So have the numbers of tasks and roles.
func TestOneSizeForAPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		transfers, want int
		edit            func(*xacct.Transfer)
		subject         string
	}{
		"a bucket":           {21, 1, func(*xacct.Transfer) {}, "media-archive"},
		"a bucket, blocked":  {27, 27, func(*xacct.Transfer) {}, "media-archive"},
		"a role":             {16, 1, func(tr *xacct.Transfer) { tr.Destination.Role.Name = "archive" }, "arn:aws:iam::111122223333:role/archive"},
		"a single one":       {1, 0, func(*xacct.Transfer) {}, "media-archive"},
		"tasks of a Region":  {91, 1, inTheAccount, "tasks in us-east-2"},
		"those of two roles": {16, 1, func(tr *xacct.Transfer) { tr.Destination.Role.Name, tr.Source.Role.Name = "archive", "archive-source" }, "arn:aws:iam::111122223333:role/archive"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountA, "us-east-2", "media-own")
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), likeIt(cloud, tt.transfers, tt.edit))
				n, words := 0, map[string]bool{}
				for _, f := range p.Findings {
					if f.Code == xacct.CodeSize && f.Subject == tt.subject {
						n, words[f.Detail] = n+1, true
					}
				}
				if n != tt.want || len(words) > 1 {
					t.Errorf("%d findings with %d texts, want %d:\n%s", n, len(words), tt.want, p)
				}
			})
		})
	}
}

// inTheAccount lets the transfer stay in the task's account.
func inTheAccount(tr *xacct.Transfer) {
	tr.Destination.Account, tr.Destination.Bucket = accountA, "media-own"
}

var roomFor = regexp.MustCompile(`room for (\d+) more`)

// TestRoomIsAsTold sets up as many more transfers as the finding has room for, one plan after the other: the next one is refused. It starts with transfers of
// one plan, or of one plan each.
func TestRoomIsAsTold(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	for name, tt := range map[string]struct {
		first  int
		atOnce bool
		grant  xacct.GrantShape
	}{
		"in one plan":            {23, true, xacct.ByRole},
		"one plan each":          {22, false, xacct.ByRole},
		"granted to the account": {22, true, xacct.ByAccount},
	} {
		if !tt.atOnce && !kittest.EveryFault() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				all := likeIt(cloud, 30, func(tr *xacct.Transfer) { tr.Grant = tt.grant })
				var p *xacct.Plan
				if tt.atOnce {
					p = kittest.MustPlan(t, t.Context(), cloud.Clients(), all[:tt.first])
					kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				} else {
					for i := range tt.first {
						p = kittest.MustPlan(t, t.Context(), cloud.Clients(), all[i:i+1])
						kittest.MustApply(t, t.Context(), cloud.Clients(), p)
					}
				}
				told := -1
				for _, f := range p.Findings {
					if m := roomFor.FindStringSubmatch(f.Detail); f.Subject == "media-archive" && m != nil {
						told, _ = strconv.Atoi(m[1])
					}
				}
				room := 0
				for _, tr := range all[tt.first:] {
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					if kittest.HasFinding(p, xacct.CodeSize, xacct.Blocking) {
						break
					}
					kittest.MustApply(t, t.Context(), cloud.Clients(), p)
					room++
				}
				if fmt.Sprint(told) != fmt.Sprint(room) || room == 0 {
					t.Errorf("told of room for %d, and %d were set up", told, room)
				}
			})
		})
	}
}
