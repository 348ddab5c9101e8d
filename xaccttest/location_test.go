package xaccttest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html;
// texts: https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md,
// https://github.com/hashicorp/terraform-provider-aws/pull/10984.
func TestCreateLocationRefuses(t *testing.T) {
	full := policy.New(on("media-archive", writeActions...))
	// granted makes the writer as given and a bucket policy that lets the writer and the operator in.
	granted := func(w *world, identity policy.Document) string {
		arn := w.role("writer", identity)
		w.cloud.SetBucketPolicy("media-archive", w.grant(arn).Bytes())
		return arn
	}
	// as lets an operator without AdministratorAccess create the location.
	as := func(w *world, role string, identity policy.Document) error {
		operator := w.cloud.AddRole(src, "ops", identity)
		w.cloud.SetBucketPolicy("media-archive", policy.New(
			on("media-archive", writeActions...).By(policy.AWS(role)),
			policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::media-archive"),
		).Bytes())
		in := locationInput("media-archive", "", role)
		in.Tags = []dstypes.TagListEntry{{Key: aws.String("a"), Value: aws.String("b")}}
		_, err := clientsAs(w.cloud, operator).DataSync(dstRegion).CreateLocationS3(w.ctx, in)
		return err
	}
	operator := []policy.Statement{
		policy.Allow("datasync:CreateLocationS3").On("*"),
		policy.Allow("datasync:TagResource").On("arn:aws:datasync:" + dstRegion + ":" + src + ":location/*"),
		policy.Allow("iam:PassRole").On("arn:aws:iam::" + src + ":role/writer").When(policy.StringEquals("iam:PassedToService", "datasync.amazonaws.com")),
		policy.Allow("s3:ListBucket").On("arn:aws:s3:::media-archive"),
	}
	without := func(n int) policy.Document {
		d := policy.New()
		for i, s := range operator {
			if i != n {
				d = d.With(s)
			}
		}
		return d
	}
	session := "AccessDeniedException: User: arn:aws:sts::" + src + ":assumed-role/ops/xaccttest is not authorized to perform: "
	tests := map[string]struct {
		call func(w *world) error
		want string // begins so, after "400 "
	}{
		"well": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", granted(w, full)))
			return err
		}, ""},
		"no such bucket": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("nowhere", "a", granted(w, full)))
			return err
		}, "InvalidRequestException: DataSync bucket access test failed: could not perform s3:HeadBucket on bucket nowhere. The bucket does not exist."},
		"wrong Region": {func(w *world) error {
			_, err := w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", granted(w, full)))
			return err
		}, "InvalidRequestException: The bucket is in this region: us-east-2. Please use this region to retry the request"},
		"role of another account": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", w.cloud.AddRole(dst, "theirs")))
			return err
		}, "AccessDeniedException: Cross-account pass role is not allowed."},
		"role that does not exist": {func(w *world) error {
			granted(w, full)
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", "arn:aws:iam::"+src+":role/nobody"))
			return err
		}, "InvalidRequestException: Invalid IAM role"},
		"role by a wrong path": {func(w *world) error {
			granted(w, full)
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", "arn:aws:iam::"+src+":role/team/writer"))
			return err
		}, "InvalidRequestException: Invalid IAM role"},
		"role that DataSync may not assume": {func(w *world) error {
			granted(w, full)
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", w.cloud.AddRole(src, "other", full)))
			return err
		}, "InvalidRequestException: Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=other, roleArn=arn:aws:iam::" + src + ":role/other"},
		"trust for another account": {func(w *world) error {
			return w.distrusted(granted(w, full), policy.StringEquals("aws:SourceAccount", dst))
		}, "InvalidRequestException: Unable to assume role. "},
		"trust for another Region": {func(w *world) error {
			return w.distrusted(granted(w, full), policy.ArnLike("aws:SourceArn", "arn:aws:datasync:"+srcRegion+":"+src+":*"))
		}, "InvalidRequestException: Unable to assume role. "},
		"identity policy does not allow": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", granted(w, policy.New(on("media-raw", readActions...)))))
			return err
		}, "InvalidRequestException: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission."},
		"identity policy for a bucket of another account": {func(w *world) error {
			arn := granted(w, policy.New(on("media-archive", writeActions...).When(policy.StringEquals("aws:ResourceAccount", src))))
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", arn))
			return err
		}, "InvalidRequestException: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket."},
		"bucket policy does not allow the role": {func(w *world) error {
			arn := w.role("writer", full)
			w.cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:ListBucket").By(policy.AWS(w.cloud.OperatorARN(src))).On("arn:aws:s3:::media-archive")).Bytes())
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", arn))
			return err
		}, "InvalidRequestException: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket."},
		"bucket policy does not allow the caller": {func(w *world) error {
			arn := w.role("writer", full)
			w.cloud.SetBucketPolicy("media-archive", policy.New(on("media-archive", writeActions...).By(policy.AWS(arn))).Bytes())
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", arn))
			return err
		}, "InvalidRequestException: DataSync bucket access test failed: could not perform s3:HeadBucket on bucket media-archive. Access denied. Ensure bucket access role has s3:ListBucket permission."},
		"bucket policy denies what does not come by a VPC": {func(w *world) error {
			arn := w.role("writer", full)
			d := w.grant(arn).With(policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").
				When(policy.StringNotEquals("aws:SourceVpce", "vpce-1"), policy.ArnNotLike("aws:PrincipalArn", w.cloud.OperatorARN(src))))
			w.cloud.SetBucketPolicy("media-archive", d.Bytes())
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", arn))
			return err
		}, "InvalidRequestException: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket."},
		"an object may not be read": {func(w *world) error {
			w.cloud.PutObject("media-archive", "a/1", []byte("1"))
			arn := w.role("writer", full)
			d := w.grant(arn).With(policy.Deny("s3:GetObject").By(policy.AWS(arn)).On("arn:aws:s3:::media-archive/a/*"))
			w.cloud.SetBucketPolicy("media-archive", d.Bytes())
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", arn))
			return err
		}, "InvalidRequestException: DataSync location access test failed: could not perform s3:GetObject in bucket media-archive. Access denied. Ensure bucket access role has s3:GetObject permission."},
		"caller: well": {func(w *world) error { return as(w, w.role("writer", full), without(-1)) }, ""},
		"caller: no CreateLocationS3": {func(w *world) error { return as(w, w.role("writer", full), without(0)) },
			session + `datasync:CreateLocationS3 on resource: "*"`},
		"caller: no TagResource": {func(w *world) error { return as(w, w.role("writer", full), without(1)) },
			session + `datasync:TagResource on resource: "arn:aws:datasync:us-east-2:` + src + `:location/*"`},
		"caller: no PassRole": {func(w *world) error { return as(w, w.role("writer", full), without(2)) },
			session + `iam:PassRole on resource: "arn:aws:iam::` + src + `:role/writer"`},
		"caller: no ListBucket": {func(w *world) error { return as(w, w.role("writer", full), without(3)) },
			"InvalidRequestException: DataSync bucket access test failed: could not perform s3:HeadBucket"},
		"subdirectory": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "dt=2026", granted(w, full)))
			return err
		}, "ValidationException: 1 validation error detected: Value 'dt=2026' at 'subdirectory'"},
		"an object for a bucket": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive/a", "", granted(w, full)))
			return err
		}, "ValidationException: 1 validation error detected: Value 'arn:aws:s3:::media-archive/a' at 's3BucketArn'"},
		"a user for a role": {func(w *world) error {
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "", "arn:aws:iam::"+src+":user/me"))
			return err
		}, "ValidationException: 1 validation error detected: Value 'arn:aws:iam::" + src + ":user/me' at 's3Config.bucketAccessRoleArn'"},
		"storage class of S3's own name": {func(w *world) error {
			in := locationInput("media-archive", "", granted(w, full))
			in.S3StorageClass = "GLACIER_IR"
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, in)
			return err
		}, "ValidationException: 1 validation error detected: Value 'GLACIER_IR' at 's3StorageClass'"},
		"tag": {func(w *world) error {
			in := locationInput("media-archive", "", granted(w, full))
			in.Tags = []dstypes.TagListEntry{{Key: aws.String("a@b"), Value: aws.String("c")}}
			_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, in)
			return err
		}, "ValidationException: 1 validation error detected: Value 'a@b' at 'tags.key'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			got, want := refused(test.call(w)), "no error"
			if test.want != "" {
				want = "400 " + test.want
			}
			if !strings.HasPrefix(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			out, err := w.sync(dstRegion).ListLocations(w.ctx, &datasync.ListLocationsInput{})
			w.must(err)
			if made := len(out.Locations) == 1; made != (test.want == "") {
				t.Errorf("made: %t", made)
			}
		})
	}
}

