package gallery_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

func trapOvergrant(t *testing.T, _ *xaccttest.Cloud) {
	r, err := kittest.Demo().Resources()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, role := range r.Roles {
		for name, doc := range role.Policies {
			for st := range doc.All() {
				actions, not := st.Actions()
				resources, notR := st.Resources()
				for _, a := range actions {
					if n++; not || strings.ContainsAny(a, "*?") {
						t.Errorf("%s: action %s", name, a)
					}
				}
				for _, res := range resources {
					if notR || res == "*" || strings.HasPrefix(res, "arn:aws:s3:::*") {
						t.Errorf("%s: resource %s", name, res)
					}
				}
			}
		}
	}
	if n == 0 {
		t.Error("no action was looked at")
	}
}

func trapTruncation(t *testing.T, _ *xaccttest.Cloud) {
	seen := map[string]bool{}
	for _, suffix := range []string{"a", "b"} {
		tr := kittest.Demo()
		tr.Name = strings.Repeat("x", 51) + suffix
		r, err := tr.Resources()
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range r.Roles {
			if seen[role.Name] || len(role.Name) > 64 {
				t.Errorf("role %s is shared or too long", role.Name)
			}
			seen[role.Name] = true
		}
	}
}

func trapReuseByURI(t *testing.T, cloud *xaccttest.Cloud) {
	other := kittest.Push(cloud)
	other.Name = "other"
	first := kittest.SetUp(t, cloud, other)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	if !kittest.HasFinding(p, xacct.CodeCandidate, xacct.Info) {
		t.Errorf("the other location is not mentioned:\n%s", p)
	}
	second := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
	arns := map[string]bool{}
	for _, r := range []*xacct.Result{first, second} {
		for _, c := range r.Changes {
			if c.Kind == xacct.DataSyncLocation {
				arns[c.ARN] = true
			}
		}
	}
	if len(arns) != 4 {
		t.Errorf("%d locations, want two for each transfer", len(arns))
	}
}

func trapOneRegion(t *testing.T, _ *xaccttest.Cloud) {
	r, err := kittest.Demo().Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range r.Roles {
		if role.Name != "media-archive-source" {
			continue
		}
		for _, region := range []string{"eu-west-1", "us-east-2"} {
			if !strings.Contains(role.Trust.String(), "arn:aws:datasync:"+region+":111122223333:*") {
				t.Errorf("the trust does not cover %s:\n%s", region, role.Trust)
			}
		}
		return
	}
	t.Error("no source role")
}

func trapPartition(t *testing.T, _ *xaccttest.Cloud) {
	r, err := kittest.Variants()["china"].Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range r.Roles {
		for name, doc := range role.Policies {
			if bytes.Contains(doc.Bytes(), []byte("arn:aws:")) {
				t.Errorf("%s: %s", name, doc)
			}
		}
		if bytes.Contains(role.Trust.Bytes(), []byte("arn:aws:")) {
			t.Errorf("trust: %s", role.Trust)
		}
	}
	for _, b := range r.Buckets {
		if bytes.Contains(policy.New(b.Statements).Bytes(), []byte("arn:aws:")) {
			t.Errorf("bucket %s", b.Name)
		}
	}
	if !strings.HasPrefix(r.Source.RoleARN, "arn:aws-cn:") || !strings.HasPrefix(r.Source.BucketARN(), "arn:aws-cn:") {
		t.Errorf("location: %s %s", r.Source.RoleARN, r.Source.BucketARN())
	}
}

func trapOverlap(t *testing.T, _ *xaccttest.Cloud) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Latency = time.Second })
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
	tr := kittest.Push(cloud)
	tr.Destination.DisableACLs = true
	kittest.SetUp(t, cloud, tr)
	writes := 0
	for _, c := range cloud.Calls() {
		if c.Err != nil && strings.Contains(c.Err.Error(), "OperationAborted") {
			t.Errorf("%s was refused: %v", c.Operation, c.Err)
		}
		if c.Operation == "PutBucketPolicy" || c.Operation == "PutBucketOwnershipControls" {
			writes++
		}
	}
	if writes != 2 {
		t.Errorf("%d writes, want 2", writes)
	}
}

func trapDeleteThenPut(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	tr.Destination.Prefix = "elsewhere"
	kittest.SetUp(t, cloud, tr)
	kittest.TearDown(t, cloud, tr)
	puts := 0
	for _, c := range cloud.Calls() {
		switch c.Operation {
		case "DeleteBucketPolicy":
			t.Error("the policy of others was deleted")
		case "PutBucketPolicy":
			puts++
		}
	}
	if puts != 3 {
		t.Errorf("%d writes of the policy, want 3", puts)
	}
}

func trapVersion(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	if v := kittest.BucketPolicy(t, cloud, "media-archive").Version(); v != "2008-10-17" {
		t.Errorf("Version %s, want 2008-10-17 as before", v)
	}
	kittest.TearDown(t, cloud, tr)
	if v := kittest.BucketPolicy(t, cloud, "media-archive").Version(); v != "2008-10-17" {
		t.Errorf("Version %s after destroy, want 2008-10-17 as before", v)
	}
}

func trapBlindDryRun(t *testing.T, cloud *xaccttest.Cloud) {
	fresh := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}).String()
	if _, err := cloud.Clients()[accountA].IAM.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("media-archive-source"),
		AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)}); err != nil {
		t.Fatal(err)
	}
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	if p.String() == fresh || !kittest.HasFinding(p, xacct.CodeForeignRole, xacct.Blocking) {
		t.Errorf("a role of somebody else's makes no difference:\n%s", p)
	}
}

func trapGrants(t *testing.T, _ *xaccttest.Cloud) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) {
		o.Ownership = s3types.ObjectOwnershipObjectWriter
		o.Grants = []xaccttest.Grant{{Group: "http://acs.amazonaws.com/groups/s3/LogDelivery", Permission: s3types.PermissionWrite}}
	})
	tr := kittest.Push(cloud)
	if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !kittest.HasFinding(p, xacct.CodeACLsEnabled, xacct.Blocking) {
		t.Errorf("ACLs are not mentioned:\n%s", p)
	}
	tr.Destination.DisableACLs = true
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if !kittest.HasFinding(p, xacct.CodeACLGrants, xacct.Blocking) {
		t.Errorf("the grant is not mentioned:\n%s", p)
	}
	r, err := p.Apply(t.Context(), cloud.Clients())
	var blocked *xacct.BlockedError
	if !errors.As(err, &blocked) || r.Count(xacct.Done) != 0 {
		t.Errorf("half of it was applied: %v", err)
	}
}
