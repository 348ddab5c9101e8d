package bucket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
)

// Observe reads the bucket with concurrent calls. parts are what is read, by their names such as [PartPolicy]; none are all. A part that was not asked
// for is zero in the State, and not in State.Unread. Without PartBucket, a bucket counts as absent if another call says so.
//
// Observe fails only if ctx is done, api is nil, the spec names no bucket, account and Region, or there is no part of that name. Parts that AWS refuses
// to return are listed in State.Unread.
func Observe(ctx context.Context, api API, spec Spec, parts ...string) (State, error) {
	if err := errors.Join(absent.Check("api", api, "s3.NewFromConfig"), spec.checkNames(), checkParts(parts)); err != nil {
		return State{}, err
	}
	var (
		s State
		r = reader{ctx: ctx, api: api, spec: spec, asked: parts, unread: map[string]error{}}
	)
	r.read(PartBucket, func() (err error) { s.Exists, s.Region, err = head(ctx, api, spec); return err })
	r.read(PartPolicy, func() (err error) { s.Policy, err = readPolicy(ctx, api, spec); return err })
	r.read(PartOwnership, func() (err error) { s.Ownership, err = readOwnership(ctx, api, spec); return err })
	r.read(PartGrants, func() (err error) { s.Grants, err = readGrants(ctx, api, spec); return err })
	r.read(PartPublicAccessBlock, func() (err error) { s.PublicAccessBlock, err = r.publicAccessBlock(); return err })
	r.read(PartPolicyStatus, func() (err error) { s.Public, err = r.policyStatus(); return err })
	r.read(PartEncryption, func() (err error) { s.Encryption, err = r.encryption(); return err })
	r.read(PartVersioning, func() (err error) { s.Versioning, err = r.versioning(); return err })
	r.read(PartObjectLock, func() (err error) { s.ObjectLock, err = r.objectLock(); return err })
	r.read(PartPayer, func() (err error) { s.Payer, err = r.payer(); return err })
	r.wg.Wait()
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading bucket %s: %w", spec.Name, context.Cause(ctx))
	}
	if r.gone(s.Exists) {
		return State{}, nil
	}
	s.OwnerProved = len(r.unread) < r.parts
	s.Exists = s.Exists || s.OwnerProved
	if len(r.unread) > 0 {
		s.Unread = r.unread
	}
	return s, nil
}

// checkParts reports a part that there is not.
func checkParts(parts []string) error {
	for _, p := range parts {
		if !slices.Contains(allParts, p) {
			return fmt.Errorf("bucket: there is no part %q: the parts are %s", p, strings.Join(allParts, ", "))
		}
	}
	return nil
}

// reader reads the parts of a bucket concurrently. Every call names the expected owner, and S3 refuses all calls if the bucket is another account's,
// so that one part that was read proves the owner.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
type reader struct {
	ctx   context.Context
	api   API
	spec  Spec
	asked []string // none are all
	parts int      // that are read

	wg     sync.WaitGroup
	mu     sync.Mutex
	unread map[string]error
}

// read begins to read the part if it was asked for.
func (r *reader) read(part string, fn func() error) {
	if len(r.asked) > 0 && !slices.Contains(r.asked, part) {
		return
	}
	r.parts++
	r.wg.Go(func() {
		if err := fn(); err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.unread[part] = err
		}
	})
}

// gone reports whether there is certainly no such bucket. HeadBucket says so without a code; any other call has a code that a missing setting does not have.
func (r *reader) gone(exists bool) bool {
	if len(r.asked) == 0 || slices.Contains(r.asked, PartBucket) {
		return r.unread[PartBucket] == nil && !exists
	}
	for _, err := range r.unread {
		if awserr.Is(err, "NoSuchBucket") {
			return true
		}
	}
	return false
}

// head returns whether the bucket exists, and its Region. S3 puts the Region into a header, even of a response that refuses the call. A 403
// may mean a missing permission, a Deny or a wrong owner.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func head(ctx context.Context, api API, spec Spec) (exists bool, region string, err error) {
	out, err := api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	switch {
	case err == nil:
		return true, aws.ToString(out.BucketRegion), nil
	case awserr.NotFound(err):
		return false, "", nil
	}
	region = awserr.BucketRegion(err)
	return region != "", region, err
}

func readPolicy(ctx context.Context, api API, spec Spec) (policy.Document, error) {
	out, err := api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	if awserr.Is(err, "NoSuchBucketPolicy") {
		return policy.Document{}, nil
	}
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}

// readOwnership returns the Object Ownership; "" if it was never set, as in buckets from before April 2023.
func readOwnership(ctx context.Context, api API, spec Spec) (s3types.ObjectOwnership, error) {
	out, err := api.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	if awserr.Is(err, "OwnershipControlsNotFoundError") {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if out.OwnershipControls == nil || len(out.OwnershipControls.Rules) == 0 {
		return "", errors.New("the answer holds no ownership rule")
	}
	return out.OwnershipControls.Rules[0].ObjectOwnership, nil
}

// readGrants lists the grants of the bucket's ACL to others than its owner. S3 refuses to disable ACLs while there is such a grant.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
func readGrants(ctx context.Context, api API, spec Spec) ([]string, error) {
	out, err := api.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account})
	if err != nil {
		return nil, err
	}
	owner := ""
	if out.Owner != nil {
		owner = aws.ToString(out.Owner.ID)
	}
	var grants []string
	for _, g := range out.Grants {
		if who := grantee(g.Grantee, owner); who != "" {
			grants = append(grants, string(g.Permission)+" to "+who)
		}
	}
	slices.Sort(grants)
	return grants, nil
}

// grantee names the grantee in words; "" for the owner.
func grantee(g *s3types.Grantee, owner string) string {
	switch {
	case g == nil:
		return "somebody unnamed"
	case g.ID != nil && *g.ID == owner && owner != "":
		return ""
	case g.ID != nil:
		return "canonical user " + *g.ID
	case g.URI != nil:
		return "group " + *g.URI
	case g.EmailAddress != nil:
		return "e-mail address " + *g.EmailAddress
	default:
		return "somebody unnamed"
	}
}
