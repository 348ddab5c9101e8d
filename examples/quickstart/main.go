// Command quickstart plans, applies, runs, judges and removes a transfer between S3 buckets of two AWS accounts.
//
// Without flags it does so on an in-memory AWS: no account, no credentials and no network are needed.
//
//	go run ./examples/quickstart
//
// With -live it does the same on AWS, with a profile for each account and two existing buckets:
//
//	go run ./examples/quickstart -live -source-profile a -source-bucket media-raw -source-region eu-west-1 \
//		-destination-profile b -destination-bucket media-archive -destination-region us-east-2
//
// It shows the plan and asks before it writes; -yes answers for scripts. The caller in the source's account makes the locations; -operator names
// another role or user. When it fails or is interrupted, it says what stands, and which command takes it away: the same with -destroy.
//
// With -endpoint it does so, without asking, on an emulator that answers all services at one URL.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/xacct/xacct"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := start(ctx, os.Args[1:], os.Stdin, output{os.Stdout, terminal(os.Stdout)}, connectAWS); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "  hint:", hint)
		}
		stop()
		os.Exit(1)
	}
}

// start chooses the AWS to work on and makes the journey.
func start(ctx context.Context, args []string, in io.Reader, out output, connect connect) error {
	var o liveOptions
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	live := flags.Bool("live", false, "work on AWS, with the two profiles and buckets")
	flags.StringVar(&o.endpoint, "endpoint", "", "work on the emulator at this `URL`")
	flags.StringVar(&o.source.profile, "source-profile", "", "AWS `profile` of the source's account")
	flags.StringVar(&o.source.bucket, "source-bucket", "", "`bucket` to copy from")
	flags.StringVar(&o.source.region, "source-region", "", "`Region` of the source bucket")
	flags.StringVar(&o.source.prefix, "source-prefix", "", "key `prefix` to copy from; empty is the whole bucket")
	flags.StringVar(&o.destination.profile, "destination-profile", "", "AWS `profile` of the destination's account")
	flags.StringVar(&o.destination.bucket, "destination-bucket", "", "`bucket` to copy to")
	flags.StringVar(&o.destination.region, "destination-region", "", "`Region` of the destination bucket")
	flags.StringVar(&o.destination.prefix, "destination-prefix", "", "key `prefix` to copy to; empty is the whole bucket")
	flags.BoolVar(&o.keep, "keep", false, "with -live or -endpoint: do not destroy at the end")
	flags.StringVar(&o.operator, "operator", "", "`ARN` of the role or user that makes the locations; empty is the caller in the source's account")
	yes := flags.Bool("yes", false, "with -live: do not ask before writing")
	flags.BoolVar(&o.destroy, "destroy", false, "with -live or -endpoint: only take away what an earlier run left")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: every setting is a flag, see -help", flags.Arg(0))
	}
	if !*live && o.endpoint == "" {
		if o.destroy {
			return errors.New("-destroy needs -live or -endpoint: nothing in memory outlives a run")
		}
		var set []string
		flags.Visit(func(f *flag.Flag) {
			if f.Name != "live" && f.Name != "endpoint" {
				set = append(set, "-"+f.Name)
			}
		})
		if len(set) > 0 {
			return fmt.Errorf("%s needs -live or -endpoint: without them the quickstart works in memory", strings.Join(set, ", "))
		}
		return inMemory(newWorld(), out).run(ctx)
	}
	j, err := onAWS(ctx, o, connect, out)
	if err != nil {
		return err
	}
	j.takeAway = destroyCommand(flags)
	if o.endpoint == "" && !*yes {
		j.ask = asker(in, out)
	}
	if o.destroy {
		return j.destroyOnly(ctx)
	}
	return j.run(ctx)
}
