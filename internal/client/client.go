// Package client holds the AWS clients of the accounts that a plan or an apply works with. A Set is made from what the caller gave and answers
// with the client of one account and Region, or with a *plan.ClientError that names the client that is missing. Set.Limit wraps every client:
// reads are tried again while they are throttled or the service is broken, other calls are never repeated here, and both are bounded in
// how many are under way at once.
package client

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Set are the clients by account id. An account that is missing is somebody else's.
type Set map[string]Account

// Account are the clients of one account. A nil field, or a function that returns nil, is an error only when that client is needed.
type Account struct {
	STS      IdentityAPI
	IAM      iamrole.API
	S3       func(region string) bucket.API
	DataSync func(region string) DataSyncAPI
	KMS      func(region string) kmskey.API
	Logs     func(region string) task.LogsAPI
}

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

// Only are the clients of the account alone.
func (c Set) Only(account string) Set {
	out := Set{}
	if a, held := c[account]; held {
		out[account] = a
	}
	return out
}

// STS returns the account's client of STS.
func (c Set) STS(account string) (IdentityAPI, error) {
	return required(c[account].STS, account, "", "STS")
}

// IAM returns the account's client of IAM.
func (c Set) IAM(account string) (iamrole.API, error) {
	return required(c[account].IAM, account, "", "IAM")
}

// ErrNoAccountDetails says that a client of IAM cannot read a whole account.
var ErrNoAccountDetails = errors.New("the client has no GetAccountAuthorizationDetails, as *iam.Client has")

// S3 returns the account's client of S3 in the Region.
func (c Set) S3(account, region string) (bucket.API, error) {
	return required(in(c[account].S3, region), account, region, "S3")
}

// DataSync returns the account's client of DataSync in the Region.
func (c Set) DataSync(account, region string) (DataSyncAPI, error) {
	return required(in(c[account].DataSync, region), account, region, "DataSync")
}

// Logs returns the account's client of CloudWatch Logs in the Region.
func (c Set) Logs(account, region string) (task.LogsAPI, error) {
	return required(in(c[account].Logs, region), account, region, "CloudWatch Logs")
}

// KMS returns the client of KMS for the account and Region in the key's ARN, which need be neither those of the bucket nor those of the task.
func (c Set) KMS(arn string) (kmskey.API, error) {
	spec := kmskey.Spec{ARN: arn}
	account, region := spec.Account(), spec.Region()
	return required(in(c[account].KMS, region), account, region, "KMS")
}

// in returns the client for the Region; none if there is no function that makes it.
func in[API any](of func(region string) API, region string) (api API) {
	if of != nil {
		api = of(region)
	}
	return api
}

// required returns the client, or a [plan.ClientError] if it is none.
func required[API comparable](api API, account, region, service string) (API, error) {
	var none API
	if api == none {
		return none, &plan.ClientError{Account: account, Region: region, Service: service}
	}
	return api, nil
}

// PerRegion returns a function that calls newClient once for each Region and answers with the same client from then on, which may be none. It may
// be called from many goroutines; if two ask for a new Region at once, both get the client that was stored first.
func PerRegion[API any](newClient func(region string) API) func(region string) API {
	var made sync.Map
	return func(region string) API {
		stored, ok := made.Load(region)
		if !ok {
			stored, _ = made.LoadOrStore(region, newClient(region))
		}
		api, _ := stored.(API) // a nil interface is stored as nil
		return api
	}
}
