package histories_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// sharedPolicy is a policy that others write too.
type sharedPolicy struct {
	name      string
	text      func(*xaccttest.Cloud) string
	set       func(*xaccttest.Cloud, string)
	statement func(n int) string // of others; the Sid is put in before it
}

var sharedPolicies = []sharedPolicy{
	ofBucket("media-archive"),
	ofBucket("media-second"),
	{
		name: kittest.FirstKey(accountB, "us-east-2"),
		text: func(c *xaccttest.Cloud) string { return string(c.KeyPolicy(kittest.FirstKey(accountB, "us-east-2"))) },
		set: func(c *xaccttest.Cloud, text string) {
			c.SetKeyPolicy(kittest.FirstKey(accountB, "us-east-2"), []byte(text))
		},
		statement: func(n int) string {
			return fmt.Sprintf(`"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*",`+
				`"Condition":{"StringEquals":{"aws:SourceAccount":"%012d"}}`, n)
		},
	},
	{
		name: task.LogPolicyName,
		text: logPolicy,
		set: func(c *xaccttest.Cloud, text string) {
			document, err := policy.Parse([]byte(text))
			if err != nil {
				panic(err)
			}
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, document)
		},
		statement: func(n int) string {
			return fmt.Sprintf(`"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*",`+
				`"Condition":{"StringEquals":{"aws:SourceAccount":"%012d"}}`, n)
		},
	},
}

func ofBucket(name string) sharedPolicy {
	return sharedPolicy{
		name: name,
		text: func(c *xaccttest.Cloud) string { return string(c.BucketPolicy(name)) },
		set:  func(c *xaccttest.Cloud, text string) { c.SetBucketPolicy(name, []byte(text)) },
		statement: func(n int) string {
			return fmt.Sprintf(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/f/%d/*"`, accountB, name, n)
		},
	}
}

// logPolicy is the text of the log policy of our name; "" is none.
func logPolicy(cloud *xaccttest.Cloud) string {
	_, text, ok := strings.Cut(kittest.Dump(cloud), "log policy "+task.LogPolicyName+": ")
	if !ok {
		return ""
	}
	var document json.RawMessage
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&document); err != nil {
		panic(err)
	}
	return string(document)
}

// parts takes a policy apart: what stands around its statements, those of others, and ours, each in its very bytes.
func parts(text string) (head string, theirs, ours []string) {
	if text == "" {
		return "", nil, nil
	}
	var d struct{ Version, ID, Statement json.RawMessage }
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(err)
	}
	statements := []json.RawMessage{d.Statement}
	if strings.HasPrefix(string(d.Statement), "[") {
		statements = nil
		if err := json.Unmarshal(d.Statement, &statements); err != nil {
			panic(err)
		}
	}
	for _, st := range statements {
		var s struct{ Sid string }
		if err := json.Unmarshal(st, &s); err != nil {
			panic(err)
		}
		if strings.HasPrefix(s.Sid, "Xacct") {
			ours = append(ours, string(st))
		} else {
			theirs = append(theirs, string(st))
		}
	}
	if len(theirs) == 0 {
		return "", nil, ours
	}
	if head = `"Version":` + string(d.Version); d.ID != nil {
		head += `,"Id":` + string(d.ID)
	}
	return head, theirs, ours
}

// together is a policy of these parts; "" is none.
func together(head string, statements ...string) string {
	if len(statements) == 0 {
		return ""
	}
	if head == "" {
		head = `"Version":"2012-10-17"`
	}
	return "{" + head + `,"Statement":[` + strings.Join(statements, ",") + "]}"
}

// owner is whoever owns a policy that we write too. It knows what it wrote.
type owner struct {
	sharedPolicy
	head    string
	theirs  []string
	written int // how often the owner wrote
	lost    int // how often a process wrote between its read and its write what undid that; the owner then wrote again
	refused int // how often the service refused what the owner wrote
}

// learn takes what is there for what the owner wrote.
func (o *owner) learn(cloud *xaccttest.Cloud) { o.head, o.theirs, _ = parts(o.text(cloud)) }

// write puts the statements beside ours. A service that refuses the policy for one of our statements says so by a panic of the fake.
func (o *owner) write(cloud *xaccttest.Cloud, head string, statements []string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			o.refused++
			err = fmt.Errorf("%v", r)
		}
		o.learn(cloud)
	}()
	_, _, ours := parts(o.text(cloud))
	text := together(head, append(slices.Clone(statements), ours...)...)
	if text == "" && o.text(cloud) == "" {
		return nil
	}
	o.set(cloud, text)
	o.written++
	return nil
}

// edit is one write of the owner. The first statement stays where there is one.
func (o *owner) edit(cloud *xaccttest.Cloud, m mishap) error {
	statements := slices.Clone(o.theirs)
	fresh := "{" + o.statement(m.pick) + "}"
	if m.pick%3 > 0 {
		fresh = fmt.Sprintf(`{"Sid":"Foreign%d",`, m.pick) + fresh[1:]
	}
	at := 0
	if len(statements) > 1 {
		at = 1 + m.pick%(len(statements)-1)
	}
	switch {
	case m.kind == removes && at > 0:
		statements = slices.Delete(statements, at, at+1)
	case m.kind == changes && at > 0:
		statements[at] = fresh
	case m.kind == adds && !strings.Contains(strings.Join(statements, " "), o.statement(m.pick)):
		statements = append(statements, fresh)
	}
	return o.write(cloud, o.head, statements)
}

// policyOf is the policy that a call is about, and the text that it sends; no policy is "".
func policyOf(call xaccttest.Call) (name, sent string, write bool) {
	switch in := call.Input.(type) {
	case *s3.GetBucketPolicyInput:
		return *in.Bucket, "", false
	case *s3.PutBucketPolicyInput:
		return *in.Bucket, *in.Policy, true
	case *s3.DeleteBucketPolicyInput:
		return *in.Bucket, "", true
	case *kms.GetKeyPolicyInput:
		return *in.KeyId, "", false
	case *kms.PutKeyPolicyInput:
		return *in.KeyId, *in.Policy, true
	case *cloudwatchlogs.DescribeResourcePoliciesInput:
		if in.NextToken != nil { // the first page counts
			return "", "", false
		}
		return task.LogPolicyName, "", false
	case *cloudwatchlogs.PutResourcePolicyInput:
		return *in.PolicyName, *in.PolicyDocument, true
	case *cloudwatchlogs.DeleteResourcePolicyInput:
		return *in.PolicyName, "", true
	}
	return "", "", false
}
