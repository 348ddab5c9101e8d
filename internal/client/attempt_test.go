package client

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

func TestNotebook(t *testing.T) {
	refusal := func(code string) error { return &smithy.GenericAPIError{Code: code} }
	type call struct {
		account, region string
		err             error
	}
	for _, tt := range []struct {
		name  string
		calls []call
		want  []string // the account and the flaw of each error
	}{
		{"nothing", nil, nil},
		{"what is no flaw", []call{{"1", "r", nil}, {"1", "r", refusal("AccessDenied")}, {"1", "r", refusal("Throttling")}}, nil},
		{"one", []call{{"1", "r", refusal("ExpiredToken")}}, []string{"1 expired"}},
		{"one, often", []call{{"1", "r", refusal("ExpiredToken")}, {"1", "", refusal("ExpiredToken")}, {"1", "s", refusal("RequestExpired")}}, []string{"1 expired"}},
		{"two accounts", []call{{"2", "r", refusal("ExpiredToken")}, {"1", "r", &aws.MissingRegionError{}}}, []string{"1 no-region", "2 expired"}},
		{"two flaws", []call{{"1", "r", refusal("ExpiredToken")}, {"1", "r", &aws.MissingRegionError{}}}, []string{"1 expired", "1 no-region"}},
		{"refused, perhaps in one Region only", []call{{"1", "r", refusal("InvalidToken")}}, nil},
		{"of an account that does not matter", []call{{"3", "r", refusal("ExpiredToken")}}, nil},
		{"refused and expired", []call{{"1", "r", refusal("InvalidToken")}, {"1", "s", refusal("ExpiredToken")}}, []string{"1 expired"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, book := WithNotebook(t.Context())
			for _, c := range tt.calls {
				_, err := bounded(ctx, newSlots(1, c.account, c.region),
					func(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
						return nil, c.err
					}, nil, nil)
				if !errors.Is(err, c.err) {
					t.Errorf("%v became %v", c.err, err)
				}
			}
			var got []string
			if joined, ok := book.Err([]string{"1", "2"}).(interface{ Unwrap() []error }); ok {
				for _, err := range joined.Unwrap() {
					var config *plan.ConfigError
					if !errors.As(err, &config) || config.Flaw == task.RefusedCredentials {
						t.Fatalf("%v", err)
					}
					got = append(got, config.Account+" "+string(config.Flaw))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNameOf(t *testing.T) {
	if service, operation := nameOf((*s3.GetBucketPolicyInput)(nil)); service != "s3" || operation != "GetBucketPolicy" {
		t.Errorf("%s %s", service, operation)
	}
}
