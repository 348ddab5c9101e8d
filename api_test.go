package xacct_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// This file uses every name that programs outside of the module may rely on, with its type. It compiles, or something was broken for them.

// Package policy.
var (
	_ func(...policy.Fragment) policy.Document                     = policy.New
	_ func([]byte) (policy.Document, error)                        = policy.Parse
	_ func(string) (policy.Document, error)                        = policy.ParseEncoded
	_ func(before, after policy.Document) []policy.StatementChange = policy.Diff

	_ func(policy.Document, ...policy.Fragment) policy.Document          = policy.Document.With
	_ func(policy.Document, ...policy.Fragment) (policy.Document, error) = policy.Document.Merge
	_ func(policy.Document, ...string) policy.Document                   = policy.Document.Without
	_ func(*policy.Document, func(any) error) error                      = (*policy.Document).UnmarshalYAML
	_ func(*policy.Statement, func(any) error) error                     = (*policy.Statement).UnmarshalYAML
	_ func(policy.Document) (any, error)                                 = policy.Document.MarshalYAML
	_ func(policy.Statement) (any, error)                                = policy.Statement.MarshalYAML
	_                                                                    = policy.YAMLError{Path: "", Reason: "", Err: nil}

	_ func(policy.Document, policy.Document) bool            = policy.Document.Equal
	_ func(policy.Document, policy.Kind) error               = policy.Document.Validate
	_ func(policy.Document, policy.Kind) (used, quota int)   = policy.Document.Size
	_ func(policy.Document) bool                             = policy.Document.IsZero
	_ func(policy.Document) []byte                           = policy.Document.Bytes
	_ func(policy.Document) iter.Seq[policy.Statement]       = policy.Document.All
	_ func(policy.Document, string) (policy.Statement, bool) = policy.Document.Statement
	_ fmt.Stringer                                           = policy.Document{}
	_ json.Marshaler                                         = policy.Document{}
	_ json.Unmarshaler                                       = (*policy.Document)(nil)

	_ = []json.Marshaler{xacct.Plan{}, xacct.Finding{}, xacct.Change{}, xacct.Result{}, xacct.ChangeResult{}, xacct.Event{}, xacct.Residue{}, xacct.Receipt{}, task.Outcome{}}

	_ = []policy.Fragment{policy.Statement{}, policy.Statements{}, policy.Document{}}
	_ = []policy.Kind{policy.Identity, policy.Trust, policy.Bucket, policy.Key}
	_ = []policy.ChangeOp{policy.Kept, policy.Added, policy.Removed, policy.Changed}
	_ = policy.StatementChange{Op: policy.Kept, Sid: "", Before: policy.Statement{}, After: policy.Statement{}}

	_ func(...string) policy.Statement                                 = policy.Allow
	_ func(...string) policy.Statement                                 = policy.Deny
	_ func(policy.Statement, string) policy.Statement                  = policy.Statement.WithSid
	_ func(policy.Statement, ...policy.Principal) policy.Statement     = policy.Statement.By
	_ func(policy.Statement, ...string) policy.Statement               = policy.Statement.On
	_ func(policy.Statement, ...policy.Condition) policy.Statement     = policy.Statement.When
	_ func(policy.Statement) string                                    = policy.Statement.Sid
	_ func(policy.Statement) string                                    = policy.Statement.Effect
	_ func(policy.Statement) (patterns []string, not bool)             = policy.Statement.Actions
	_ func(policy.Statement) (patterns []string, not bool)             = policy.Statement.Resources
	_ func(policy.Statement) (principals []policy.Principal, not bool) = policy.Statement.Principals
	_ func(policy.Statement) []policy.Condition                        = policy.Statement.Conditions
	_ func(policy.Statement) []byte                                    = policy.Statement.Bytes
	_ json.Marshaler                                                   = policy.Statement{}
	_ json.Unmarshaler                                                 = (*policy.Statement)(nil)

	_ = []func(string) policy.Principal{policy.AWS, policy.Account, policy.Service}
	_ = []func(string, ...string) policy.Condition{policy.StringEquals, policy.StringLike, policy.ArnEquals, policy.ArnLike}

	_ func(string, bool) policy.Condition              = policy.Bool
	_ func(string, string, ...string) policy.Condition = policy.Where
)

// Package authz.
var (
	_ func(authz.Request, authz.Policies) authz.Decision = authz.Decide
	_ func(authz.Request, authz.Policies) *authz.Decider = authz.NewDecider

	_ = authz.Request{Principal: "", Service: "", Action: "", Resource: "", ResourceAccount: "", Context: map[string][]string{}, Absent: []string{}, Complete: true}
	_ = authz.Policies{Identity: []policy.Document{}, Boundary: policy.Document{}, Session: policy.Document{},
		SCPs: [][]policy.Document{}, RCPs: [][]policy.Document{}, Resource: policy.Document{}, Unread: authz.SCP}
	_ = authz.Decision{Effect: authz.Undetermined, Deciding: []authz.Match{}, DependsOn: []string{}, NotGiven: authz.SCP}

	_              = []authz.Effect{authz.Undetermined, authz.Allowed, authz.ImplicitlyDenied, authz.ExplicitlyDenied}
	_ fmt.Stringer = authz.Effect(0)
)

