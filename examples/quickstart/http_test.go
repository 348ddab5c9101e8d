package main

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// connectHTTP is connect with real SDK clients, which reach the in-memory AWS over HTTP. The access key id is the profile's name.
func (w *liveWorld) connectHTTP(h *awshttp.Handler) connect {
	return func(_ context.Context, _ string, e liveEnd) (xacct.AccountClients, error) {
		return xacct.NewAccountClients(aws.Config{
			Region: e.region, BaseEndpoint: aws.String("http://localhost"), HTTPClient: &http.Client{Transport: h},
			Credentials: credentials.NewStaticCredentialsProvider(e.profile, "any", ""),
		}), nil
	}
}

// The live path with the clients that it has on AWS.
func TestLiveOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLiveWorld(t)
		h := awshttp.New(w.cloud)
		for profile, arn := range w.callers {
			h.Key(profile, arn)
		}
		w.connect = w.connectHTTP(h)
		printed, err := w.command(t.Context(), "y\n")
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		contains(t, printed, "complete: 20 objects", "nothing of ours")
		if d := firstDifference(w.before, w.dump()); d != "" {
			t.Errorf("the accounts are not as before: %s", d)
		}
	})
}
