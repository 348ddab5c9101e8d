package main

import (
	"context"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// setUp is an in-memory AWS in which three transfers were applied.
func setUp(ctx context.Context) (*xaccttest.Cloud, []xacct.Transfer, error) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases.Creating = 0 })
	var transfers []xacct.Transfer
	for _, name := range []string{"images", "logs", "videos"} {
		cloud.AddBucket("111122223333", "eu-west-1", "media-"+name)
		cloud.AddBucket("444455556666", "us-east-2", "archive-"+name)
		cloud.PutObject("media-"+name, "a.txt", []byte("abc"))
		transfers = append(transfers, xacct.Transfer{
			Name:        name,
			Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-" + name},
			Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "archive-" + name},
			Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
		})
	}
	p, err := xacct.NewPlan(ctx, cloud.Clients(), transfers)
	if err != nil {
		return nil, nil, err
	}
	_, err = p.Apply(ctx, cloud.Clients())
	return cloud, transfers, err
}
