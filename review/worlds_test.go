package review_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// evil are texts that others could write, each of which would be more than text if it were not escaped: Markdown, HTML, Mermaid, control characters,
// what some parsers take for an address.
var evil = []string{
	"](https://evil.example/) [click](javascript:alert(1)) ![x](https://evil.example/x.png)",
	"<script>alert(1)</script><img src=x onerror=alert(1)></code></q></title></style><!-- ]]>",
	"`` ` ``` ````` `a` ~~~",
	"\n```\n# Approved\n| a | b |\n|---|---|\n\n- [x] done @everyone #1 :tada: https://evil.example",
	"\"]; click n1 \"https://evil.example\" \n%%{init: {\"securityLevel\":\"loose\"}}%%\nend\nsubgraph x #quot; #35;",
	"\x1b[2J\r\u202e\u2066\u0085\u2028\u200b\x00\ufeff\u00a0\xff",
	"&lt;b&gt; &amp;#x3c; $`x`$ $$x$$ **bold** _it_ <https://evil.example> &copy;",
	" ` leading and trailing ` ",
	"@00.0",
	"   ",
	"",
}

// hostile is a plan in which others have written all of that: in the policy of the bucket, in a role's policies, and in the words of an edited file.
func hostile(t *testing.T) *xacct.Plan {
	t.Helper()
	cloud := kittest.World(t)
	var statements policy.Statements
	for i, s := range evil {
		statements = append(statements, policy.Deny("s3:PutObject").WithSid(fmt.Sprint(i, s)).By(policy.Everyone()).On("arn:aws:s3:::media-archive/incoming/*").
			When(policy.StringEquals("aws:PrincipalTag/"+fmt.Sprint(i), s)))
	}
	cloud.SetBucketPolicy("media-archive", policy.New(statements).Bytes())
	tr := kittest.Push(cloud)
	tr.Destination.Role = iamrole.Spec{Policies: map[string]policy.Document{"xacct-media-archive-destination": policy.New(policy.Allow("s3:*").On("*").
		When(policy.StringLike("aws:PrincipalTag/x", evil[0], evil[1], evil[2], evil[4], evil[6])))}}
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	return edited(p, evil...)
}

// edited is the plan with words of others wherever a plan has words that do not follow from its transfers.
func edited(p *xacct.Plan, words ...string) *xacct.Plan {
	for i, s := range words {
		p.Findings = append(p.Findings,
			xacct.Finding{Severity: xacct.Warning, Code: xacct.CodeDenied, Transfer: "media-archive", Side: xacct.DestinationSide, Subject: s, Statement: s, Detail: s, Remedy: s,
				Actions: []string{s}, Proposal: []string{s}, DependsOn: []string{s}},
			xacct.Finding{Severity: xacct.Info, Code: "x" + s, Statement: s, Detail: s, Remedy: s},
			xacct.Finding{Severity: xacct.Info, Code: xacct.CodeNotGiven, DependsOn: []string{s + " of " + s}})
		if c := &p.Changes[i%len(p.Changes)]; c.Op != xacct.NoOp {
			c.Hold, c.Reason = xacct.Blocked, s
		}
	}
	return p
}

// fleet is a plan of n transfers that share two roles.
func fleet(t *testing.T, n int) *xacct.Plan {
	t.Helper()
	cloud := xaccttest.NewCloud()
	var transfers []xacct.Transfer
	for i := range n {
		tr := kittest.Push(cloud)
		tr.Name = fmt.Sprintf("t%03d", i)
		tr.Source.Bucket, tr.Destination.Bucket = fmt.Sprintf("fleet-source-%03d", i), fmt.Sprintf("fleet-destination-%03d", i)
		tr.Source.Role.Name, tr.Destination.Role.Name = "fleet-reader", "fleet-writer"
		cloud.AddBucket(kittest.AccountA, tr.Source.Region, tr.Source.Bucket)
		cloud.AddBucket(kittest.AccountB, tr.Destination.Region, tr.Destination.Bucket)
		transfers = append(transfers, tr)
	}
	return kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
}

// companies is a plan of transfers between three companies, one of which pulls, with names as long as AWS allows.
func companies(t *testing.T) *xacct.Plan {
	t.Helper()
	const accountC = "777788889999"
	cloud := xaccttest.NewCloud()
	long := "a-bucket-whose-name-is-as-long-as-amazon-allows-it-to-be-at-all"
	cloud.AddBucket(kittest.AccountA, "eu-west-1", "alpha-footage")
	cloud.AddBucket(kittest.AccountB, "us-east-2", long)
	cloud.AddBucket(accountC, "eu-west-1", "charlie-rushes")
	keys := []string{cloud.AddKey(kittest.AccountB, "us-east-2"), cloud.AddKey(accountC, "eu-west-1")}
	for range 4 {
		keys = append(keys, cloud.AddKey(accountC, "eu-west-1"))
	}
	between := func(name, task, from, fromBucket, to, toBucket string) xacct.Transfer {
		return xacct.Transfer{Name: name, TaskAccount: task, Operators: []string{cloud.OperatorARN(task)},
			Source:      xacct.Endpoint{Account: from, Region: "eu-west-1", Bucket: fromBucket},
			Destination: xacct.Endpoint{Account: to, Region: "us-east-2", Bucket: toBucket, Prefix: name}}
	}
	push := between("a-transfer-whose-name-is-as-long-as-xacct-allows-for", kittest.AccountA, kittest.AccountA, "alpha-footage", kittest.AccountB, long)
	push.Destination.KMSKeys = keys[:1]
	pull := between("pull", kittest.AccountB, accountC, "charlie-rushes", kittest.AccountB, long)
	pull.Source.KMSKeys = keys[1:]
	return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{push, pull})
}

// base are plans of a set-up and a tear-down, for fuzzing.
func base(t testing.TB) (up, down *xacct.Plan) {
	t.Helper()
	ctx := context.Background()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(kittest.AccountA, "eu-west-1", "media-raw")
	cloud.AddBucket(kittest.AccountB, "us-east-2", "media-archive")
	transfers := []xacct.Transfer{kittest.Push(cloud)}
	up, err := xacct.NewPlan(ctx, cloud.Clients(), transfers)
	if err != nil {
		t.Fatal(err)
	}
	if down, err = xacct.NewDestroyPlan(ctx, only(cloud, kittest.AccountB), transfers); err != nil { // nobody can tell whether the roles are there
		t.Fatal(err)
	}
	return up, down
}

// told is a copy of the plan in which a text of others stands wherever there are words that do not follow from the transfers.
func told(t testing.TB, p *xacct.Plan, s string) *xacct.Plan {
	t.Helper()
	q := *p
	q.Changes, q.Findings = slices.Clone(p.Changes), slices.Clone(p.Findings)
	if q.Mode == xacct.TearDown {
		was, err := json.Marshal(map[string]any{"Policies": map[string]policy.Document{
			s: policy.New(policy.Allow(s).On(s).WithSid(s).When(policy.StringEquals(s, s)))}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range q.Changes {
			if q.Changes[i].Kind == xacct.IAMRole {
				q.Changes[i].Before = string(was)
			}
		}
	}
	return edited(&q, s, s)
}
