package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// callers are the accounts of docs/calls.md. Each is of one kind, so that the page says which kind of account a call is made in.
var callers = []struct{ account, name string }{{accountA, "task account"}, {accountB, "bucket owner"}, {accountC, "key owner"}}

// calling plays the life of a transfer that needs every service, and notes the calls of each function. Every client is of an operator that has the
// policy of one phase and nothing else.
type calling struct {
	cloud    *xaccttest.Cloud
	transfer xacct.Transfer
	policies map[string]policy.Document // for planning, by account
	made     map[string]callSet         // by the name of the function
}

// lookingBack is the phase of an operator who looks for what is left: that of planning with permissions for one more role.
const lookingBack xacct.Phase = "look-back"

// byName is the phase of an operator who runs a task that has to be looked up first: those of planning and of running.
const byName xacct.Phase = "by-name"

// inBulk is the phase of an operator who plans and may read all roles of an account: that of planning with the policy of BulkIAMPhase.
const inBulk xacct.Phase = "in-bulk"

// callSet are the operations by account and service.
type callSet map[string]map[string]map[string]bool

// newCalling is the task account, an owner of both buckets, and an owner of their keys.
func newCalling(t *testing.T) *calling {
	t.Helper()
	cloud := xaccttest.NewCloud()
	read, write := cloud.AddKey(accountC, "us-east-2"), cloud.AddKey(accountC, "us-east-2")
	cloud.AddBucket(accountB, "us-east-2", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
	cloud.SetBucketPolicy("media-archive", []byte(kittest.ForeignPolicy))
	cloud.PutObject("media-raw", "2026/01.mov", []byte("x"))
	cloud.PutObject("media-raw", "2026/02.mov", []byte("y"))
	tr := xacct.Transfer{
		Name:   "media-archive",
		Source: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-raw", KMSKeys: []string{read}},
		Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive", Prefix: "in/", KMSKeys: []string{write},
			DisableACLs: true},
		TaskAccount: accountA,
		Operators:   []string{operatorRole(accountA, xacct.ApplyPhase)},
		Task: task.Spec{Mode: dstypes.TaskModeBasic, Log: &task.Log{Name: "/transfers/media", RetentionDays: 30},
			Report: &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}},
		Retries: &task.Manifest{Account: accountB, Bucket: "media-raw", Key: "retry.csv"},
	}
	tr.Source.Role = iamrole.Spec{PermissionsBoundary: cloud.AddPolicy(accountA, "boundary", policy.New(policy.Allow("s3:*", "kms:*").On("*")))}
	c := &calling{cloud: cloud, transfer: tr, policies: map[string]policy.Document{}, made: map[string]callSet{}}
	for _, who := range callers {
		var run, bulk policy.Document
		for _, phase := range []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase, xacct.BulkIAMPhase} {
			d, err := xacct.OperatorPolicy(who.account, []xacct.Transfer{tr}, phase)
			if err != nil {
				t.Fatal(err)
			}
			switch phase {
			case xacct.PlanPhase:
				c.policies[who.account] = d
			case xacct.RunPhase:
				run = d
			case xacct.BulkIAMPhase:
				bulk = d
			}
			if d.Len() == 0 {
				cloud.AddRole(who.account, "operator-"+string(phase))
				continue
			}
			cloud.AddRole(who.account, "operator-"+string(phase), d)
		}
		serviceRole := policy.Allow("iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies").On(
			"arn:aws:iam::" + who.account + ":role/aws-service-role/datasync.amazonaws.com/AWSServiceRoleForDataSync")
		cloud.AddRole(who.account, "operator-"+string(lookingBack), c.policies[who.account], policy.New(serviceRole))
		for phase, more := range map[xacct.Phase]policy.Document{byName: run, inBulk: bulk} {
			cloud.AddRole(who.account, "operator-"+string(phase), slices.DeleteFunc([]policy.Document{c.policies[who.account], more}, func(d policy.Document) bool { return d.Len() == 0 })...)
		}
	}
	return c
}

// as are the clients of the operators of a phase.
func (c *calling) as(phase xacct.Phase) xacct.Clients {
	out := xacct.Clients{}
	for _, who := range callers {
		out[who.account] = c.cloud.ClientsAs(operatorRole(who.account, phase))
	}
	return out
}

