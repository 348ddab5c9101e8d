package wire_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

// foreign is a policy that others wrote, with their own spelling of it. It holds no Deny: moto refuses every access to objects that a Deny
// covers, whomever it names.
const foreign = `{ "Version":"2008-10-17","Id":"theirs",  "Statement":[
  {"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["s3:GetBucketPolicy"],"Resource":"arn:aws:s3:::BUCKET","Condition":{"NumericLessThan":{"s3:max-keys":1E1}}},
  {"Effect":"Allow","Principal":{"Service":["logging.s3.amazonaws.com"]},"Action":"s3:PutObject","Resource":["arn:aws:s3:::BUCKET/logs/*"]} ] }`

// statements are what must survive of foreign, byte for byte.
func statements(bucket string) []string {
	var out []string
	for _, line := range strings.Split(strings.ReplaceAll(foreign, "BUCKET", bucket), "\n")[1:] {
		line = strings.TrimSuffix(strings.TrimSpace(line), " ] }")
		out = append(out, strings.TrimSuffix(line, ","))
	}
	return out
}

// journey is one case.
type journey struct {
	name                      string // of the transfer
	source, destination, task string // accounts
	sourceKey, destinationKey string // ARNs of keys; "" is none
}

func (j journey) transfer() xacct.Transfer {
	tr := xacct.Transfer{
		Name:        j.name,
		TaskAccount: j.task,
		Source:      xacct.Endpoint{Account: j.source, Region: region, Bucket: j.name + "-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: j.destination, Region: region, Bucket: j.name + "-archive", DisableACLs: true},
		Tags:        map[string]string{"team": "media"},
		Operators:   []string{operator(j.task)},
	}
	if j.sourceKey != "" {
		tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{j.sourceKey}, []string{j.destinationKey}
	}
	return tr
}

func (j journey) accounts() []string {
	if j.source == j.destination {
		return []string{j.source}
	}
	return []string{j.source, j.destination}
}

// made is what the task's account holds while the transfer is set up.
func (j journey) made() census {
	return census{
		Roles:     []string{j.name + "-destination", j.name + "-source"},
		Locations: []string{"s3://" + j.name + "-archive", "s3://" + j.name + "-raw/2026/"},
		Tasks:     []string{j.name},
	}
}

func quickly(o *xacct.ApplyOptions) { o.Budget, o.Settle = 5*time.Second, 2*time.Second }

func plan(t *testing.T, w *world, tr xacct.Transfer) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(t.Context(), w.clients, []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// there plans, applies, looks at what was made, and plans again.
func (j journey) there(t *testing.T, w *world) *xacct.Result {
	t.Helper()
	for _, account := range j.accounts() {
		w.addOperator(t, account, j.transfer())
	}
	p := plan(t, w, j.transfer())
	if p.Empty() {
		t.Fatalf("the first plan is empty:\n%s", p)
	}
	result, err := p.Apply(t.Context(), w.clients, quickly)
	if err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	if diff := cmp.Diff(j.made(), canonical(w.census(t, j.task))); diff != "" {
		t.Errorf("what was made (-want +got):\n%s", diff)
	}
	if again := plan(t, w, j.transfer()); !again.Empty() {
		t.Errorf("the second plan is not empty:\n%s", again)
	}
	return result
}

// canonical writes URIs of locations below a prefix as DataSync writes them; moto doubles the slash.
func canonical(c census) census {
	for i, uri := range c.Locations {
		rest := strings.TrimPrefix(uri, "s3://")
		c.Locations[i] = "s3://" + strings.ReplaceAll(rest, "//", "/")
	}
	return c
}

// run starts the task and waits for its end.
func (j journey) run(t *testing.T, w *world, arn string) {
	t.Helper()
	api, err := w.clients.DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	execution, err := task.Start(t.Context(), api, arn, func(o *task.StartOptions) { o.Settle = 2 * time.Second })
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := execution.Wait(t.Context(), func(o *task.WatchOptions) { o.MinDelay, o.MaxDelay = 10*time.Millisecond, 10*time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Verdict != task.Complete {
		t.Errorf("the run ended %s", outcome.Verdict)
	}
}

// back destroys, and looks for what is left.
func (j journey) back(t *testing.T, w *world) {
	t.Helper()
	transfers := []xacct.Transfer{j.transfer()}
	p, err := xacct.NewDestroyPlan(t.Context(), w.clients, transfers)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), w.clients, quickly); err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	if diff := cmp.Diff(census{}, w.census(t, j.task)); diff != "" {
		t.Errorf("what is left (-want +got):\n%s", diff)
	}
	again, err := xacct.NewDestroyPlan(t.Context(), w.clients, transfers)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Empty() {
		t.Errorf("the second plan to destroy is not empty:\n%s", again)
	}
}

func TestMotoJourney(t *testing.T) {
	for _, j := range []journey{
		{name: "push", source: "111122223333", destination: "444455556666", task: "111122223333"},
		{name: "pull", source: "111122223333", destination: "444455556666", task: "444455556666"},
		{name: "same-account", source: "111122223333", destination: "111122223333", task: "111122223333"},
	} {
		t.Run(j.name, func(t *testing.T) {
			w := newWorld(t, j.accounts(), owned(t))
			before := map[string]string{} // policies by bucket
			owner := map[string]string{}
			for _, end := range []xacct.Endpoint{j.transfer().Source, j.transfer().Destination} {
				before[end.Bucket], owner[end.Bucket] = strings.ReplaceAll(foreign, "BUCKET", end.Bucket), end.Account
				w.addBucket(t, end.Account, end.Bucket, before[end.Bucket])
			}

			result := j.there(t, w)
			for bucket, account := range owner {
				now := w.policy(t, account, bucket)
				for _, st := range statements(bucket) {
					if !strings.Contains(now, st) {
						t.Errorf("the policy of %s lacks %s:\n%s", bucket, st, now)
					}
				}
				if granted := strings.Contains(now, ":role/"+j.name+"-"); granted != (account != j.task) {
					t.Errorf("the policy of %s grants a role of the task's account: %v\n%s", bucket, granted, now)
				}
			}

			j.run(t, w, result.TaskARN(j.name))
			j.back(t, w)
			for bucket, account := range owner {
				if diff := cmp.Diff(before[bucket], w.policy(t, account, bucket)); diff != "" {
					t.Errorf("the policy of %s (-before +after):\n%s", bucket, diff)
				}
			}
		})
	}
}

// No call of DataSync has a client token: what is sent twice is made twice.
func TestMotoLoss(t *testing.T) {
	ops := []string{"CreateRole", "PutRolePolicy", "PUT policy", "PutKeyPolicy", "CreateLocationS3", "CreateTask", "StartTaskExecution", "DeleteTask", "DeleteLocation", "DeleteRole"}
	for _, tt := range []struct {
		journey
		answer bool
	}{
		{journey{name: "lost-answers", source: "111122223333", destination: "444455556666", task: "111122223333"}, true},
		{journey{name: "lost-requests", source: "111122223333", destination: "444455556666", task: "111122223333"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var networks []*loss
			w := newWorld(t, tt.accounts(), func(_ string, next http.RoundTripper) http.RoundTripper {
				l := newLoss(next, tt.answer, ops...)
				networks = append(networks, l)
				return l
			})
			tt.journey = tt.encrypted(t, w)
			result := tt.there(t, w)
			tt.run(t, w, result.TaskARN(tt.name))
			tt.back(t, w)

			lost, sent := map[string]bool{}, map[string]int{}
			for _, l := range networks {
				for _, op := range l.lost {
					lost[op] = true
				}
				for op, n := range l.sent {
					sent[op] += n
				}
			}
			for _, op := range ops {
				if !lost[op] {
					t.Errorf("%s was never lost", op)
				}
			}
			madeOnce(t, sent)
		})
	}
}

// madeOnce looks at the requests that arrived: nothing was made twice.
func madeOnce(t *testing.T, arrived map[string]int) {
	t.Helper()
	got := map[string]int{}
	want := map[string]int{"CreateLocationS3": 2, "CreateTask": 1, "StartTaskExecution": 1}
	for op := range want {
		got[op] = arrived[op]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests that arrived (-want +got):\n%s", diff)
	}
}