// distrusted creates a location with a role whose trust carries one condition only.
func (w *world) distrusted(role string, condition policy.Condition) error {
	d := policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")).When(condition))
	_, err := w.c[src].IAM.UpdateAssumeRolePolicy(w.ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("writer"), PolicyDocument: aws.String(string(d.Bytes()))})
	w.must(err)
	_, err = w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", role))
	return err
}

// Source: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/datasync/location_s3_test.go
func TestLocationURI(t *testing.T) {
	w := newWorld(t)
	role := w.role("reader", policy.New(on("media-raw", readActions...)))
	for subdirectory, want := range map[string]string{
		"": "s3://media-raw/", "/": "s3://media-raw/", "a": "s3://media-raw/a/", "/a": "s3://media-raw/a/", "a/": "s3://media-raw/a/", "/a/b/": "s3://media-raw/a/b/",
	} {
		arn := w.location(srcRegion, "media-raw", subdirectory, role)
		out, err := w.sync(srcRegion).DescribeLocationS3(w.ctx, &datasync.DescribeLocationS3Input{LocationArn: aws.String(arn)})
		w.must(err)
		if *out.LocationUri != want {
			t.Errorf("%q: %s, want %s", subdirectory, *out.LocationUri, want)
		}
	}
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/query-resources.html
func TestLocationFilters(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.PageSize = 1 })
	role := w.role("reader", policy.New(on("media-raw", readActions...)))
	for _, p := range []string{"", "a", "a/b"} {
		w.location(srcRegion, "media-raw", p, role)
	}
	list := func(filters ...dstypes.LocationFilter) []string {
		got := []string{}
		for p := datasync.NewListLocationsPaginator(w.sync(srcRegion), &datasync.ListLocationsInput{Filters: filters}); p.HasMorePages(); {
			out, err := p.NextPage(w.ctx)
			w.must(err)
			for _, l := range out.Locations {
				got = append(got, strings.TrimPrefix(*l.LocationUri, "s3://media-raw/"))
			}
		}
		return got
	}
	uri := func(op dstypes.Operator, values ...string) dstypes.LocationFilter {
		return dstypes.LocationFilter{Name: dstypes.LocationFilterNameLocationUri, Operator: op, Values: values}
	}
	for name, test := range map[string]struct {
		filters []dstypes.LocationFilter
		want    []string
	}{
		"none":         {nil, []string{"", "a/", "a/b/"}},
		"equals":       {[]dstypes.LocationFilter{uri(dstypes.OperatorEq, "s3://media-raw/a/")}, []string{"a/"}},
		"not equals":   {[]dstypes.LocationFilter{uri(dstypes.OperatorNe, "s3://media-raw/a/")}, []string{"", "a/b/"}},
		"in":           {[]dstypes.LocationFilter{uri(dstypes.OperatorIn, "s3://media-raw/a/", "s3://media-raw/")}, []string{"", "a/"}},
		"begins with":  {[]dstypes.LocationFilter{uri(dstypes.OperatorBeginsWith, "s3://media-raw/a")}, []string{"a/", "a/b/"}},
		"contains":     {[]dstypes.LocationFilter{uri(dstypes.OperatorContains, "b/")}, []string{"a/b/"}},
		"not contains": {[]dstypes.LocationFilter{uri(dstypes.OperatorNotContains, "b/")}, []string{"", "a/"}},
		"type":         {[]dstypes.LocationFilter{{Name: dstypes.LocationFilterNameLocationType, Operator: dstypes.OperatorEq, Values: []string{"S3"}}}, []string{"", "a/", "a/b/"}},
		"two":          {[]dstypes.LocationFilter{uri(dstypes.OperatorBeginsWith, "s3://media-raw/a"), uri(dstypes.OperatorNe, "s3://media-raw/a/")}, []string{"a/b/"}},
	} {
		if diff := cmp.Diff(test.want, list(test.filters...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, err := w.sync(srcRegion).ListLocations(w.ctx, &datasync.ListLocationsInput{Filters: []dstypes.LocationFilter{uri(dstypes.OperatorEq, "s3://b/(a)")}})
	if got := refused(err); !strings.HasPrefix(got, "400 ValidationException: ") {
		t.Errorf("a value with brackets: %s", got)
	}
}
