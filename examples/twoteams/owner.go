package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// byScript runs the scripts by bash and the AWS CLI, which reach the in-memory AWS over HTTP. Where one of them is not there, the owner applies the part of
// the plan instead.
func byScript(cloud *xaccttest.Cloud) owner {
	for _, program := range []string{"bash", "aws", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			fmt.Printf("There is no %s here, so that the owner applies plan.json by xacct in place of running the scripts.\n", program)
			return byApply(cloud)
		}
	}
	server := httptest.NewServer(awshttp.New(cloud))
	return func(ctx context.Context, out io.Writer, dir, script string, _ *xacct.Plan) ([]byte, error) {
		cmd := exec.CommandContext(ctx, "bash", filepath.Join(dir, script))
		others := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
		cmd.Env = append(others, "AWS_ENDPOINT_URL="+server.URL, "AWS_ACCESS_KEY_ID="+ownerTeam, "AWS_SECRET_ACCESS_KEY=any", "AWS_DEFAULT_REGION=us-east-2",
			"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
		var says bytes.Buffer
		cmd.Stderr = &says
		report, err := cmd.Output()
		fmt.Fprint(out, indent(strings.TrimSpace(says.String()))+"\n")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", script, err)
		}
		return report, os.WriteFile(filepath.Join(dir, "report.json"), report, 0o600)
	}
}

// byApply is an owner who has xacct after all.
func byApply(cloud *xaccttest.Cloud) owner {
	return func(ctx context.Context, out io.Writer, dir, _ string, p *xacct.Plan) ([]byte, error) {
		r, err := p.For(ownerTeam).Apply(ctx, clientsOf(cloud, ownerTeam))
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(out, indent(r.String()))
		report, err := json.Marshal(r.Report())
		if err != nil {
			return nil, err
		}
		return report, os.WriteFile(filepath.Join(dir, "report.json"), report, 0o600)
	}
}
