package survey

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const (
	sourceLocation = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcde01"
	destLocation   = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcde02"
	formerLocation = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcde09"
	mainTask       = "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcde01"
	otherTask      = "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcde02"
)

// read surveys the transfer in the cloud.
func read(t *testing.T, c *cloud, set client.Set, transfers ...*transfer.Transfer) *Survey {
	t.Helper()
	v, err := Read(t.Context(), set, transfers, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Each client of a transfer's account has to prove, once, that it is that account's. Where one does not, nothing that was read meanwhile is there, and
// the error says nothing else.
func TestIdentity(t *testing.T) {
	for _, tt := range []struct {
		name     string
		edit     func(*cloud, client.Set)
		accounts []string
		further  []string
		want     string // the error
		asked    []string
	}{
		{"proved", func(*cloud, client.Set) {}, []string{accountA, accountB}, nil, "", []string{accountA, accountB}},
		{"one account only", func(*cloud, client.Set) {}, []string{accountB}, nil, "", []string{accountB}},
		{"accounts that nothing names are left alone", func(*cloud, client.Set) {}, []string{accountA, accountB, accountC}, nil, "",
			[]string{accountA, accountB}},
		{"accounts that the plan names", func(*cloud, client.Set) {}, []string{accountA, accountC}, []string{accountA, accountC, "999999999999"}, "",
			[]string{accountA, accountC}},
		{"credentials of another account", func(c *cloud, _ client.Set) { c.identity = map[string]string{accountB: accountC} },
			[]string{accountA, accountB}, nil,
			"account 444455556666: sts:GetCallerIdentity: the credentials belong to account 777788889999", []string{accountA, accountB}},
		{"an answer without an account", func(c *cloud, _ client.Set) { c.identity = map[string]string{accountB: ""} }, []string{accountA, accountB},
			nil,
			"account 444455556666: sts:GetCallerIdentity: the credentials belong to account", []string{accountA, accountB}},
		{"refused", func(c *cloud, _ client.Set) { c.fails = map[string]error{"GetCallerIdentity": denied} }, []string{accountA, accountB}, nil,
			"account 111122223333: sts:GetCallerIdentity: api error AccessDenied:\naccount 444455556666: sts:GetCallerIdentity: api error AccessDenied:", []string{accountA, accountB}},
		{"none of the accounts", func(*cloud, client.Set) {}, []string{accountC}, []string{"999999999999"},
			`plan: Clients hold none of the transfers' accounts: account 111122223333: no clients were given`, nil},
		{"clients that are missing", func(_ *cloud, set client.Set) {
			set[accountA] = client.Account{STS: set[accountA].STS, S3: func(string) bucket.API { return nil }}
			set[accountB] = client.Account{}
		}, []string{accountA, accountB}, nil, "account 111122223333: no IAM client was given\n" +
			"account 111122223333 eu-west-1: no DataSync client was given\naccount 111122223333 us-east-2: no DataSync client was given\n" +
			"account 111122223333 eu-west-1: no S3 client was given\naccount 444455556666: no STS client was given\naccount 444455556666 us-east-2: no S3 client was given", nil},
		{"a further account without STS", func(_ *cloud, set client.Set) { set[accountC] = client.Account{} }, []string{accountA, accountC},
			[]string{accountC},
			"account 777788889999: no STS client was given", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &cloud{}
			set := c.clients(tt.accounts...)
			tt.edit(c, set)
			v, err := Read(t.Context(), set, []*transfer.Transfer{nightly(), nightly(func(g *transfer.Given) { g.Name = "weekly" })}, 0, tt.further)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			var asked []string
			for _, call := range c.calls {
				if account, ok := strings.CutPrefix(call, "GetCallerIdentity "); ok {
					asked = append(asked, account)
				}
			}
			if len(tt.asked) == 0 && len(c.calls) > 0 || err != nil && v != nil {
				t.Errorf("calls %v, survey %v", c.calls, v)
			}
			slices.Sort(asked)
			if diff := cmp.Diff(tt.asked, asked); diff != "" {
				t.Errorf("asked who they are (-want +got):\n%s", diff)
			}
			if err == nil && v.Callers[tt.asked[0]] != "arn:aws:iam::"+tt.asked[0]+":user/ops" {
				t.Errorf("callers %v", v.Callers)
			}
		})
	}
}

// made is a cloud with the buckets, locations and task of the transfer, and a task of somebody else's.
func made(tr *transfer.Transfer) *cloud {
	return &cloud{
		policies: map[string]string{accountA + "/raw": "", accountB + "/media": ""}, roles: map[string]string{},
		locations: map[string]string{sourceLocation: "s3://raw/ " + sourceRole, destLocation: "s3://media/ " + destRole},
		tasks:     map[string]string{mainTask: "nightly " + sourceLocation + " " + destLocation, otherTask: "theirs x y"},
		tags: map[string]map[string]string{sourceLocation: tr.TagsFor(plan.SourceSide), destLocation: tr.TagsFor(plan.DestinationSide),
			mainTask: tr.TagsFor("")},
		fails: map[string]error{},
	}
}

// What the transfer names is read, and what is tagged as its is found.
func TestRead(t *testing.T) {
	tr := nightly()
	c := made(tr)
	s := read(t, c, c.clients(accountA, accountB), tr).Snapshot
	type seen struct{ Roles, Buckets, Locations, Tasks, Failures []string }
	got := seen{slices.Sorted(maps.Keys(s.Roles)), slices.Sorted(maps.Keys(s.Buckets)), slices.Sorted(maps.Keys(s.Locations)),
		slices.Sorted(maps.Keys(s.Tasks)), slices.Sorted(maps.Keys(s.Failures))}
	if diff := cmp.Diff(seen{[]string{destRole, sourceRole}, []string{"media", "raw"}, []string{sourceLocation, destLocation}, []string{mainTask},
		nil}, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if n := s.TaskCount[transfer.Place{Account: accountA, Region: "us-east-2"}]; n != 2 {
		t.Errorf("%d tasks are there, want all 2", n)
	}
	counts := map[string]int{}
	for _, call := range c.calls {
		if counts[call]++; counts[call] == 2 {
			t.Errorf("%s is made twice", call)
		}
	}
}

// Of an account without clients nothing is read, and nothing of it is taken for absent.
func TestReadWithoutClients(t *testing.T) {
	tr := nightly()
	c := made(tr)
	s := read(t, c, c.clients(accountB), tr).Snapshot
	if len(s.Roles)+len(s.Locations)+len(s.Tasks)+len(s.Listed)+len(s.Failures) > 0 || len(s.Buckets) != 1 {
		t.Errorf("read %d roles, %d buckets, %d locations, %d tasks in %d places, with failures %v", len(s.Roles), len(s.Buckets), len(s.Locations),
			len(s.Tasks), len(s.Listed), s.Failures)
	}
	for _, call := range c.calls {
		if strings.Contains(call, accountA) {
			t.Errorf("call %s", call)
		}
	}
}

// A task that was renamed is found by its locations, and what a task took the place of by its tag.
func TestReadReferred(t *testing.T) {
	tr := nightly()
	c := made(tr)
	c.tasks[mainTask] = "renamed " + sourceLocation + " " + destLocation
	c.tags[mainTask]["xacct:replaces"] = "us-east-2/loc-0123456789abcde09"
	c.locations[formerLocation] = "s3://before/ " + destRole
	c.tags[formerLocation] = tr.TagsFor(plan.DestinationSide)
	c.policies[accountB+"/before"] = ""
	s := read(t, c, c.clients(accountA, accountB, accountC), tr).Snapshot
	if diff := cmp.Diff([]string{mainTask}, slices.Collect(maps.Keys(s.Tasks))); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{sourceLocation, destLocation, formerLocation}, slices.Sorted(maps.Keys(s.Locations))); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
	owner := s.Owners["before"]
	if diff := cmp.Diff(accountB+" us-east-2", owner.Account+" "+owner.Region); diff != "" {
		t.Errorf("owner of the bucket that was left (-want +got):\n%s", diff)
	}
}

// A left bucket is asked for with every client that has proved whose it is.
func TestFormerBuckets(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*cloud)
		want string // the owner, "gone", or the error
	}{
		{"of an account", func(c *cloud) { c.policies[accountC+"/before"] = "" }, accountC},
		{"gone", func(*cloud) {}, "gone"},
		{"refused", func(c *cloud) { c.fails["GetBucketPolicy before"] = denied },
			"account 111122223333 us-east-2: s3:GetBucketPolicy on before: api error AccessDenied:"},
		{"refused to those who proved themselves", func(c *cloud) {
			c.policies[accountC+"/before"], c.identity = "", map[string]string{accountC: accountB}
			c.fails["GetBucketPolicy before"] = denied
		}, "account 111122223333 us-east-2: s3:GetBucketPolicy on before: api error AccessDenied:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := nightly()
			c := made(tr)
			c.locations[formerLocation] = "s3://before/ " + destRole
			c.tags[formerLocation] = tr.TagsFor(plan.DestinationSide)
			c.tags[mainTask]["xacct:replaces"] = "us-east-2/loc-0123456789abcde09"
			tt.edit(c)
			o := read(t, c, c.clients(accountA, accountB, accountC), tr).Snapshot.Owners["before"]
			got := o.Account
			switch {
			case o.Gone:
				got = "gone"
			case o.Err != nil && got == "":
				got = o.Err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("owner (-want +got):\n%s", diff)
			}
			if _, stranger := c.identity[accountC]; stranger && slices.Contains(c.calls, "GetBucketPolicy "+accountC+" before") {
				t.Error("credentials of another account were used")
			}
		})
	}
}