// Package xacct: what a transfer is, and what follows from it alone.
var (
	_ = xacct.Endpoint{Account: "", Region: "", Bucket: "", Prefix: "", StorageClass: dstypes.S3StorageClassStandard, DisableACLs: true, KMSKeys: []string{},
		Role: iamrole.Spec{}, RoleARN: "", LocationARN: ""}
	_ = xacct.Transfer{Name: "", Source: xacct.Endpoint{}, Destination: xacct.Endpoint{}, TaskAccount: "", Operators: []string{}, Grant: xacct.ByRole,
		Task: task.Spec{}, Tags: map[string]string{}}
	_ = []xacct.GrantShape{xacct.ByRole, xacct.ByAccount}

	_ func(xacct.Transfer) error                          = xacct.Transfer.Validate
	_ func(xacct.Transfer) (*xacct.Resources, error)      = xacct.Transfer.Resources
	_ func(*xacct.Resources, xacct.Facts) []xacct.Finding = (*xacct.Resources).Check

	_ = xacct.Resources{Roles: []xacct.AccountRole{{Account: "", Spec: iamrole.Spec{}}}, Buckets: []bucket.Spec{}, Keys: []kmskey.Spec{},
		Source: location.Spec{}, Destination: location.Spec{}, Task: task.Spec{}}
	_ = xacct.Facts{BucketPolicies: map[string]policy.Document{}, KeyPolicies: map[string]policy.Document{},
		SCPs: map[string][][]policy.Document{}, RCPs: map[string][][]policy.Document{}}
	_ = xacct.Finding{Severity: xacct.Info, Code: xacct.CodeAllowed, Transfer: "", Account: "", Subject: "", Statement: "", Detail: "", Remedy: "", DependsOn: []string{}}
	_ = []xacct.Severity{xacct.Info, xacct.Warning, xacct.Blocking}
	_ = []xacct.Code{xacct.CodeAllowed, xacct.CodeDenied, xacct.CodeUndetermined, xacct.CodeDeadPrincipal, xacct.CodePublicPolicy, xacct.CodeACLsEnabled,
		xacct.CodeSize, xacct.CodeLockout}
)

// Package xacct: plans, and what becomes of them.
var (
	_ = xacct.Clients(map[string]xacct.AccountClients{})
	_ = xacct.AccountClients{STS: xacct.IdentityAPI(nil), IAM: iamrole.API(nil), S3: func(string) bucket.API { return nil },
		DataSync: func(string) xacct.DataSyncAPI { return nil }, KMS: func(string) kmskey.API { return nil }, Logs: func(string) task.LogsAPI { return nil }}

	_ func(aws.Config) xacct.AccountClients                  = xacct.NewAccountClients
	_ func(xacct.Clients, string) (xacct.DataSyncAPI, error) = xacct.Clients.DataSync

	_ func(context.Context, xacct.Clients, []xacct.Transfer, ...func(*xacct.PlanOptions)) (*xacct.Plan, error) = xacct.NewPlan
	_ func(context.Context, xacct.Clients, []xacct.Transfer, ...func(*xacct.PlanOptions)) (*xacct.Plan, error) = xacct.NewDestroyPlan
	_ func(*xacct.Plan) bool                                                                                   = (*xacct.Plan).Empty
	_ func(*xacct.Plan, string) *xacct.Plan                                                                    = (*xacct.Plan).For
	_ func(*xacct.Plan, string) (policy.Document, error)                                                       = (*xacct.Plan).OperatorPolicy
	_ func(*xacct.Plan, context.Context, xacct.Clients, ...func(*xacct.ApplyOptions)) (*xacct.Result, error)   = (*xacct.Plan).Apply
	_ func(*xacct.Plan, context.Context, xacct.Clients) ([]xacct.Residue, error)                               = (*xacct.Plan).Residue

	_ func(*xacct.Plan, context.Context, xacct.Clients, *xacct.Result, map[string]*task.Outcome) (map[string]*xacct.Receipt, error) = (*xacct.Plan).Receipts

	_ func(*xacct.Result, string) string                                      = (*xacct.Result).TaskARN
	_ func(string, []xacct.Transfer, ...xacct.Phase) (policy.Document, error) = xacct.OperatorPolicy
	_ func(error) []string                                                    = xacct.Hints
	_ fmt.Stringer                                                            = (*xacct.Plan)(nil)

	_ = xacct.PlanOptions{AllowReplace: true, AllowDelete: true, HandOver: []string{}, SCPs: map[string][][]policy.Document{}, RCPs: map[string][][]policy.Document{},
		Override: []string{}, Concurrency: 0, Logger: (*slog.Logger)(nil)}
	_ = xacct.Plan{Changes: []xacct.Change{}, Findings: []xacct.Finding{}}
	_ = xacct.Change{ID: "", Account: "", Region: "", Kind: xacct.IAMRole, Name: "", Transfers: []string{}, Op: xacct.NoOp, Hold: "", Before: "", After: "",
		Requires: []string{}, Calls: []string{}, Reason: ""}
	_ = []xacct.Op{xacct.NoOp, xacct.Create, xacct.Update, xacct.Replace, xacct.Delete}
	_ = []xacct.Hold{xacct.Blocked, xacct.Handover}
	_ = xacct.ApplyOptions{OnEvent: func(xacct.Event) {}, Concurrency: 0, Budget: time.Minute, Settle: time.Minute, Grace: time.Minute, Logger: (*slog.Logger)(nil)}
	_ = xacct.Result{Changes: []xacct.ChangeResult{}}
	_ = []xacct.Status{xacct.Done, xacct.Unchanged, xacct.Failed, xacct.Skipped, xacct.Waiting}
	_ = []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase}

	_ = []interface {
		error
		Hint() string
	}{(*xacct.StaleError)(nil), (*xacct.MismatchError)(nil), (*xacct.BlockedError)(nil), (*xacct.AmbiguousError)(nil), (*xacct.AccessTestError)(nil),
		(*xacct.IdentityError)(nil), (*policy.ConflictError)(nil), (*task.IncompleteError)(nil)}
)

