package awserr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExplicitDeny: an explicit Deny that a service names is lifted by an exemption, by whoever keeps that kind of policy; all else says nothing of one.
func TestExplicitDeny(t *testing.T) {
	const user = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: "
	const media = "arn:aws:s3:::media"
	const list = user + `s3:ListBucket on resource: "arn:aws:s3:::media" `
	for _, tt := range []struct {
		name, text string
		want       Refusal
		remedy     string // how it begins
	}{
		{"nothing", "", Refusal{}, ""},
		{"another error", "The bucket is in this region: eu-west-1", Refusal{}, ""},
		{"not allowed", list + "because no identity-based policy allows the s3:ListBucket action", Refusal{Action: "s3:ListBucket", Resource: media}, ""},
		{"no reason", list, Refusal{Action: "s3:ListBucket", Resource: media}, ""},
		{"the resource's policy", list + "with an explicit deny in a resource-based policy", Refusal{"s3:ListBucket", media, "resource-based policy", false},
			"let the owner of bucket media exempt role r from the Deny on s3:ListBucket: an explicit Deny"},
		{"a service control policy", list + "with an explicit deny in a service control policy", Refusal{"s3:ListBucket", media, "service control policy", false},
			"let the organisation that keeps the service control policies exempt role r from the Deny on s3:ListBucket:"},
		{"its ARN is named too", list + "with an explicit deny in a service control policy: arn:aws:organizations::777788889999:policy/o-a/service_control_policy/p-1",
			Refusal{"s3:ListBucket", media, "service control policy", false}, "let the organisation that keeps the service control policies exempt role r"},
		{"a resource control policy", list + "with an explicit deny in a resource control policy", Refusal{"s3:ListBucket", media, "resource control policy", false},
			"let the organisation that keeps the resource control policies on bucket media exempt role r"},
		{"the role's own", list + "with an explicit deny in an identity-based policy", Refusal{"s3:ListBucket", media, "identity-based policy", false},
			"take the Deny on s3:ListBucket out of the identity-based policy of role r"},
		{"a boundary", list + "with an explicit deny in a permissions boundary", Refusal{"s3:ListBucket", media, "permissions boundary", false},
			"take the Deny on s3:ListBucket out of the permissions boundary of role r"},
		{"a session policy", list + "with an explicit deny in a session policy", Refusal{"s3:ListBucket", media, "session policy", false}, "take the Deny"},
		{"a VPC endpoint", list + "with an explicit deny in a VPC endpoint policy", Refusal{"s3:ListBucket", media, "vpc endpoint policy", false},
			"let the owner of the VPC endpoint exempt"},
		{"in capitals", strings.ToUpper(list + "with an explicit deny in a resource-based policy"), Refusal{"S3:LISTBUCKET", "ARN:AWS:S3:::MEDIA", "resource-based policy", false}, "let the owner"},
		{"an unknown kind", list + "with an explicit deny", Refusal{"s3:ListBucket", media, "policy", false}, "find the policy with the Deny on s3:ListBucket"},
		{"without an action", "Access Denied: explicit deny in a resource-based policy", Refusal{"", "", "resource-based policy", false}, "let the owner of bucket media exempt role r from the Deny on what was refused"},
		{"two refusals, the second denied", list + "because no identity-based policy allows it. " + user + "kms:Decrypt on resource: x with an explicit deny in a resource-based policy",
			Refusal{"kms:Decrypt", "x", "resource-based policy", false}, "let the owner of bucket media exempt role r from the Deny on kms:Decrypt"},
		{"a public policy", user + "s3:PutBucketPolicy on resource: x because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access",
			Refusal{"s3:PutBucketPolicy", "x", "", true}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := RefusalIn(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			remedy := got.Remedy("role r", "bucket media")
			if (remedy == "") != (tt.remedy == "") || !strings.HasPrefix(remedy, tt.remedy) {
				t.Errorf("remedy %q, want %q", remedy, tt.remedy)
			}
		})
	}
}

// TestExplicitDenyOfAnything: without words for what was refused, those of the text are used.
func TestExplicitDenyOfAnything(t *testing.T) {
	for text, want := range map[string]string{
		`not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::media" with an explicit deny in a resource-based policy`: "let the owner of arn:aws:s3:::media exempt the reader",
		`explicit deny in a resource-based policy`: "let the owner of the resource exempt the reader",
	} {
		if got := RefusalIn(text).Remedy("the reader", ""); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestLacking: the kind of policy that a service names as not allowing a request is read; a Deny and KMS's answer to another account name none.
func TestLacking(t *testing.T) {
	for text, want := range map[string]string{
		"":              "",
		"Access Denied": "",
		"because no identity-based policy allows the s3:ListBucket action":                                                                                 "identity-based policy",
		"because no resource-based policy allows the s3:ListBucket action":                                                                                 "resource-based policy",
		"because no permissions boundary allows the s3:ListBucket action":                                                                                  "permissions boundary",
		"because no session policy allows the s3:ListBucket action":                                                                                        "session policy",
		"because no service control policy allows the s3:ListBucket action":                                                                                "service control policy",
		"BECAUSE NO VPC ENDPOINT POLICY ALLOWS THE S3:LISTBUCKET ACTION":                                                                                   "vpc endpoint policy",
		"with an explicit deny in a resource-based policy":                                                                                                 "",
		"because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access": "",
		"because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access":                                                 "",
	} {
		if got := Lacking(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
