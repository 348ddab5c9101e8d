package xacct

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
)

// IdentityAPI is the part of STS that proves which account the clients belong to. It may gain methods in a minor release: a fake
// embeds xaccttest.UnimplementedSTS.
type IdentityAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// DataSyncAPI is the part of DataSync that xacct uses. It may gain methods in a minor release: a fake embeds
// xaccttest.UnimplementedDataSync.
type DataSyncAPI interface {
	location.API
	task.API
	task.ExecutionAPI
}

var (
	_ IdentityAPI = (*sts.Client)(nil)
	_ DataSyncAPI = (*datasync.Client)(nil)
)

// Clients are the clients of the accounts whose credentials the program has, by 12-digit account id. An account that is missing belongs to
// another team: its changes are planned as a hand-over. If none of a plan's accounts is there, as in nil Clients, the error is a *[ClientError]. An
// account that no transfer names is normal: programs share one map, and a bucket that a transfer has left may lie there. A key that is not twelve
// digits is an error. Clients are read concurrently and never written.
type Clients map[string]AccountClients

// AccountClients are the clients of one account. A nil field, a function that returns nil and a nil pointer in a field are a *[ClientError] if a plan
// needs that client.
type AccountClients struct {
	STS      IdentityAPI
	IAM      iamrole.API
	S3       func(region string) bucket.API   // each of these functions is called concurrently and often: it should cache its clients
	DataSync func(region string) DataSyncAPI  // needed in the task account
	KMS      func(region string) kmskey.API   // needed in the accounts of keys that a transfer lists
	Logs     func(region string) task.LogsAPI // needed in the task account of a BASIC task with a log group
}

// NewAccountClients makes the clients of the account that cfg has credentials for, without a call to AWS. Each Region's clients are made once and
// cached. Unless cfg says otherwise they retry in the SDK's adaptive mode, which slows down while a service throttles.
func NewAccountClients(cfg aws.Config) AccountClients {
	if cfg.Retryer == nil && cfg.RetryMode == "" {
		cfg.RetryMode = aws.RetryModeAdaptive
	}
	return AccountClients{
		STS: sts.NewFromConfig(cfg),
		IAM: iam.NewFromConfig(cfg),
		S3: client.PerRegion(func(r string) bucket.API {
			return s3.NewFromConfig(cfg, func(o *s3.Options) { o.Region = r })
		}),
		DataSync: client.PerRegion(func(r string) DataSyncAPI {
			return datasync.NewFromConfig(cfg, func(o *datasync.Options) { o.Region = r })
		}),
		Logs: client.PerRegion(func(r string) task.LogsAPI {
			return cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) { o.Region = r })
		}),
		KMS: client.PerRegion(func(r string) kmskey.API {
			return kms.NewFromConfig(cfg, func(o *kms.Options) { o.Region = r })
		}),
	}
}

// DataSync returns the client for the account and Region that the ARN of a location, task or execution names.
func (c Clients) DataSync(arn string) (DataSyncAPI, error) {
	if arn == "" {
		return nil, errors.New("datasync client: the ARN is empty: a Result has no task ARN for a transfer that is not in it, and for one whose task waits for another account")
	}
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "datasync" || a.Region == "" || !region.ValidAccount(a.Account) {
		return nil, fmt.Errorf("datasync client: %q is not the ARN of a DataSync resource", arn)
	}
	set := c.set(a.Account)
	if err := set.Validate(); err != nil {
		return nil, err
	}
	return set.DataSync(a.Account, a.Region)
}

// Objects returns the client with which package task reads reports and writes manifests in buckets of the account and Region. It is the
// account's S3 client, which must be able to read and write objects, as *s3.Client is.
func (c Clients) Objects(account, region string) (task.ObjectsAPI, error) {
	set := c.set(account)
	if err := set.Validate(); err != nil {
		return nil, err
	}
	api, err := set.S3(account, region)
	if err != nil {
		return nil, err
	}
	objects, ok := api.(task.ObjectsAPI)
	if !ok {
		return nil, fmt.Errorf("the S3 client of account %s in %s cannot read and write objects: use one with GetObject and PutObject, such as *s3.Client", account, region)
	}
	return objects, nil
}

// set is the clients as the internal packages take them: a nil map, function or client is nil there, and so is a nil pointer in an interface.
// Where accounts are named, it is theirs alone, beside the keys that are no accounts: a fleet starts each task with the same map.
func (c Clients) set(only ...string) client.Set {
	if c == nil {
		return nil
	}
	out := client.Set{}
	for account, ac := range c {
		if len(only) > 0 && region.ValidAccount(account) && !slices.Contains(only, account) {
			continue
		}
		a := client.Account{
			S3:       present(ac.S3, func(api bucket.API) bucket.API { return api }),
			DataSync: present(ac.DataSync, func(api DataSyncAPI) client.DataSyncAPI { return api }),
			KMS:      present(ac.KMS, func(api kmskey.API) kmskey.API { return api }),
			Logs:     present(ac.Logs, func(api task.LogsAPI) task.LogsAPI { return api }),
		}
		if !absent.Is(ac.STS) {
			a.STS = ac.STS
		}
		if !absent.Is(ac.IAM) {
			a.IAM = ac.IAM
		}
		out[account] = a
	}
	return out
}

// present is the function with its clients as another interface. No function and no client stay none.
func present[From, To any](of func(region string) From, as func(From) To) func(region string) To {
	if of == nil {
		return nil
	}
	return func(region string) (none To) {
		if api := of(region); !absent.Is(api) {
			return as(api)
		}
		return none
	}
}