// Package task.
var (
	_ func(context.Context, task.ExecutionAPI, string, ...func(*task.StartOptions)) (*task.Execution, error) = task.Start
	_ func(task.ExecutionAPI, string) *task.Execution                                                        = task.Attach
	_ func(*task.Execution) string                                                                           = (*task.Execution).ARN
	_ func(*task.Execution, context.Context, ...func(*task.WatchOptions)) iter.Seq2[task.Progress, error]    = (*task.Execution).Watch
	_ func(*task.Execution, context.Context, ...func(*task.WatchOptions)) (*task.Outcome, error)             = (*task.Execution).Wait
	_ func(*task.Execution, context.Context) error                                                           = (*task.Execution).Cancel

	_ = task.StartOptions{Token: ""}
	_ = task.Progress{Outcome: &task.Outcome{Verdict: task.Complete}}
	_ = []task.Verdict{task.Unknown, task.Complete, task.WithExceptions, task.Failed, task.Cancelled}
)

// Package fleet.
var (
	_ func(*xacct.Plan, xacct.Clients, *xacct.Result, ...func(*fleet.Options)) (*fleet.Runner, error) = fleet.New
	_ func(*fleet.Runner, context.Context) iter.Seq2[fleet.Event, error]                              = (*fleet.Runner).Run
	_ func(*fleet.Runner) []fleet.Row                                                                 = (*fleet.Runner).Results
	_ func(*fleet.Runner) error                                                                       = (*fleet.Runner).Err

	_ = fleet.Options{MaxRunning: 1, RunID: "", Canaries: []string{}, Sizes: map[string]int64{}, Retries: 0, Every: time.Second, NoReceipts: true}
	_ = fleet.Row{Transfer: "", State: fleet.Waiting, Outcome: (*task.Outcome)(nil), Err: error(nil), Receipt: (*xacct.Receipt)(nil)}
	_ = []fleet.State{fleet.Waiting, fleet.Running, fleet.Ended, fleet.NotStarted, fleet.Held, fleet.Unknown}
)

// Package xaccttest.
var (
	_ func(...func(*xaccttest.Options)) *xaccttest.Cloud                                               = xaccttest.NewCloud
	_ func(*xaccttest.Cloud) xacct.Clients                                                             = (*xaccttest.Cloud).Clients
	_ func(*xaccttest.Cloud, string) string                                                            = (*xaccttest.Cloud).OperatorARN
	_ func(*xaccttest.Cloud, string, string, ...policy.Document) string                                = (*xaccttest.Cloud).AddRole
	_ func(*xaccttest.Cloud, string) xacct.AccountClients                                              = (*xaccttest.Cloud).ClientsAs
	_ func(c *xaccttest.Cloud, account, region, name string, optFns ...func(*xaccttest.BucketOptions)) = (*xaccttest.Cloud).AddBucket
	_ func(c *xaccttest.Cloud, bucket string, document []byte)                                         = (*xaccttest.Cloud).SetBucketPolicy
	_ func(c *xaccttest.Cloud, bucket string) []byte                                                   = (*xaccttest.Cloud).BucketPolicy
	_ func(c *xaccttest.Cloud, bucket, key string, body []byte)                                        = (*xaccttest.Cloud).PutObject
	_ func(c *xaccttest.Cloud, bucket string) map[string][]byte                                        = (*xaccttest.Cloud).Objects
	_ func(*xaccttest.Cloud) []xaccttest.Call                                                          = (*xaccttest.Cloud).Calls
	_ func(*xaccttest.Cloud, func(ctx context.Context, call xaccttest.Call, next func() error) error)  = (*xaccttest.Cloud).Intercept

	_ = xaccttest.Options{Latency: time.Second, Propagation: 1, PageSize: 1}
	_ = xaccttest.Call{Account: "", Region: "", Service: "", Operation: "", Input: any(nil), Err: error(nil)}
)

func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }
