// Command emulator is an in-memory AWS that refuses what AWS refuses, for the AWS CLI, boto3, Terraform and any other client of AWS: IAM, STS, S3,
// KMS, CloudWatch Logs and DataSync, with any number of accounts. Nothing outlives it.
//
//	go run ./examples/emulator -seed
//
// It prints what to export. An access key id of twelve digits is that account's administrator; -keys makes callers whose own policies are enforced.
// It checks no signature, and answers only this machine. Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/xacct/xacct/xaccttest/awshttp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "emulator:", err)
		stop()
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:5601", "loopback `address` to listen on; with port 0 the system chooses a free one")
	flags.StringVar(&s.buckets, "buckets", "", "`list` of buckets: account/region/name,…")
	flags.StringVar(&s.keys, "keys", "", "`list` of access key ids: id=ARN of a role or user,… which is made without policies if it does not exist")
	flags.IntVar(&s.page, "page", 1000, "greatest number of `entries` in a page of a list")
	flags.BoolVar(&s.seed, "seed", false, "make the accounts and buckets of the quickstart")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: every setting is a flag, see -help", flags.Arg(0))
	}
	if err := loopback(*addr); err != nil {
		return err
	}
	cloud, err := s.cloud()
	if err != nil {
		return err
	}
	handler := awshttp.New(cloud)
	keys, err := s.register(cloud, handler)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return fmt.Errorf("-addr: %w; with port 0 the system chooses a free one", err)
	}
	welcome(out, "http://"+listener.Addr().String(), s, keys)
	return serve(ctx, listener, handler)
}

// loopback is an error for an address that others could reach.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("-addr %s is no loopback address: use 127.0.0.1, [::1] or localhost, because no signature is checked", addr)
	}
	return nil
}

// serve answers until the context ends. Requests under way are then cut off: nothing outlives the program.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	context.AfterFunc(ctx, func() { server.Close() }) //nolint:errcheck // it ends in any case
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// welcome says how to reach the emulator.
func welcome(out io.Writer, url string, s settings, keys []string) {
	fmt.Fprintf(out, "an in-memory AWS at %s, for this machine only; Ctrl-C ends it\n\n", url)
	fmt.Fprintf(out, "export AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=%s\n\n", url, accountA, regionA)
	fmt.Fprintln(out, "An access key id of twelve digits is the administrator of that account.")
	for _, k := range keys {
		fmt.Fprintln(out, "The access key id "+strings.Replace(k, "=", " is ", 1)+".")
	}
	for _, b := range s.made {
		fmt.Fprintln(out, "bucket "+b)
	}
}
