package xaccttest

import (
	"maps"
	"strings"
	"time"

	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/xaccttest/internal/clone"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
)

// This file holds the access tests of DataSync. Their texts are those collected in
// https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md and
// https://github.com/hashicorp/terraform-provider-aws/pull/10984.

// Undocumented holds values of condition keys in DataSync's requests that AWS does not document, by condition key. A key without values is
// absent. A key that is not set has the cloud's default: the address 203.0.113.10, TLS 1.3, no headers for encryption and ACLs, no second
// factor, no organisation, the ARN of the location, and a caller's test that is not made through a service.
type Undocumented struct {
	Data   map[string][]string // requests to S3 and KMS as the role: aws:SourceIp, s3:TlsVersion, s3:x-amz-acl, aws:MultiFactorAuthPresent, …
	Assume map[string][]string // the request to assume a role: aws:SourceArn, aws:SourceOrgID
	Test   map[string][]string // the access test as the caller of CreateLocationS3: aws:ViaAWSService, aws:SourceIp, …

	// NoChecksum makes uploads come without a checksum, which S3 refuses if the bucket has a default retention. False: every upload has one.
	// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
	NoChecksum bool

	// OwnObjects makes a run keep an object of its own below .aws-datasync/ at the destination, which it deletes when all is copied. Without
	// s3:DeleteObject the object stays, and the run ends as it would otherwise. False: there is no such object.
	OwnObjects bool

	// TaskTest makes CreateTask ask, as CreateLocationS3 does, whether its caller may list the buckets. False: it asks for the roles alone.
	TaskTest bool
}

// SetUndocumented sets the undocumented condition keys of DataSync's requests from now on. The zero Undocumented restores the defaults.
func (c *Cloud) SetUndocumented(u Undocumented) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.undocumented = clone.Of(u)
}

// probeAsCaller makes the access test as the caller of CreateLocationS3: the bucket exists and is in this Region, and the caller may list it.
// Source: https://github.com/hashicorp/terraform-provider-aws/issues/21974 and the permissions of AWS::DataSync::LocationS3's create handler.
func (rq *request) probeAsCaller(l *locationState) error {
	b := rq.cloud.buckets[l.bucket]
	who, err := rq.caller()
	list := func() access {
		a := rq.onBucket("s3:ListBucket", b, b.policy.Read(eventual.ByAccess))
		a.context = rq.cloud.undocumented.Test
		return a
	}
	switch {
	case err != nil:
		return err
	case b == nil:
		return invalidRequest("DataSync bucket access test failed: could not perform s3:HeadBucket on bucket %s. The bucket does not exist.", l.bucket)
	case b.region != l.region:
		return invalidRequest("The bucket is in this region: %s. Please use this region to retry the request", b.region)
	case !rq.cloud.allowed(who, rq.sessionName(), rq.now, list()):
		return invalidRequest("DataSync bucket access test failed: could not perform s3:HeadBucket on bucket %s. Access denied. Ensure bucket access role has s3:ListBucket permission.", l.bucket)
	}
	return nil
}

// probe makes the access test as the location's role.
func (c *Cloud) probe(l *locationState, now time.Time) error {
	role := c.entitySeen(l.role, eventual.ByAccess)
	if role == nil {
		return invalidRequest("Invalid IAM role")
	}
	if !c.assumable(role, l, now) {
		return invalidRequest("Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=%s, roleArn=%s", role.name, role.arn)
	}
	b := c.buckets[l.bucket]
	if b == nil {
		return invalidRequest("DataSync location access test failed: could not perform s3:HeadBucket on bucket %s. The bucket does not exist.", l.bucket)
	}
	p := b.policy.Read(eventual.ByAccess)
	if !c.dataMay(role, l, b, p, now, "s3:ListBucket", b.arn()) {
		return invalidRequest("DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission.")
	}
	for _, key := range sortedKeys(b.objects) {
		if strings.HasPrefix(key, l.prefix) {
			if !c.dataMay(role, l, b, p, now, "s3:GetObject", b.arn()+"/"+key) || !b.readable(b.objects[key], role.account) || !c.decrypts(role, l, b, b.objects[key], now) {
				return invalidRequest("DataSync location access test failed: could not perform s3:GetObject in bucket %s. Access denied. Ensure bucket access role has s3:GetObject permission.", l.bucket)
			}
			break
		}
	}
	return nil
}

// assumable reports whether the role's trust policy allows DataSync to assume the role for the location.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func (c *Cloud) assumable(role *identity, l *locationState, now time.Time) bool {
	context := map[string][]string{
		"aws:SourceAccount":         {l.account},
		"aws:SourceArn":             {l.arn},
		"aws:PrincipalIsAWSService": {"true"},
		"aws:PrincipalServiceName":  {syncService},
		"aws:SecureTransport":       {"true"},
		"aws:CurrentTime":           {now.UTC().Format(time.RFC3339)},
	}
	maps.Copy(context, c.undocumented.Assume)
	d := authz.Decide(authz.Request{
		Service: syncService, Action: "sts:AssumeRole", Resource: role.arn, ResourceAccount: role.account, Context: context, Complete: true,
	}, authz.Policies{Resource: role.trust, RCPs: c.rcps(role.account)})
	return d.Effect == authz.Allowed
}

// dataMay reports whether DataSync may make a request on the location's bucket as the role.
// Source of the session's name: https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html
func (c *Cloud) dataMay(role *identity, l *locationState, b *bucketState, p *storedPolicy, now time.Time, action, resource string) bool {
	if b.requesterPays && role.account != b.account {
		return false // DataSync does not offer to pay: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
	}
	if c.undocumented.NoChecksum && action == "s3:PutObject" && b.lock != nil && b.lock.Rule != nil {
		return false
	}
	return c.allowed(role, "AwsSync-"+l.id(), now, access{
		action: action, resource: resource, account: b.account, region: b.region, policy: c.document(b, p), restricted: c.restricts(b, p),
	})
}

// readable reports whether policies can allow principals of the account to read the object. Its owner has to be the bucket's owner, or that
// account.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (b *bucketState) readable(o *object, account string) bool {
	owner := b.ownerOf(o)
	return owner == b.account || owner == account
}