// note runs the function once more and adds its calls to those that it made before. None may be refused for want of a permission.
func (c *calling) note(t *testing.T, name string, run func() error) {
	t.Helper()
	c.cloud.ResetCalls()
	if err := run(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if c.made[name] == nil {
		c.made[name] = callSet{}
	}
	for _, call := range c.cloud.Calls() {
		if awserr.Denied(call.Err) && !ofPlanner(call, accountA) {
			t.Errorf("%s: %s %s is refused in account %s: %v", name, call.Service, call.Operation, call.Account, call.Err)
		}
		services := c.made[name]
		if services[call.Account] == nil {
			services[call.Account] = map[string]map[string]bool{}
		}
		if services[call.Account][call.Service] == nil {
			services[call.Account][call.Service] = map[string]bool{}
		}
		services[call.Account][call.Service][call.Operation] = true
	}
}

// setUp plans and applies the transfer as it is now.
func (c *calling) setUp(t *testing.T) (p *xacct.Plan, r *xacct.Result) {
	t.Helper()
	c.note(t, newPlanName, func() (err error) {
		p, err = planned(xacct.NewPlan(t.Context(), c.as(xacct.PlanPhase), []xacct.Transfer{c.transfer}, lookingAt(2)))
		return err
	})
	c.note(t, applyName, func() (err error) {
		r, err = p.Apply(t.Context(), c.as(xacct.ApplyPhase))
		return err
	})
	return p, r
}

// run starts the task in every way, and watches, cancels, records and repeats runs of it.
func (c *calling) run(t *testing.T, p *xacct.Plan, r *xacct.Result) {
	t.Helper()
	ctx, arn := t.Context(), r.TaskARN(c.transfer.Name)
	api, err := c.as(xacct.RunPhase).DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := c.as(xacct.RunPhase).Objects(accountB, "us-east-2")
	if err != nil {
		t.Fatal(err)
	}
	c.cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "2026/02.mov" {
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
	var e *task.Execution
	c.note(t, startName, func() (err error) {
		e, err = task.Start(ctx, api, arn, func(o *task.StartOptions) { o.IfRunning, o.Options.BytesPerSecond = task.Refuse, 1<<20 })
		return err
	})
	var outcome *task.Outcome
	c.note(t, watchName, func() (err error) {
		var incomplete *task.IncompleteError
		if outcome, err = e.Wait(ctx); errors.As(err, &incomplete) && incomplete.Outcome.Verdict == task.WithExceptions {
			return nil
		}
		return fmt.Errorf("the run ended with %v", err)
	})
	c.cloud.OnStep(nil)
	c.note(t, readReportName, func() error {
		for _, err := range task.ReadReport(ctx, objects, *c.transfer.Task.Report, e.ARN()) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	c.note(t, receiptName, func() error {
		receipt, err := p.Receipt(ctx, c.as(xacct.PlanPhase), c.transfer.Name, r, outcome)
		if err == nil && len(receipt.NotRead) > 0 {
			err = fmt.Errorf("not read: %v", receipt.NotRead)
		}
		return err
	})
	c.note(t, retryName, func() error {
		again, err := task.Retry(ctx, api, objects, e.ARN(), *c.transfer.Task.Report, c.transfer.RetryManifest())
		if err == nil {
			_, err = again.Wait(ctx)
		}
		return err
	})
	c.note(t, verifyName, func() error { return xacct.VerifyOwnership(c.as(xacct.PlanPhase), c.transfer)(ctx) })
	c.note(t, startName, func() (err error) {
		e, err = task.Start(ctx, api, arn, func(o *task.StartOptions) { o.Token = "nightly-2026-01-01" })
		return err
	})
	c.note(t, attachName, func() error {
		run, err := p.Attach(ctx, xacct.Clients{accountA: c.as(byName)[accountA]}, c.transfer.Name)
		if err == nil && run.ARN() != e.ARN() {
			err = fmt.Errorf("attached to %s, want %s", run.ARN(), e.ARN())
		}
		return err
	})
	c.note(t, cancelName, func() error { return e.Cancel(ctx) })
	if _, err := e.Wait(ctx); err == nil {
		t.Error("a cancelled run is complete")
	}
	c.note(t, cancelName, func() error { return e.Cancel(ctx) })
	for phase, result := range map[xacct.Phase]*xacct.Result{xacct.RunPhase: r, byName: nil} {
		clients := xacct.Clients{accountA: c.as(phase)[accountA], accountB: c.as(xacct.RunPhase)[accountB]}
		var run *xacct.Run
		c.note(t, planStartName, func() (err error) {
			run, err = p.Start(ctx, clients, result, c.transfer.Name)
			return err
		})
		if _, err := run.Wait(ctx); err != nil {
			t.Error(err)
		}
	}
}

// tearDown removes the transfer while a run goes on.
func (c *calling) tearDown(t *testing.T, r *xacct.Result) {
	t.Helper()
	ctx := t.Context()
	api, err := c.as(xacct.RunPhase).DataSync(r.TaskARN(c.transfer.Name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.Start(ctx, api, r.TaskARN(c.transfer.Name)); err != nil {
		t.Fatal(err)
	}
	var p *xacct.Plan
	c.note(t, destroyPlanName, func() (err error) {
		p, err = planned(xacct.NewDestroyPlan(ctx, c.as(xacct.PlanPhase), []xacct.Transfer{c.transfer}, func(o *xacct.PlanOptions) {
			o.CancelRuns = true
			o.Ownership = map[string]s3types.ObjectOwnership{"media-archive": s3types.ObjectOwnershipObjectWriter}
		}))
		return err
	})
	c.note(t, destroyName, func() error {
		_, err := p.Apply(ctx, c.as(xacct.DestroyPhase))
		return err
	})
	c.note(t, residueName, func() error {
		left, err := p.Residue(ctx, c.as(lookingBack))
		for _, item := range left {
			if item.Ours || item.Unknown {
				err = errors.Join(err, fmt.Errorf("left: %+v", item))
			}
		}
		return err
	})
}

// table writes the calls, a row for each account.
func (s callSet) table(b *strings.Builder) {
	fmt.Fprintf(b, "\n| account | reads | writes |\n| --- | --- | --- |\n")
	for _, who := range callers {
		reads, writes := []string{}, []string{}
		for _, service := range slices.Sorted(maps.Keys(s[who.account])) {
			var r, w []string
			for _, operation := range slices.Sorted(maps.Keys(s[who.account][service])) {
				if kittest.Reads(operation) {
					r = append(r, operation)
				} else {
					w = append(w, operation)
				}
			}
			if len(r) > 0 {
				reads = append(reads, fmt.Sprintf("**%s** %s", service, strings.Join(r, ", ")))
			}
			if len(w) > 0 {
				writes = append(writes, fmt.Sprintf("**%s** %s", service, strings.Join(w, ", ")))
			}
		}
		if len(reads)+len(writes) > 0 {
			fmt.Fprintf(b, "| %s | %s | %s |\n", who.name, orNone(reads), orNone(writes))
		}
	}
}

func orNone(calls []string) string {
	if len(calls) == 0 {
		return "–"
	}
	return strings.Join(calls, "; ")
}

// TestCalls notes the calls of every function in a life of a transfer that needs every service. docs/calls.md is written with -update.
func TestCalls(t *testing.T) {
	var c *calling
	synctest.Test(t, func(t *testing.T) {
		c = newCalling(t)
		p, r := c.setUp(t)
		c.run(t, p, r)
		c.plans(t)
		c.runFleet(t, p, r)
		if err := drift(context.WithoutCancel(t.Context()), c.cloud, c.transfer); err != nil { // somebody changes what is ours
			t.Fatal(err)
		}
		c.transfer.Task.Options.BytesPerSecond, c.transfer.Tags = 1<<20, map[string]string{"team": "media"}
		c.transfer.Destination.Prefix = "later"
		_, r = c.setUp(t)
		c.tearDown(t, r)
	})
	for _, f := range callingFunctions {
		if len(c.made[f.name]) == 0 {
			t.Errorf("no call of %s was noted", f.name)
		}
		for account, services := range c.made[f.name] {
			for service, operations := range services {
				for operation := range operations {
					if f.readOnly && !kittest.Reads(operation) {
						t.Errorf("%s makes %s %s in account %s", f.name, service, operation, account)
					}
				}
			}
		}
	}
	if len(c.made) != len(callingFunctions) {
		t.Errorf("%d functions were noted, and the page has %d", len(c.made), len(callingFunctions))
	}
	got, err := callsPage(c)
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../docs/calls.md"
	if kittest.Update() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); write it with -update:\n%s", file, diff)
	}
}
