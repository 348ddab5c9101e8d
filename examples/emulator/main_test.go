package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// start runs the emulator with these flags until the test ends, and returns what it prints first.
func start(t *testing.T, args ...string) (url, printed string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), w)
		w.Close() //nolint:errcheck // a pipe
	}()
	t.Cleanup(func() {
		interrupt()
		if err := <-ended; err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
	})
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		printed += lines.Text() + "\n"
		if rest, ok := strings.CutPrefix(lines.Text(), "export AWS_ENDPOINT_URL="); ok {
			url = rest
		}
		if strings.HasPrefix(lines.Text(), "bucket ") {
			break
		}
	}
	go io.Copy(io.Discard, r) //nolint:errcheck // the rest
	return url, printed
}

func config(url, key string) aws.Config {
	return aws.Config{Region: "eu-west-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(key, "any", "")}
}

// The seed has the quickstart's buckets, and a key is a caller whose own policies are enforced.
func TestEmulator(t *testing.T) {
	url, printed := start(t, "-seed", "-buckets", "777788889999/eu-west-1/third", "-keys", "AKIAMOVER=arn:aws:iam::111122223333:role/team/Mover", "-page", "7")
	for _, want := range []string{"export AWS_ACCESS_KEY_ID=111122223333 ", "AKIAMOVER is arn:aws:iam::111122223333:role/team/Mover."} {
		if !strings.Contains(printed, want) {
			t.Errorf("it does not print %q:\n%s", want, printed)
		}
	}
	api := s3.NewFromConfig(config(url, "111122223333"), func(o *s3.Options) { o.UsePathStyle = true })
	out, err := api.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: new("media-raw"), Prefix: new("2026/")})
	if err != nil || len(out.Contents) != 7 || !aws.ToBool(out.IsTruncated) {
		t.Errorf("%v, %v", out, err)
	}
	mover := config(url, "AKIAMOVER")
	who, err := sts.NewFromConfig(mover).GetCallerIdentity(t.Context(), nil)
	if err != nil || !strings.Contains(aws.ToString(who.Arn), ":assumed-role/Mover/") {
		t.Errorf("%v, %v", who, err)
	}
	_, err = iam.NewFromConfig(mover).GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("Mover")})
	if api := smithy.APIError(nil); !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" {
		t.Errorf("a key without policies: %v", err)
	}
	if _, err := sts.NewFromConfig(config(url, "777788889999")).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// An address in use is an error that names the flag and the way out.
func TestAddressInUse(t *testing.T) {
	url, _ := start(t, "-seed")
	err := run(t.Context(), []string{"-addr", strings.TrimPrefix(url, "http://")}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-addr: listen tcp") || !strings.Contains(err.Error(), "port 0") {
		t.Errorf("%v", err)
	}
}

// A bad flag is an error that names it.
func TestBadFlags(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"all addresses", []string{"-addr", ":5601"}, "-addr"},
		{"a public address", []string{"-addr", "192.0.2.1:5601"}, "no loopback address"},
		{"no port", []string{"-addr", "127.0.0.1"}, "-addr"},
		{"half a bucket", []string{"-buckets", "111122223333/media-raw"}, "account/region/name"},
		{"no account", []string{"-buckets", "1/eu-west-1/media-raw"}, "12-digit account id"},
		{"a bucket twice", []string{"-seed", "-buckets", "111122223333/eu-west-1/media-raw"}, "-buckets"},
		{"half a key", []string{"-keys", "AKIA"}, "-keys"},
		{"a key of a group", []string{"-keys", "AKIA=arn:aws:iam::111122223333:group/a"}, "-keys"},
		{"a key twice", []string{"-keys", "AKIA=arn:aws:iam::111122223333:role/a,AKIA=arn:aws:iam::111122223333:role/b"}, "AKIA is given twice"},
		{"no page", []string{"-page", "0"}, "-page 0"},
		{"an argument", []string{"seed"}, `"seed"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := run(t.Context(), tt.args, io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}
