package xaccttest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// delegating is the policy of a key as AWS makes it, and more statements.
func delegating(account string, more ...policy.Fragment) policy.Document {
	root := policy.Allow("kms:*").WithSid("Enable IAM User Permissions").By(policy.AWS("arn:aws:iam::" + account + ":root")).On("*")
	return policy.New(root).With(more...)
}

// Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html, API_GetKeyPolicy.html and API_PutKeyPolicy.html
func TestKMSCalls(t *testing.T) {
	w := newWorld(t)
	key := w.cloud.AddKey(src, srcRegion)
	multi := w.cloud.AddKey(src, srcRegion, func(o *xaccttest.KeyOptions) { o.MultiRegion = true })
	shared := w.cloud.AddKey(src, srcRegion)
	w.cloud.SetKeyPolicy(shared, delegating(src, policy.Allow("kms:*").WithSid("Theirs").By(policy.Account(dst)).On("*")).Bytes())
	id := key[strings.LastIndexByte(key, '/')+1:]
	if !strings.Contains(multi, "key/mrk-") || key == shared {
		t.Errorf("keys %s, %s, %s", key, multi, shared)
	}
	w.c[src].KMS(srcRegion).DescribeKey(w.ctx, &kms.DescribeKeyInput{KeyId: aws.String("alias/aws/s3")}) // comes into being
	reader := w.cloud.AddRole(src, "reader", policy.New(policy.Allow("kms:DescribeKey").On(key)))

	admin, other, elsewhere := w.c[src].KMS(srcRegion), w.c[dst].KMS(srcRegion), w.c[src].KMS(dstRegion)
	limited := clientsAs(w.cloud, reader).KMS(srcRegion)
	describe := func(api kmskey.API, id string) error {
		_, err := api.DescribeKey(w.ctx, &kms.DescribeKeyInput{KeyId: &id})
		return err
	}
	get := func(api kmskey.API, id string) error {
		_, err := api.GetKeyPolicy(w.ctx, &kms.GetKeyPolicyInput{KeyId: &id})
		return err
	}
	put := func(api kmskey.API, id, text string) error {
		_, err := api.PutKeyPolicy(w.ctx, &kms.PutKeyPolicyInput{KeyId: &id, Policy: &text})
		return err
	}
	plain := string(delegating(src).Bytes())
	for _, tt := range []struct {
		name string
		err  error
		want string // "" is no refusal
	}{
		{"by ARN", describe(admin, key), ""},
		{"by id", describe(admin, id), ""},
		{"by multi-Region ARN", describe(admin, multi), ""},
		{"the managed key by its alias", describe(admin, "alias/aws/s3"), ""},
		{"as its identity policy allows", describe(limited, key), ""},
		{"from another account that the policy lets in", describe(other, shared), ""},
		{"no such key", describe(admin, key[:len(key)-4]+"0000"), "400 NotFoundException: "},
		{"of another account by id", describe(other, id), "400 NotFoundException: "},
		{"an alias that is not there", describe(admin, "alias/media"), "400 NotFoundException: "},
		{"in another Region", describe(elsewhere, key), "400 InvalidArnException: "},
		{"an ARN of something else", describe(admin, "arn:aws:s3:::media-raw"), "400 InvalidArnException: "},
		{"from another account", describe(other, key), "400 AccessDeniedException: "},
		{"beyond its identity policy", describe(limited, multi), "400 AccessDeniedException: "},

		{"policy", get(admin, key), ""},
		{"policy, beyond its identity policy", get(limited, key), "400 AccessDeniedException: "},
		{"policy, from another account that the policy lets in", get(other, shared), "400 AccessDeniedException: "},

		{"the policy it has", put(admin, key, plain), ""},
		{"from another account that the policy lets in, too", put(other, shared, plain), "400 AccessDeniedException: "},
		{"of a managed key", put(admin, "alias/aws/s3", plain), "400 AccessDeniedException: "},
		{"not JSON", put(admin, key, "{"), "400 MalformedPolicyDocumentException: "},
		{"an action of S3", put(admin, key, string(delegating(src, policy.Allow("s3:GetObject").By(policy.Account(dst)).On("*")).Bytes())), "400 MalformedPolicyDocumentException: "},
		{"an unknown condition key", put(admin, key, string(delegating(src, kmskey.Read("*").By(policy.Account(dst)).When(policy.StringEquals("kms:ViaServices", "x"))).Bytes())),
			"400 MalformedPolicyDocumentException: Policy contains a statement with an invalid condition key."},
		{"a role that is not there", put(admin, key, string(delegating(src, kmskey.Read("*").By(policy.AWS("arn:aws:iam::"+dst+":role/gone"))).Bytes())),
			"400 MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals."},
		{"its own lockout", put(admin, key, string(policy.New(policy.Allow("kms:*").By(policy.AWS(reader)).On("*")).Bytes())),
			"400 MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future."},
		{"too long", put(admin, key, string(delegating(src, policy.Allow("kms:Decrypt").By(policy.Account(dst)).On("*").When(policy.StringEquals("aws:PrincipalTag/x", strings.Repeat("x", 33000)))).Bytes())),
			"400 LimitExceededException: "},
	} {
		got := refused(tt.err)
		if tt.want == "" && tt.err != nil || tt.want != "" && !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s, want %q", tt.name, got, tt.want)
		}
	}
	if got := w.cloud.KeyPolicy(key); !mustParse(t, got).Equal(delegating(src)) {
		t.Errorf("the refused documents changed the policy: %s", got)
	}
	_, err := admin.PutKeyPolicy(w.ctx, &kms.PutKeyPolicyInput{KeyId: &key, Policy: aws.String(string(policy.New(policy.Allow("kms:*").By(policy.AWS(reader)).On("*")).Bytes())), BypassPolicyLockoutSafetyCheck: true})
	if err != nil {
		t.Errorf("with the safety check bypassed: %v", err)
	}
	out, err := admin.DescribeKey(w.ctx, &kms.DescribeKeyInput{KeyId: &shared})
	w.must(err)
	if m := out.KeyMetadata; *m.Arn != shared || *m.AWSAccountId != src || m.KeyManager != kmstypes.KeyManagerTypeCustomer || m.KeyState != kmstypes.KeyStateEnabled {
		t.Errorf("%+v", m)
	}
}

