package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/task"
)

// liveOptions are the flags for AWS and for an emulator.
type liveOptions struct {
	endpoint            string // of an emulator; "" is AWS
	source, destination liveEnd
	operator            string // "" is the caller in the source's account
	keep, destroy       bool
}

type liveEnd struct{ profile, bucket, region, prefix string }

// connect makes the clients of the account that the end's profile has credentials for.
type connect func(ctx context.Context, endpoint string, e liveEnd) (xacct.AccountClients, error)

// connectAWS is connect for AWS and for emulators. An emulator has no virtual-host addresses for buckets.
func connectAWS(ctx context.Context, endpoint string, e liveEnd) (xacct.AccountClients, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(e.profile), config.WithRegion(e.region))
	if err != nil {
		return xacct.AccountClients{}, err
	}
	if endpoint == "" {
		return xacct.NewAccountClients(cfg), nil
	}
	cfg.BaseEndpoint = &endpoint
	clients := xacct.NewAccountClients(cfg)
	clients.S3 = func(region string) bucket.API {
		return s3.NewFromConfig(cfg, func(o *s3.Options) { o.Region, o.UsePathStyle = region, true })
	}
	return clients, nil
}

// onAWS is the journey with the clients that connect makes. It asks who the caller is in each account, and writes nothing.
func onAWS(ctx context.Context, o liveOptions, connect connect, out output) (journey, error) {
	j := journey{clients: xacct.Clients{}, out: out, keep: o.keep}
	j.watch = func(o *task.WatchOptions) { o.CancelOnDone = true }
	j.transfer.Name = "quickstart"
	callers := map[string]string{}
	for _, e := range []struct {
		name string
		from liveEnd
		to   *xacct.Endpoint
	}{{"source", o.source, &j.transfer.Source}, {"destination", o.destination, &j.transfer.Destination}} {
		if e.from.bucket == "" || e.from.region == "" {
			return j, fmt.Errorf("-%s-bucket and -%s-region must be set", e.name, e.name)
		}
		clients, err := connect(ctx, o.endpoint, e.from)
		if err != nil {
			return j, fmt.Errorf("-%s-profile: %w", e.name, err)
		}
		who, err := clients.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return j, fmt.Errorf("-%s-profile: %w", e.name, task.NewConfigError("", e.from.region, err))
		}
		account := aws.ToString(who.Account)
		j.clients[account], callers[account] = clients, aws.ToString(who.Arn)
		*e.to = xacct.Endpoint{Account: account, Region: e.from.region, Bucket: e.from.bucket, Prefix: e.from.prefix}
		fmt.Fprintf(out, "%-12s s3://%s/%s in %s, account %s\n", e.name, e.from.bucket, e.from.prefix, e.from.region, account)
	}
	source, destination := j.transfer.Source.Account, j.transfer.Destination.Account
	if source == destination || o.destroy {
		return j, nil // no other account has to allow the operator anything
	}
	operator := o.operator
	if operator == "" {
		var err error
		if operator, err = principal(ctx, j.clients[source].IAM, callers[source]); err != nil {
			return j, err
		}
	}
	j.transfer.Operators = []string{operator}
	fmt.Fprintf(out, "%-12s %s, which account %s is to allow to list its bucket\n", "operator", operator, destination)
	return j, nil
}

// principal is the role or user behind a caller's ARN. STS names the session of a role without the role's path, which IAM knows.
func principal(ctx context.Context, api iamrole.API, caller string) (string, error) {
	_, session, assumed := strings.Cut(caller, ":assumed-role/")
	switch {
	case strings.Contains(caller, ":user/"):
		return caller, nil
	case !assumed:
		return "", fmt.Errorf("the caller in the source's account is %s: use a profile of a role or user, or name one with -operator", caller)
	}
	name, _, _ := strings.Cut(session, "/")
	out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err == nil && out.Role == nil {
		err = errors.New("the answer holds no role")
	}
	if err != nil {
		return "", fmt.Errorf("looking up the path of the caller's role %s: %w; allow iam:GetRole on it, or give its ARN with -operator", name, err)
	}
	return aws.ToString(out.Role.Arn), nil
}