// What cannot be read in part is there with the reason, and is never absent.
func TestUnread(t *testing.T) {
	for _, tt := range []struct {
		name, fails string
		err         func(*snapshot.Snapshot) error
	}{
		{"a bucket's policy", "GetBucketPolicy media", func(s *snapshot.Snapshot) error { return s.Buckets["media"].Unread[bucket.PartPolicy] }},
		{"a role", "GetRole nightly-source", func(s *snapshot.Snapshot) error { return s.Roles[sourceRole].Unread[iamrole.PartRole] }},
		{"a location", "DescribeLocationS3", func(s *snapshot.Snapshot) error { return s.Locations[destLocation].Unread[location.PartLocation] }},
		{"the tags of a task", "ListTagsForResource " + mainTask,
			func(s *snapshot.Snapshot) error { return s.Tasks[mainTask].Unread[task.PartTags] }},
		{"what lies at the destination", "ListObjectsV2", func(s *snapshot.Snapshot) error { return s.Unlisted["nightly"] }},
		{"a list", "ListTasks", func(s *snapshot.Snapshot) error { return s.Failures[accountA+"/us-east-2"] }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := nightly()
			c := made(tr)
			c.fails[tt.fails] = denied
			if tt.fails == "ListObjectsV2" {
				delete(c.tasks, mainTask) // of a transfer without a task alone
			}
			v, err := ReadToSetUp(t.Context(), c.clients(accountA, accountB), []*transfer.Transfer{tr}, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := v.Snapshot
			if err := tt.err(s); !errors.Is(err, denied) {
				t.Errorf("error %v, want %v", err, denied)
			}
		})
	}
}

