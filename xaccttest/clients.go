package xaccttest

import (
	"sync"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
)

// clients makes the clients of one principal.
func (c *Cloud) clients(who client) xacct.AccountClients {
	of := func(service, region string) client {
		one := who
		one.service, one.region = service, region
		return one
	}
	return xacct.AccountClients{
		STS:      &stsClient{of("STS", "")},
		IAM:      &iamClient{of("IAM", "")},
		S3:       perRegion(func(r string) bucket.API { return &s3Client{of("S3", r)} }),
		DataSync: perRegion(func(r string) xacct.DataSyncAPI { return &syncClient{of("DataSync", r)} }),
		Logs:     perRegion(func(r string) task.LogsAPI { return &logsClient{of("CloudWatch Logs", r)} }),
		KMS:      perRegion(func(r string) kmskey.API { return &kmsClient{of("KMS", r)} }),
	}
}

// perRegion makes one client for each Region and keeps it.
func perRegion[T any](make func(region string) T) func(string) T {
	var made sync.Map
	return func(region string) T {
		if v, ok := made.Load(region); ok {
			return v.(T)
		}
		v, _ := made.LoadOrStore(region, make(region))
		return v.(T)
	}
}