func mustParse(t *testing.T, text []byte) policy.Document {
	t.Helper()
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A role that is deleted shows in policies by its id, and the policy cannot be stored again as it is.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func TestDeadPrincipalOfAKey(t *testing.T) {
	w := newWorld(t)
	key := w.cloud.AddKey(dst, dstRegion)
	role := w.cloud.AddRole(src, "reader")
	w.cloud.SetKeyPolicy(key, delegating(dst, kmskey.Read("*").WithSid("Theirs").By(policy.AWS(role))).Bytes())
	if text := string(w.cloud.KeyPolicy(key)); !strings.Contains(text, role) {
		t.Errorf("the role lives: %s", text)
	}
	_, err := w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("reader")})
	w.must(err)
	_, err = w.c[src].IAM.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: aws.String("reader"), AssumeRolePolicyDocument: aws.String(string(trust().Bytes()))})
	w.must(err)
	text := string(w.cloud.KeyPolicy(key))
	if strings.Contains(text, role) || !strings.Contains(text, `"AROA`) {
		t.Errorf("the role is another: %s", text)
	}
	_, err = w.c[dst].KMS(dstRegion).PutKeyPolicy(w.ctx, &kms.PutKeyPolicyInput{KeyId: &key, Policy: &text})
	if got := refused(err); !strings.Contains(got, "invalid principals") {
		t.Errorf("stored again: %s", got)
	}
}