// A list that is throttled is asked for again, for five minutes.
func TestThrottledList(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lasts  time.Duration
		listed bool
	}{
		{"for a while", 2 * time.Minute, true},
		{"for too long", time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := nightly()
				c := made(tr)
				c.tasks = nil // which would tell of the location
				c.until, c.fails["ListLocations"] = time.Now().Add(tt.lasts), throttled
				start := time.Now()
				s := read(t, c, c.clients(accountA, accountB), tr).Snapshot
				took := time.Since(start)
				if took < min(tt.lasts, 4*time.Minute) || took > 6*time.Minute {
					t.Errorf("took %s", took)
				}
				_, located := s.Locations[destLocation]
				if located != tt.listed {
					t.Errorf("the location was found: %v, want %v", located, tt.listed)
				}
				var call *plan.CallError
				err := s.Failures[accountA+"/us-east-2"]
				if failed := errors.As(err,
					&call); failed == tt.listed || failed && (call.Operation != "datasync:ListLocations" || !errors.Is(call, throttled)) {
					t.Errorf("failure %v", err)
				}
			})
		})
	}
}

// A unique id in a policy counts as dead if it still stands there half a minute later, unless it is that of a role that was read.
func TestConfirm(t *testing.T) {
	grant := func(principal string) string {
		d := policy.New(bucket.List("arn:aws:s3:::media").By(policy.AWS(principal)))
		return string(d.Bytes())
	}
	const id = "AROA1234567890EXAMPLE"
	for _, tt := range []struct {
		name     string
		resolves time.Duration // 0 is never
		fails    bool          // every read but the first does
		ids      map[string]string
		dead     []string
		waits    bool
	}{
		{"for ever", 0, false, nil, []string{id}, true},
		{"for a while", 5 * time.Second, false, nil, nil, true},
		{"of a role that was read", 0, false, map[string]string{id: destRole}, nil, false},
		{"read once only", 0, true, nil, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewReader(nil)
				first, err := policy.Parse([]byte(grant(id)))
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				got := s.confirm(t.Context(), first, tt.ids, func() (policy.Document, error) {
					switch {
					case tt.fails:
						return policy.Document{}, denied
					case tt.resolves > 0 && time.Since(start) >= tt.resolves:
						return policy.Parse([]byte(grant(destRole)))
					}
					return first, nil
				})
				if diff := cmp.Diff(tt.dead, s.Dead); diff != "" {
					t.Errorf("dead (-want +got):\n%s", diff)
				}
				want := grant(id)
				if tt.resolves > 0 {
					want = grant(destRole)
				}
				if diff := cmp.Diff(want, string(got.Bytes())); diff != "" {
					t.Errorf("policy (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took > confirmFor || (took > 0) != tt.waits {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// Of several failures of one thing the same is kept, whichever came first.
func TestFail(t *testing.T) {
	one, two := errors.New("a"), errors.New("b")
	for name, errs := range map[string][]error{"the first": {one, two}, "the second": {two, one}} {
		t.Run(name, func(t *testing.T) {
			s := NewReader(nil)
			if s.FirstError() != nil {
				t.Error("failed before anything was read")
			}
			s.fail("z", errors.New("of another thing"))
			for _, err := range errs {
				s.fail("x", err)
			}
			if s.Failures["x"] != one || s.FirstError() != one {
				t.Errorf("kept %v, first %v", s.Failures["x"], s.FirstError())
			}
		})
	}
}

// A survey that was cut off is none.
func TestReadEnds(t *testing.T) {
	tr := nightly()
	c := made(tr)
	ctx, cancel := context.WithCancel(t.Context())
	set := c.clients(accountA, accountB)
	account := set[accountA]
	inner := account.DataSync
	account.DataSync = func(reg string) client.DataSyncAPI {
		cancel()
		return inner(reg)
	}
	set[accountA] = account
	if _, err := Read(ctx, set, []*transfer.Transfer{tr}, 0, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
