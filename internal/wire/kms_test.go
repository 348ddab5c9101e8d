package wire_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
)

// foreignKey is a key policy that others wrote, with their own spelling of it.
const foreignKey = `{ "Version":"2012-10-17","Id":"theirs",  "Statement":[
  {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"Action":"kms:*","Resource":"*"},
  {"Effect":"Allow","Principal":{"Service":["logs.eu-west-1.amazonaws.com"]},"Action":["kms:Decrypt"],"Resource":"*"} ] }`

// addKey makes a key with foreignKey, and is its ARN.
func (w *world) addKey(t *testing.T, account string) string {
	t.Helper()
	text := strings.ReplaceAll(foreignKey, "ACCOUNT", account)
	out, err := kms.NewFromConfig(w.bare(account)).CreateKey(t.Context(), &kms.CreateKeyInput{Policy: &text})
	if err != nil {
		t.Fatal(err)
	}
	return *out.KeyMetadata.Arn
}

// keyPolicy is the text of the key's policy.
func (w *world) keyPolicy(t *testing.T, account, arn string) string {
	t.Helper()
	out, err := kms.NewFromConfig(w.bare(account)).GetKeyPolicy(t.Context(), &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: new("default")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Policy
}

// encrypted makes both buckets, each encrypted with a key of its own account, and is the journey between them.
func (j journey) encrypted(t *testing.T, w *world) journey {
	t.Helper()
	j.sourceKey, j.destinationKey = w.addKey(t, j.source), w.addKey(t, j.destination)
	for _, end := range []xacct.Endpoint{j.transfer().Source, j.transfer().Destination} {
		w.addBucket(t, end.Account, end.Bucket, strings.ReplaceAll(foreign, "BUCKET", end.Bucket))
		if _, err := w.s3(end.Account).PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{
			Bucket: &end.Bucket, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{Rules: []s3types.ServerSideEncryptionRule{{
				ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &end.KMSKeys[0]}}}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// TestMotoKMS: our statement is merged into the policy of the other account's key, and taken out again, without a byte of the others' changed.
func TestMotoKMS(t *testing.T) {
	for _, j := range []journey{
		{name: "encrypted-push", source: "111122223333", destination: "444455556666", task: "111122223333"},
		{name: "encrypted-pull", source: "111122223333", destination: "444455556666", task: "444455556666"},
	} {
		t.Run(j.name, func(t *testing.T) {
			w := newWorld(t, j.accounts(), owned(t))
			j = j.encrypted(t, w)
			result := j.there(t, w)
			keys := map[string]string{j.source: j.sourceKey, j.destination: j.destinationKey}
			for account, arn := range keys {
				now, before := w.keyPolicy(t, account, arn), strings.ReplaceAll(foreignKey, "ACCOUNT", account)
				for _, line := range strings.Split(before, "\n")[1:] {
					if st := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(line), " ] }"), ","); !strings.Contains(now, st) {
						t.Errorf("the policy of the key of %s lacks %s:\n%s", account, st, now)
					}
				}
				if granted := strings.Contains(now, ":role/"+j.name+"-"); granted != (account != j.task) {
					t.Errorf("the policy of the key of %s grants a role of the task's account: %v\n%s", account, granted, now)
				}
			}
			j.run(t, w, result.TaskARN(j.name))
			j.back(t, w)
			for account, arn := range keys {
				if diff := cmp.Diff(strings.ReplaceAll(foreignKey, "ACCOUNT", account), w.keyPolicy(t, account, arn)); diff != "" {
					t.Errorf("the policy of the key of %s (-before +after):\n%s", account, diff)
				}
			}
		})
	}
}