// Whether the access test of a source location may read an object that is encrypted under a key.
// Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func TestReadingUnderAKey(t *testing.T) {
	const reader = "arn:aws:iam::" + src + ":role/reader"
	decrypt := policy.Allow("kms:Decrypt")
	identity := decrypt.On("*")
	named, account := decrypt.On("*").By(policy.AWS(reader)), decrypt.On("*").By(policy.Account(src))
	operator := policy.Allow("kms:*").On("*")
	tests := []struct {
		name     string
		owner    string
		identity policy.Statement // zero: none
		key      policy.Document
		want     bool
	}{
		{"own key, delegated, and identity", src, identity, delegating(src), true},
		{"own key, delegated only", src, policy.Statement{}, delegating(src), false},
		{"own key, role named", src, policy.Statement{}, policy.New(operator.By(policy.AWS("arn:aws:iam::"+src+":role/Operator")), named), true},
		{"own key, not delegated", src, identity, policy.New(operator.By(policy.AWS("arn:aws:iam::" + src + ":role/Operator"))), false},
		{"foreign key, both", dst, identity, delegating(dst, named), true},
		{"foreign key, account and identity", dst, identity, delegating(dst, account), true},
		{"foreign key, identity only", dst, identity, delegating(dst), false},
		{"foreign key, key only", dst, policy.Statement{}, delegating(dst, named), false},
		{"foreign key, identity on another key", dst, decrypt.On("arn:aws:kms:eu-west-1:" + dst + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"), delegating(dst, named), false},
		{"through S3 of the Region", dst, identity, delegating(dst, named.When(kmskey.ViaS3(srcRegion))), true},
		{"through S3 of another Region", dst, identity, delegating(dst, named.When(kmskey.ViaS3(dstRegion))), false},
		{"to the account only", dst, identity, delegating(dst, named.When(policy.StringEquals("kms:CallerAccount", dst))), false},
		{"for the bucket", dst, identity, delegating(dst, named.When(policy.StringEquals("kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::media-raw"))), true},
		{"denied", dst, identity, delegating(dst, named, policy.Deny("kms:*").By(policy.Everyone()).On("*").When(policy.StringEquals("aws:PrincipalAccount", src))), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			statements := policy.Statements{on("media-raw", readActions...)}
			if !tt.identity.IsZero() {
				statements = append(statements, tt.identity)
			}
			w.role("reader", policy.New(statements))
			key := w.cloud.AddKey(tt.owner, srcRegion, func(o *xaccttest.KeyOptions) { o.Policy = tt.key.Bytes() })
			w.cloud.AddObject("media-raw", "a/1", []byte("x"), func(o *xaccttest.ObjectOptions) { o.KMSKey = key })
			create := func() error {
				_, err := w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-raw", "a", reader))
				return err
			}
			err := create()
			if (err == nil) != tt.want {
				t.Errorf("allowed: %t (%v)", err == nil, err)
			}
			if err != nil && !strings.Contains(refused(err), "could not perform s3:GetObject in bucket media-raw. Access denied") {
				t.Errorf("refused as %s", refused(err))
			}
			w.cloud.SetKeyState(key, kmstypes.KeyStateDisabled)
			if err := create(); err == nil {
				t.Error("the key is disabled")
			}
		})
	}
}

