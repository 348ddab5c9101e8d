package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
)

// liveOptions are the flags for AWS and for an emulator.
type liveOptions struct {
	endpoint            string
	source, destination liveEnd
	keep                bool
}

type liveEnd struct{ profile, bucket, region, prefix string }

// onAWS is the journey with real clients. It makes one call for each account: to learn its id.
func onAWS(ctx context.Context, o liveOptions, out output) (journey, error) {
	j := journey{clients: xacct.Clients{}, out: out, keep: o.keep}
	j.transfer.Name = "quickstart"
	for _, e := range []struct {
		name string
		from liveEnd
		to   *xacct.Endpoint
	}{{"source", o.source, &j.transfer.Source}, {"destination", o.destination, &j.transfer.Destination}} {
		if e.from.bucket == "" || e.from.region == "" {
			return j, fmt.Errorf("-%s-bucket and -%s-region must be set", e.name, e.name)
		}
		cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(e.from.profile), config.WithRegion(e.from.region))
		if err != nil {
			return j, fmt.Errorf("-%s-profile: %w", e.name, err)
		}
		if o.endpoint != "" {
			cfg.BaseEndpoint = &o.endpoint
		}
		who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return j, fmt.Errorf("-%s-profile: %w", e.name, err)
		}
		account := aws.ToString(who.Account)
		j.clients[account] = clientsFor(cfg)
		*e.to = xacct.Endpoint{Account: account, Region: e.from.region, Bucket: e.from.bucket, Prefix: e.from.prefix}
	}
	return j, nil
}

// clientsFor are the account's clients. An emulator has no virtual-host addresses for buckets.
func clientsFor(cfg aws.Config) xacct.AccountClients {
	if cfg.BaseEndpoint == nil {
		return xacct.NewAccountClients(cfg)
	}
	return xacct.AccountClients{
		STS: sts.NewFromConfig(cfg),
		IAM: iam.NewFromConfig(cfg),
		S3: func(region string) bucket.API {
			return s3.NewFromConfig(cfg, func(o *s3.Options) { o.Region, o.UsePathStyle = region, true })
		},
		DataSync: func(region string) xacct.DataSyncAPI {
			return datasync.NewFromConfig(cfg, func(o *datasync.Options) { o.Region = region })
		},
	}
}
