package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestOwnerNotProved plans with buckets that belong to other accounts than the transfer says, and with readers whom S3 refuses. A line of the result
// is the severity and side of a finding wrong-owner.
func TestOwnerNotProved(t *testing.T) {
	kittest.SkipUnderRace(t)
	const accountC = "777788889999"
	theirs := func(account, region string) func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions) {
		return func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			cloud.AddBucket(account, region, "theirs")
			if region == tr.Source.Region {
				tr.Source.Bucket = "theirs"
			} else {
				tr.Destination.Bucket = "theirs"
			}
		}
	}
	pull := func(next func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions)) func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions) {
		return func(cloud *xaccttest.Cloud, tr *xacct.Transfer, o *xacct.PlanOptions) {
			*tr = kittest.Pull(cloud)
			next(cloud, tr, o)
		}
	}
	refuse := func(err error, operations ...string) func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions) {
		return func(cloud *xaccttest.Cloud, _ *xacct.Transfer, _ *xacct.PlanOptions) {
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if c.Service == "S3" && c.Account == accountB && (operations == nil || slices.Contains(operations, c.Operation)) {
					return err
				}
				return next()
			})
		}
	}
	denied := xaccttest.Fault(403, "AccessDenied", "Access Denied")
	for _, tt := range []struct {
		name  string
		setUp func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions)
		want  []string
		words string // in the finding's remedy
	}{
		{"all is right", func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions) {}, nil, ""},
		{"the destination is a third account's", theirs(accountC, "us-east-2"), []string{"blocking destination"}, "correct the account"},
		{"a policy denies everybody every read", func(cloud *xaccttest.Cloud, _ *xacct.Transfer, _ *xacct.PlanOptions) {
			cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive").
				When(policy.StringNotEquals("aws:SourceVpce", "vpce-0a1b2c3d"))).Bytes())
		}, []string{"blocking destination"}, "exempt the reader from the Deny"},
		{"the source is a third account's", theirs(accountC, "eu-west-1"), []string{"blocking source"}, "correct the account"},
		{"the destination is the source's account's", theirs(accountA, "us-east-2"), []string{"blocking destination"}, "correct the account"},
		{"the source is the destination's account's", theirs(accountB, "eu-west-1"), []string{"blocking source"}, "correct the account"},
		{"a pull from a third account", pull(theirs(accountC, "eu-west-1")), []string{"blocking source"}, "correct the account"},
		{"a pull to a third account", pull(theirs(accountC, "us-east-2")), []string{"blocking destination"}, "correct the account"},
		{"the reader may not list, and read the rest", refuse(denied, "HeadBucket", "ListObjectsV2"), nil, ""},
		{"the reader may only list", refuse(denied, "GetBucketPolicy", "GetBucketAcl", "GetBucketVersioning"), nil, ""},
		{"the reader may nothing", refuse(denied), []string{"blocking destination"}, "grant the reader s3:ListBucket"},
		{"S3 fails", refuse(xaccttest.Fault(500, "InternalError", "try again")), []string{"blocking destination"}, "plan again when S3 answers"},
		{"overridden", func(cloud *xaccttest.Cloud, tr *xacct.Transfer, o *xacct.PlanOptions) {
			theirs(accountC, "us-east-2")(cloud, tr, o)
			o.Override = []string{xacct.CodeWrongOwner}
		}, []string{"warning destination"}, "correct the account"},
		{"no client of the account", func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			tr.Destination.Account, tr.Destination.Bucket = "999900001111", "nobodys"
		}, []string{"info destination"}, "plan with a client of account 999900001111 too"},
		{"no client of the account, and the bucket is a third account's", func(cloud *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			cloud.AddBucket(accountC, "us-east-2", "theirs")
			tr.Destination.Account, tr.Destination.Bucket = "999900001111", "theirs"
		}, []string{"blocking destination"}, "set the Account of the destination to " + accountC},
		{"a policy that was given denies the reader", func(cloud *xaccttest.Cloud, tr *xacct.Transfer, o *xacct.PlanOptions) {
			deny := policy.Deny("s3:*").On("*").When(policy.ArnEquals("aws:PrincipalArn", cloud.OperatorARN(accountB))).WithSid("NotByHand")
			scps := [][]policy.Document{{policy.New(policy.Allow("*").On("*"), deny)}}
			o.SCPs = map[string][][]policy.Document{accountB: scps}
			cloud.SetOrganization(accountB, xaccttest.Organization{ID: "o-aaaaaaaaaa", SCPs: scps})
		}, []string{"warning destination"}, "plan as somebody whom no policy keeps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				var opts xacct.PlanOptions
				tt.setUp(cloud, &tr, &opts)
				clients := cloud.Clients()
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
					logger := o.Logger
					*o = opts
					o.Logger = logger
				})
				var got []string
				for _, f := range p.Findings {
					if f.Code == xacct.CodeWrongOwner {
						got = append(got, fmt.Sprintf("%s %s", f.Severity, f.Side))
						if !strings.Contains(f.Remedy, tt.words) {
							t.Errorf("remedy %q, want %q in it", f.Remedy, tt.words)
						}
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Fatalf("%q, want %q:\n%s", got, tt.want, p)
				}
				if len(got) == 0 || !strings.HasPrefix(got[0], "blocking") {
					return
				}
				before := kittest.Dump(cloud)
				_, err := p.Apply(t.Context(), clients)
				var blocked *xacct.BlockedError
				var owner *xacct.WrongOwnerError
				if !errors.As(err, &blocked) || !errors.As(err, &owner) || owner.Bucket == "" || owner.Hint() == "" {
					t.Errorf("apply: %v", err)
				}
				if after := kittest.Dump(cloud); after != before {
					t.Errorf("something was made:\n%s", after)
				}
			})
		})
	}
}