// Whether DataSync's role of one account may write to an encrypted bucket of another, and verify what it wrote.
func TestWritingUnderAKey(t *testing.T) {
	const writer = "arn:aws:iam::" + src + ":role/writer"
	both := []string{"kms:GenerateDataKey*", "kms:Decrypt"}
	otherRegion := xaccttest.NewCloud().AddKey(dst, srcRegion)
	grant := func(actions ...string) policy.Statement {
		return policy.Allow(actions...).On("*").By(policy.AWS(writer))
	}
	for _, tt := range []struct {
		name                          string
		identity, key                 []string
		named                         func(key string) string // what the bucket's default encryption names; nil is the ARN
		transferred, failed, unproved int64
	}{
		{"both", both, both, nil, 1, 0, 0},
		{"no key at all", nil, nil, func(string) string { return "none" }, 1, 0, 0},
		{"the role may not encrypt", both[1:], both, nil, 0, 1, 0},
		{"the key does not let it encrypt", both, both[1:], nil, 0, 1, 0},
		{"the role may not decrypt", both[:1], both, nil, 1, 0, 1},
		{"the key does not let it decrypt", both, both[:1], nil, 1, 0, 1},
		{"the wrong action", []string{"kms:Encrypt"}, both, nil, 0, 1, 0},
		{"an id, which is looked up in the role's account", both, both, func(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }, 0, 1, 0},
		{"a key of another Region", both, nil, func(string) string { return otherRegion }, 0, 1, 0},
		{"the managed key", both, both, func(string) string { return "" }, 0, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				key := w.cloud.AddKey(dst, dstRegion)
				if other := w.cloud.AddKey(dst, srcRegion, func(o *xaccttest.KeyOptions) { o.Policy = delegating(dst, grant(both...)).Bytes() }); other != otherRegion {
					t.Fatalf("the other key is %s", other)
				}
				if tt.key != nil {
					w.cloud.SetKeyPolicy(key, delegating(dst, grant(tt.key...)).Bytes())
				}
				if tt.identity != nil {
					_, err := w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("writer"), PolicyName: aws.String("keys"),
						PolicyDocument: aws.String(string(policy.New(policy.Allow(tt.identity...).On("*")).Bytes()))})
					w.must(err)
				}
				name := key
				if tt.named != nil {
					name = tt.named(key)
				}
				if name != "none" {
					w.cloud.SetBucketEncryption("media-archive", "aws:kms", name)
				}
				w.put("a/1=x")
				e := w.finish(w.task(source, destination, nil))
				got := [...]int64{e.FilesTransferred, e.FilesFailed.Transfer, e.FilesFailed.Verify}
				if want := [...]int64{tt.transferred, tt.failed, tt.unproved}; got != want {
					t.Errorf("transferred, failed, not verified: %d, want %d", got, want)
				}
				if tt.transferred > 0 && name != "none" && w.cloud.Object("media-archive", "b/1").KMSKey != key {
					t.Errorf("encrypted under %q", w.cloud.Object("media-archive", "b/1").KMSKey)
				}
			})
		})
	}
}

// The key that AWS manages serves everybody of its account who may use S3, and nobody else.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func TestManagedKey(t *testing.T) {
	w := newWorld(t)
	for _, bucket := range []string{"media-raw", "media-archive"} {
		w.cloud.SetBucketEncryption(bucket, "aws:kms", "")
		w.cloud.PutObject(bucket, "a/1", []byte("x"))
	}
	read := func(bucket string) policy.Statement { return on(bucket, readActions...) }
	role := w.role("reader", policy.New(read("media-raw"), read("media-archive"), policy.Allow("kms:*").On("*")))
	w.cloud.SetBucketPolicy("media-archive", policy.New(read("media-archive").By(policy.Account(src))).Bytes())
	if _, err := w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-raw", "a", role)); err != nil {
		t.Errorf("own bucket: %v", err)
	}
	if _, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "a", role)); !strings.Contains(refused(err), "s3:GetObject") {
		t.Errorf("bucket of another account: %s", refused(err))
	}
}

// A changed policy is seen late, by decisions as by reads.
func TestKeyPolicyIsSeenLate(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.Propagation = 1 })
	key := w.cloud.AddKey(dst, dstRegion)
	api := w.c[dst].KMS(dstRegion)
	_, err := api.PutKeyPolicy(context.Background(), &kms.PutKeyPolicyInput{KeyId: &key, Policy: aws.String(string(delegating(dst, kmskey.Read("*").WithSid("New").By(policy.Account(src))).Bytes()))})
	w.must(err)
	for i, want := range []bool{false, true} {
		out, err := api.GetKeyPolicy(w.ctx, &kms.GetKeyPolicyInput{KeyId: &key})
		w.must(err)
		if got := strings.Contains(*out.Policy, "New"); got != want {
			t.Errorf("read %d: seen %t", i, got)
		}
	}
}
