package xaccttest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// Sources of the rows: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html.
func TestS3Refuses(t *testing.T) {
	enforced := &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipBucketOwnerEnforced}}}
	good := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + dst + `"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::media-archive"}}`
	tests := map[string]struct {
		call   func(w *world) error
		want   string
		region string // x-amz-bucket-region of the answer
	}{
		"head: no such bucket": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("nowhere")})
				return err
			},
			want: "404 NotFound: ",
		},
		"head: not allowed": {
			call: func(w *world) error {
				_, err := w.c[src].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
				return err
			},
			want:   "403 Forbidden: Forbidden",
			region: dstRegion,
		},
		"head: wrong owner": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive"), ExpectedBucketOwner: aws.String(src)})
				return err
			},
			want:   "403 Forbidden: Forbidden",
			region: dstRegion,
		},
		"head: wrong Region": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(srcRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
				return err
			},
			want:   "301 MovedPermanently: Moved Permanently",
			region: dstRegion,
		},
		"policy: no such bucket": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("nowhere")})
				return err
			},
			want: "404 NoSuchBucket: The specified bucket does not exist",
		},
		"policy: none": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
				return err
			},
			want: "404 NoSuchBucketPolicy: The bucket policy does not exist",
		},
		"policy: wrong owner": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(good), ExpectedBucketOwner: aws.String(src)})
				return err
			},
			want:   "403 AccessDenied: Access Denied",
			region: dstRegion,
		},
		"policy: owner that is no account": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive"), ExpectedBucketOwner: aws.String("me")})
				return err
			},
			want:   "400 InvalidBucketOwnerAWSAccountID: The value of the expected bucket owner parameter must be an AWS account ID",
			region: dstRegion,
		},
		"policy: wrong Region": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(srcRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
				return err
			},
			want:   "301 PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
			region: dstRegion,
		},
		"policy: put from another account without permission": {
			call: func(w *world) error {
				_, err := w.c[src].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(good)})
				return err
			},
			want:   "403 AccessDenied: Access Denied",
			region: dstRegion,
		},
		"policy: put from another account with permission": {
			call: func(w *world) error {
				w.cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:PutBucketPolicy").By(policy.Account(src)).On("arn:aws:s3:::media-archive")).Bytes())
				_, err := w.c[src].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(good)})
				return err
			},
			want: "405 MethodNotAllowed: The specified method is not allowed against this resource.",
		},
		"policy: denied to the administrator": {
			call: func(w *world) error {
				w.cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:GetBucketPolicy").By(policy.Everyone()).On("arn:aws:s3:::media-archive")).Bytes())
				_, err := w.c[dst].S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
				return err
			},
			want: `403 AccessDenied: User: arn:aws:sts::` + dst + `:assumed-role/Operator/xaccttest is not authorized to perform: s3:GetBucketPolicy on resource: ` +
				`"arn:aws:s3:::media-archive" with an explicit deny in a resource-based policy`,
			region: dstRegion,
		},
		"ownership: never set": {
			call: func(w *world) error {
				w.cloud.AddBucket(dst, dstRegion, "old", func(o *xaccttest.BucketOptions) { o.Ownership = "" })
				_, err := w.c[dst].S3(dstRegion).GetBucketOwnershipControls(w.ctx, &s3.GetBucketOwnershipControlsInput{Bucket: aws.String("old")})
				return err
			},
			want: "404 OwnershipControlsNotFoundError: The bucket ownership controls were not found",
		},
		"ownership: ACL grants to others": {
			call: func(w *world) error {
				w.cloud.AddBucket(dst, dstRegion, "old", func(o *xaccttest.BucketOptions) {
					o.Ownership, o.Grants = s3types.ObjectOwnershipObjectWriter, []xaccttest.Grant{{Account: src, Permission: s3types.PermissionRead}}
				})
				_, err := w.c[dst].S3(dstRegion).PutBucketOwnershipControls(w.ctx, &s3.PutBucketOwnershipControlsInput{Bucket: aws.String("old"), OwnershipControls: enforced})
				return err
			},
			want: "400 InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
		},
		"ownership: no rule": {
			call: func(w *world) error {
				_, err := w.c[dst].S3(dstRegion).PutBucketOwnershipControls(w.ctx, &s3.PutBucketOwnershipControlsInput{Bucket: aws.String("media-archive"), OwnershipControls: &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{}}})
				return err
			},
			want: "400 MalformedXML: The XML you provided was not well-formed or did not validate against our published schema",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.call(newWorld(t))
			if got := refused(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if got := header(err, "x-amz-bucket-region"); got != test.region {
				t.Errorf("x-amz-bucket-region is %q, want %q", got, test.region)
			}
		})
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html;
// messages: https://github.com/versity/versitygw/blob/main/auth/bucket_policy.go.
func TestPutBucketPolicy(t *testing.T) {
	const me = `"AWS":"arn:aws:iam::` + dst + `:role/Operator"`
	statement := func(principal, action, resource string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{` + principal + `},"Action":` + action + `,"Resource":` + resource + `}]}`
	}
	const list, bucket = `"s3:ListBucket"`, `"arn:aws:s3:::media-archive"`
	tests := map[string]struct {
		document, want string
	}{
		"well":                      {statement(me, list, bucket), "no error"},
		"account id":                {statement(`"AWS":"999900001111"`, list, bucket), "no error"},
		"root of an account":        {statement(`"AWS":"arn:aws:iam::999900001111:root"`, list, bucket), "no error"},
		"origin access identity":    {statement(`"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"`, list, bucket), "no error"},
		"service":                   {statement(`"Service":"logging.s3.amazonaws.com"`, `"s3:PutObject"`, `"arn:aws:s3:::media-archive/*"`), "no error"},
		"wildcard that covers it":   {statement(me, list, `"arn:aws:s3:::media-*"`), "no error"},
		"session of a role":         {statement(`"AWS":"arn:aws:sts::`+dst+`:assumed-role/Operator/me"`, list, bucket), "no error"},
		"no JSON":                   {`x`, "400 MalformedPolicy: Policies must be valid JSON and the first byte must be '{'"},
		"broken JSON":               {`{"Version":`, "400 MalformedPolicy: This policy contains invalid Json"},
		"no statement":              {`{"Version":"2012-10-17","Statement":[]}`, "400 MalformedPolicy: Could not parse the policy: Statement is empty!"},
		"another bucket":            {statement(me, list, `"arn:aws:s3:::media-raw"`), "400 MalformedPolicy: Policy has invalid resource"},
		"another partition":         {statement(me, list, `"arn:aws-cn:s3:::media-archive"`), "400 MalformedPolicy: Policy has invalid resource"},
		"object action on bucket":   {statement(me, `"s3:GetObject"`, bucket), "400 MalformedPolicy: Action does not apply to any resource(s) in statement"},
		"action of another service": {statement(me, `"ec2:RunInstances"`, bucket), "400 MalformedPolicy: Policy has invalid action"},
		"unknown action":            {statement(me, `"s3:ListObjects"`, bucket), "400 MalformedPolicy: Policy has invalid action"},
		"unknown action of several": {statement(me, `["s3:ListBucket","s3:HeadBucket"]`, bucket), "400 MalformedPolicy: Policy has invalid action"},
		"pattern of no action":      {statement(me, `"s3:Head*"`, bucket), "no error"},
		"unknown condition key": {strings.Replace(statement(me, list, bucket), `"Effect"`, `"Condition":{"StringEquals":{"s3:authtypes":"REST-HEADER"}},"Effect"`, 1),
			"400 MalformedPolicy: Policy has an invalid condition key"},
		"no principal":                {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + list + `,"Resource":` + bucket + `}]}`, "400 MalformedPolicy: Missing required field Principal"},
		"role that does not exist":    {statement(`"AWS":"arn:aws:iam::`+dst+`:role/nobody"`, list, bucket), "400 MalformedPolicy: Invalid principal in policy"},
		"role by a wrong path":        {statement(`"AWS":"arn:aws:iam::`+dst+`:role/team/Operator"`, list, bucket), "400 MalformedPolicy: Invalid principal in policy"},
		"role of another partition":   {statement(`"AWS":"arn:aws-cn:iam::`+dst+`:role/Operator"`, list, bucket), "400 MalformedPolicy: Invalid principal in policy"},
		"id of nobody":                {statement(`"AWS":"AROAIIIIIIIIIIIIIIIII"`, list, bucket), "400 MalformedPolicy: Invalid principal in policy"},
		"session of no role":          {statement(`"AWS":"arn:aws:sts::`+dst+`:assumed-role/nobody/me"`, list, bucket), "400 MalformedPolicy: Invalid principal in policy"},
		"version":                     {`{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":{` + me + `},"Action":` + list + `,"Resource":` + bucket + `}]}`, "400 MalformedPolicy: The policy must contain a valid version string"},
		"key that does not fit":       {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{` + me + `},"Action":["s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":` + bucket + `,"Condition":{"StringEquals":{"s3:prefix":"a"}}}]}`, "400 MalformedPolicy: Conditions do not apply to combination of actions and resources in statement"},
		"more than 20480 bytes":       {statement(me, list, `["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/`+strings.Repeat("x", 20480)+`"]`), "400 MalformedPolicy: Policy exceeds the maximum allowed document size."},
		"20480 bytes and white space": {statement(me, list, bucket)[:1] + strings.Repeat(" ", 30000) + statement(me, list, bucket)[1:], "no error"},
		"public":                      {statement(`"AWS":"*"`, list, bucket), `403 AccessDenied: User: arn:aws:sts::` + dst + `:assumed-role/Operator/xaccttest is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::media-archive" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access`},
		"lockout":                     {`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutBucketPolicy","Resource":` + bucket + `}]}`, `403 AccessDenied: User: arn:aws:sts::` + dst + `:assumed-role/Operator/xaccttest is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::media-archive" because the policy would take away the right to change it`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(test.document)})
			if got := refused(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if stored := w.cloud.BucketPolicy("media-archive") != nil; stored != (err == nil) {
				t.Errorf("stored: %t, error: %v", stored, err)
			}
		})
	}
	t.Run("lockout confirmed", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{
			Bucket: aws.String("media-archive"), Policy: aws.String(tests["lockout"].document), ConfirmRemoveSelfBucketAccess: aws.Bool(true),
		})
		w.must(err)
	})
}

