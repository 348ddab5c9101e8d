package client

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// IdentityAPI is the part of STS that proves which account a client belongs to.
type IdentityAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// DataSyncAPI is the part of DataSync that the machinery uses.
type DataSyncAPI interface {
	location.API
	task.API
	task.ExecutionAPI
}

// Set are the clients by account id. An account that is missing is somebody else's.
type Set map[string]Account

// Account are the clients of one account. A nil field is an error only if it is needed.
type Account struct {
	STS      IdentityAPI
	IAM      iamrole.API
	S3       func(region string) bucket.API
	DataSync func(region string) DataSyncAPI
	KMS      func(region string) kmskey.API
	Logs     func(region string) task.LogsAPI
}

func PerRegion[T any](make func(region string) T) func(string) T {
	var m sync.Map
	return func(r string) T {
		if v, ok := m.Load(r); ok {
			return v.(T)
		}
		v, _ := m.LoadOrStore(r, make(r))
		return v.(T)
	}
}

func (c Set) DataSync(account, region string) (DataSyncAPI, error) {
	ac, ok := c[account]
	if !ok || ac.DataSync == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "DataSync"}
	}
	api := ac.DataSync(region)
	if api == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "DataSync"}
	}
	return api, nil
}

func (c Set) S3(account, region string) (bucket.API, error) {
	ac, ok := c[account]
	if !ok || ac.S3 == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "S3"}
	}
	api := ac.S3(region)
	if api == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "S3"}
	}
	return api, nil
}

// KMS is the client for the account and Region in the key's ARN, which may be neither the bucket's account nor the task's.
func (c Set) KMS(arn string) (kmskey.API, error) {
	spec := kmskey.Spec{ARN: arn}
	account, region := spec.Account(), spec.Region()
	ac, ok := c[account]
	if !ok || ac.KMS == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "KMS"}
	}
	api := ac.KMS(region)
	if api == nil {
		return nil, &plan.ClientError{Account: account, Region: region, Service: "KMS"}
	}
	return api, nil
}

func (c Set) IAM(account string) (iamrole.API, error) {
	ac, ok := c[account]
	if !ok || ac.IAM == nil {
		return nil, &plan.ClientError{Account: account, Service: "IAM"}
	}
	return ac.IAM, nil
}

func (c Set) Logs(account, region string) (task.LogsAPI, error) {
	ac, ok := c[account]
	if ok && ac.Logs != nil {
		if api := ac.Logs(region); api != nil {
			return api, nil
		}
	}
	return nil, &plan.ClientError{Account: account, Region: region, Service: "CloudWatch Logs"}
}
