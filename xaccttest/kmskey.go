package xaccttest

import (
	"fmt"
	"strings"
	"time"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// keyState is a KMS key.
type keyState struct {
	arn, account, region string
	manager              kmstypes.KeyManagerType
	state                kmstypes.KeyState
	multiRegion          bool
	created              time.Time
	policy               eventual.Value[*keyPolicy]
}

// id is the last part of the ARN.
func (k *keyState) id() string { return k.arn[strings.LastIndexByte(k.arn, '/')+1:] }

// KeyOptions shape a KMS key. The zero value is an enabled customer managed key with the default policy of a key made with the API, which
// allows the account everything and so lets the account's IAM policies decide.
// Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
type KeyOptions struct {
	MultiRegion bool              // make a multi-Region key, whose id begins with mrk-
	State       kmstypes.KeyState // "" is Enabled; a key in any other state cannot encrypt or decrypt
	Policy      []byte            // nil is the default policy
}

// AddKey makes a symmetric encryption key and returns its ARN. The ARN follows from the account, the Region, the number of keys made
// there before and MultiRegion.
func (c *Cloud) AddKey(account, regionName string, optFns ...func(*KeyOptions)) (arn string) {
	var opts KeyOptions
	option.Apply(&opts, optFns)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !region.Valid(regionName) {
		panic(fmt.Sprintf("xaccttest: %q is not a Region", regionName))
	}
	c.account(account, region.Partition(regionName))
	d := ids.Digest(32, "key", account, regionName, c.serial.Next("key", account, regionName))
	id := d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
	if opts.MultiRegion {
		id = "mrk-" + d
	}
	k := c.newKey(account, regionName, id)
	k.multiRegion = opts.MultiRegion
	if opts.State != "" {
		k.state = opts.State
	}
	if !known(k.state) {
		panic(fmt.Sprintf("xaccttest: %q is no state of a key", k.state))
	}
	if opts.Policy == nil {
		opts.Policy = fmt.Appendf(nil, defaultKeyPolicy, region.Partition(regionName), account)
	}
	c.setKeyPolicy(k, opts.Policy)
	return k.arn
}

func (c *Cloud) newKey(account, regionName, id string) *keyState {
	k := &keyState{
		arn:     region.ARN{Partition: region.Partition(regionName), Service: "kms", Region: regionName, Account: account, Resource: "key/" + id}.String(),
		account: account, region: regionName, manager: kmstypes.KeyManagerTypeCustomer, state: kmstypes.KeyStateEnabled, created: time.Now(),
	}
	c.keys[k.arn] = k
	return k
}

const defaultKeyPolicy = `{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow",` +
	`"Principal":{"AWS":"arn:%s:iam::%s:root"},"Action":"kms:*","Resource":"*"}]}`

// managedKeyPolicy allows all principals of the account to use the key through S3, and nobody to change the policy.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html. The text is the one that KMS shows for such keys.
const managedKeyPolicy = `{"Version":"2012-10-17","Id":"auto-s3-2","Statement":[` +
	`{"Sid":"Allow access through S3 for all principals in the account that are authorized to use S3","Effect":"Allow","Principal":{"AWS":"*"},` +
	`"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],"Resource":"*",` +
	`"Condition":{"StringEquals":{"kms:CallerAccount":"%[2]s","kms:ViaService":"s3.%[3]s.amazonaws.com"}}},` +
	`{"Sid":"Allow direct access to key metadata to the account","Effect":"Allow","Principal":{"AWS":"arn:%[1]s:iam::%[2]s:root"},` +
	`"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}]}`

// managedKey is the key aws/s3, which AWS manages for S3 in an account and Region. It is made when it is first needed.
func (c *Cloud) managedKey(account, regionName string) *keyState {
	d := ids.Digest(32, "key", account, regionName, "aws/s3")
	id := d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
	arn := region.ARN{Partition: region.Partition(regionName), Service: "kms", Region: regionName, Account: account, Resource: "key/" + id}.String()
	if k := c.keys[arn]; k != nil {
		return k
	}
	c.account(account, region.Partition(regionName))
	k := c.newKey(account, regionName, id)
	k.manager = kmstypes.KeyManagerTypeAws
	c.setKeyPolicy(k, fmt.Appendf(nil, managedKeyPolicy, region.Partition(regionName), account, regionName))
	return k
}

// key returns a key, and panics if it does not exist.
func (c *Cloud) key(arn string) *keyState {
	k := c.keys[arn]
	if k == nil {
		panic(fmt.Sprintf("xaccttest: there is no key %s", arn))
	}
	return k
}

// SetKeyPolicy sets the policy of a key, visible at once. It panics if KMS would refuse the document, except for a lockout: a policy that
// nobody could change again is accepted.
func (c *Cloud) SetKeyPolicy(arn string, document []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setKeyPolicy(c.key(arn), document)
}

func (c *Cloud) setKeyPolicy(k *keyState, document []byte) {
	p, err := c.newKeyPolicy(document)
	if err != nil {
		panic(fmt.Sprintf("xaccttest: policy of key %s: %v", k.arn, err))
	}
	k.policy.Set(p, 0)
}

// SetKeyState sets the state of a key. Only an enabled key can be used.
func (c *Cloud) SetKeyState(arn string, state kmstypes.KeyState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !known(state) {
		panic(fmt.Sprintf("xaccttest: %q is no state of a key", state))
	}
	c.key(arn).state = state
}

// KeyPolicy is the policy as GetKeyPolicy would answer once every change is visible.
func (c *Cloud) KeyPolicy(arn string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.renderKeyPolicy(c.key(arn).policy.Latest())
}