// A deleted role shows through as its id, the policy cannot be written again as it reads, and a new role of that name is somebody else.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func TestDeadPrincipal(t *testing.T) {
	w := newWorld(t)
	empty := policy.New(on("media-archive", writeActions...))
	arn := w.role("writer", empty)
	w.cloud.SetBucketPolicy("media-archive", w.grant(arn).Bytes())
	_, err := w.c[src].IAM.DeleteRolePolicy(w.ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String("writer"), PolicyName: aws.String("access")})
	w.must(err)
	_, err = w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("writer")})
	w.must(err)

	before := string(w.cloud.BucketPolicy("media-archive"))
	if strings.Contains(before, arn) || !strings.Contains(before, `"AWS":"AROA`) {
		t.Errorf("the deleted role is not shown by its id: %s", before)
	}
	_, err = w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(before)})
	if got, want := refused(err), "400 MalformedPolicy: Invalid principal in policy"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.role("writer", empty)
	if after := string(w.cloud.BucketPolicy("media-archive")); after != before {
		t.Errorf("the grant means the new role:\n%s", after)
	}
	_, err = w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "", arn))
	if got := refused(err); !strings.Contains(got, "s3:ListObjectsV2") {
		t.Errorf("the new role is let in: %s", got)
	}
}

// Sources: https://github.com/hashicorp/terraform/issues/2432, https://github.com/hashicorp/terraform-provider-aws/issues/18878,
// https://github.com/go-to-k/cdkd/issues/1515, https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html.
func TestRendering(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.TransientIDs = 2 })
	arn := w.role("writer", policy.New(on("media-archive", writeActions...)))
	sent := policy.New(
		policy.Allow("s3:PutObject", "s3:GetObject", "s3:DeleteObject").WithSid("A b").By(policy.AWS(arn), policy.Account("999900001111"), policy.AWS("arn:aws:iam::"+dst+":role/Operator")).
			On("arn:aws:s3:::media-archive/a/*", "arn:aws:s3:::media-archive/b/*").When(policy.StringEquals("aws:ResourceAccount", dst)),
		policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").When(policy.Bool("aws:SecureTransport", false)),
	)
	api := w.c[dst].S3(dstRegion)
	_, err := api.PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(sent.String())})
	w.must(err)
	get := func() string {
		out, err := api.GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
		w.must(err)
		return *out.Policy
	}
	for range 2 {
		if early := get(); strings.Contains(early, arn) || !strings.Contains(early, "AROA") {
			t.Errorf("right after the PUT, roles are not shown by their ids: %s", early)
		}
	}
	rendered := map[string]bool{}
	for range 10 {
		text := get()
		rendered[text] = true
		d, err := policy.Parse([]byte(text))
		w.must(err)
		if !d.Equal(sent) {
			t.Errorf("another meaning:\n%s\n%s", sent, d)
		}
		for _, want := range []string{arn, "arn:aws:iam::999900001111:root", `"aws:ResourceAccount":"` + dst + `"`, `"Sid":"A b"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in %s", want, text)
			}
		}
		if strings.ContainsAny(text, "\n\t") {
			t.Errorf("not compact: %s", text)
		}
	}
	if len(rendered) < 2 {
		t.Errorf("principals came in the same order ten times")
	}
	if a, b := w.cloud.BucketPolicy("media-archive"), w.cloud.BucketPolicy("media-archive"); string(a) != string(b) {
		t.Errorf("BucketPolicy is not deterministic:\n%s\n%s", a, b)
	}
}

// What is read can be written again, also while ids stand for roles that exist, and nothing has changed then.
func TestRoundTripOfIDs(t *testing.T) {
	w := newWorld(t)
	arn := w.role("writer", policy.New(on("media-archive", writeActions...)))
	api := w.c[dst].S3(dstRegion)
	_, err := api.PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(string(w.grant(arn).Bytes()))})
	w.must(err)
	before := w.cloud.Dump()
	out, err := api.GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
	w.must(err)
	_, err = api.PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: out.Policy})
	w.must(err)
	if after := w.cloud.Dump(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (OperationAborted)
func TestConcurrentConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *xaccttest.Options) { o.Latency = time.Second })
		api := w.c[dst].S3(dstRegion)
		put := func() error {
			_, err := api.DeleteBucketPolicy(w.ctx, &s3.DeleteBucketPolicyInput{Bucket: aws.String("media-archive")})
			return err
		}
		first := make(chan error)
		go func() { first <- put() }()
		time.Sleep(500 * time.Millisecond)
		_, err := api.PutBucketOwnershipControls(w.ctx, &s3.PutBucketOwnershipControlsInput{Bucket: aws.String("media-archive"), OwnershipControls: &s3types.OwnershipControls{
			Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipBucketOwnerEnforced}},
		}})
		if got, want := refused(err), "409 OperationAborted: A conflicting conditional operation is currently in progress against this resource. Please try again."; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		w.must(<-first)
		w.must(put())
	})
}

// A public statement makes Block Public Access keep out other accounts that another statement lets in.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func TestRestrictPublicBuckets(t *testing.T) {
	for _, restrict := range []bool{true, false} {
		w := newWorld(t)
		w.cloud.AddBucket(dst, dstRegion, "public", func(o *xaccttest.BucketOptions) { o.AllowPublicAccess = !restrict })
		w.cloud.SetBucketPolicy("public", policy.New(
			policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::public"),
			policy.Allow("s3:GetObject").By(policy.Everyone()).On("arn:aws:s3:::public/*"),
		).Bytes())
		_, err := w.c[src].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("public")})
		if denied := err != nil; denied != restrict {
			t.Errorf("restricted: %t, error: %v", restrict, err)
		}
		_, err = w.c[dst].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("public")})
		w.must(err)
	}
}
