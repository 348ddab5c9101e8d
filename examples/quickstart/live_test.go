package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// liveWorld is two accounts whose callers have the policies of operators and no more, and whose owner of the destination allows nobody else anything.
type liveWorld struct {
	cloud    *xaccttest.Cloud
	callers  map[string]string // by profile: the ARN of the role or user
	before   string
	transfer xacct.Transfer
	connect  connect
}

func newLiveWorld(t *testing.T) *liveWorld {
	t.Helper()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive")
	for i := range 20 {
		cloud.PutObject("media-raw", fmt.Sprintf("2026/%02d.mov", i), []byte("moving picture"))
	}
	w := &liveWorld{cloud: cloud, callers: map[string]string{}}
	w.connect = w.connectInside
	w.transfer = xacct.Transfer{
		Name:        "quickstart",
		Source:      xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive"},
	}
	w.callers["a"] = cloud.AddRole(accountA, "team/Mover", w.policies(t, accountA, "team/Mover")...)
	w.callers["b"] = cloud.AddRole(accountB, "Owner", w.policies(t, accountB, "team/Mover")...)
	w.before = w.dump()
	return w
}

// policies are what the account's caller needs, where the role is the operator.
func (w *liveWorld) policies(t *testing.T, account, role string) []policy.Document {
	t.Helper()
	w.transfer.Operators = []string{"arn:aws:iam::" + accountA + ":role/" + role}
	documents, err := xacct.OperatorPolicies(account, []xacct.Transfer{w.transfer})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

func (w *liveWorld) dump() string {
	return w.cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
}

// connectInside is connect with the cloud's own clients.
func (w *liveWorld) connectInside(_ context.Context, _ string, e liveEnd) (xacct.AccountClients, error) {
	arn, ok := w.callers[e.profile]
	if !ok {
		return xacct.AccountClients{}, fmt.Errorf("there is no profile %q", e.profile)
	}
	return w.cloud.ClientsAs(arn), nil
}

// command runs the quickstart as with these words after the README's flags, and with this answer.
func (w *liveWorld) command(ctx context.Context, answer string, words ...string) (string, error) {
	args := append([]string{
		"-live", "-source-profile", "a", "-source-bucket", "media-raw", "-source-region", "eu-west-1", "-source-prefix", "2026/",
		"-destination-profile", "b", "-destination-bucket", "media-archive", "-destination-region", "us-east-2",
	}, words...)
	return w.start(ctx, strings.NewReader(answer), args)
}

func (w *liveWorld) start(ctx context.Context, in io.Reader, args []string) (string, error) {
	var out bytes.Buffer
	err := start(ctx, args, in, output{&out, false}, w.connect)
	return out.String(), err
}

// writes are the calls that changed something.
func (w *liveWorld) writes() []string {
	var out []string
	for _, call := range w.cloud.Calls() {
		read := false
		for _, prefix := range []string{"Get", "Head", "List", "Describe"} {
			read = read || strings.HasPrefix(call.Operation, prefix)
		}
		if call.Applied && !read {
			out = append(out, call.Operation)
		}
	}
	return out
}

// takeAway runs the command that the output names, and fails the test if anything of ours is left.
func (w *liveWorld) takeAway(t *testing.T, printed string) {
	t.Helper()
	const begin = "  go run ./examples/quickstart "
	_, command, ok := strings.Cut(printed, begin)
	if !ok {
		t.Fatalf("the output names no command:\n%s", printed)
	}
	command, _, _ = strings.Cut(command, "\n")
	again, err := w.start(context.WithoutCancel(t.Context()), strings.NewReader("y\n"), strings.Fields(command))
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, again)
	}
	if d := firstDifference(w.before, w.dump()); d != "" {
		t.Errorf("the accounts are not as before: %s\n%s", d, again)
	}
}

func contains(t *testing.T, printed string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(printed, want) {
			t.Errorf("the output lacks %q:\n%s", want, printed)
		}
	}
}

// The live path sets a cross-account transfer up although the owner allows the caller nothing before, and takes it away again.
func TestLive(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		words        []string
		asks         bool
	}{
		{"asked and agreed", "y\n", nil, true},
		{"agreed in full", "Yes\n", nil, true},
		{"not asked", "", []string{"-yes"}, false},
		{"an emulator", "", []string{"-endpoint", "http://localhost:5000"}, false},
		{"another operator", "y\n", []string{"-operator", "arn:aws:iam::" + accountA + ":role/team/Mover"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newLiveWorld(t)
				printed, err := w.command(t.Context(), tt.answer, tt.words...)
				if err != nil {
					t.Fatalf("%v\n%s", err, printed)
				}
				contains(t, printed, "operator     arn:aws:iam::"+accountA+":role/team/Mover, which account "+accountB,
					"complete: 20 objects", "nothing of ours")
				if asks := strings.Contains(printed, "[y/N]"); asks != tt.asks {
					t.Errorf("it asks: %v, want %v", asks, tt.asks)
				}
				if d := firstDifference(w.before, w.dump()); d != "" {
					t.Errorf("the accounts are not as before: %s", d)
				}
				if n := len(w.cloud.Objects("media-archive")); n != 20 {
					t.Errorf("%d objects arrived, want 20", n)
				}
			})
		})
	}
}

// Nothing is written before somebody has agreed.
func TestLiveDeclined(t *testing.T) {
	for name, answer := range map[string]string{
		"no": "n\n", "nothing": "\n", "no input": "", "something else": "yes please\n", "half a word": "ye",
	} {
		for _, words := range [][]string{nil, {"-keep"}} {
			t.Run(name+strings.Join(words, ""), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newLiveWorld(t)
					printed, err := w.command(t.Context(), answer, words...)
					if err == nil || !strings.Contains(err.Error(), "nothing was changed") {
						t.Errorf("%v", err)
					}
					contains(t, printed, "6 to create", "[y/N]")
					if got := w.writes(); len(got) > 0 {
						t.Errorf("it wrote: %v", got)
					}
					if strings.Contains(printed, "What stands") {
						t.Errorf("nothing was begun:\n%s", printed)
					}
				})
			})
		}
	}
}

// onRead is a reader that calls a function before each read: of a question, once it was put.
type onRead struct {
	io.Reader
	then func()
}

func (r onRead) Read(b []byte) (int, error) {
	r.then()
	return r.Reader.Read(b)
}

// An interruption ends the question, too.
func TestLiveInterruptedWhileAsking(t *testing.T) {
	w := newLiveWorld(t)
	ctx, interrupt := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	never, answers := io.Pipe()
	defer answers.Close()
	printed, err := w.start(ctx, onRead{never, func() { interrupt(cause) }}, []string{
		"-live", "-source-profile", "a", "-source-bucket", "media-raw", "-source-region", "eu-west-1",
		"-destination-profile", "b", "-destination-bucket", "media-archive", "-destination-region", "us-east-2",
	})
	if !errors.Is(err, cause) || len(w.writes()) > 0 {
		t.Errorf("%v, %v\n%s", err, w.writes(), printed)
	}
}

// Whoever keeps the transfer is told how to take it away, and can.
func TestLiveKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLiveWorld(t)
		printed, err := w.command(t.Context(), "y\n", "-keep")
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		contains(t, printed, "Make these changes and copy the objects?", "What stands", "iam-role quickstart-source", "datasync-task", "bucket-policy media-archive")
		printed, err = w.command(t.Context(), "n\n", "-destroy")
		if err == nil || !strings.Contains(err.Error(), "nothing was changed") {
			t.Errorf("declined: %v\n%s", err, printed)
		}
		printed, err = w.command(t.Context(), "", "-yes", "-keep")
		if err != nil {
			t.Fatalf("a second run: %v\n%s", err, printed)
		}
		w.takeAway(t, printed)
		if printed, err = w.command(t.Context(), "", "-yes", "-destroy"); err != nil {
			t.Errorf("with nothing to take away: %v\n%s", err, printed)
		}
	})
}

// Where AWS refuses, the journey says so. What the plan knows is refused before anything is written. Otherwise the journey says what stands, and the
// command that it names takes that away.
func TestLiveRefused(t *testing.T) {
	for _, tt := range []struct {
		name, profile string
		deny          string // the action that is denied to that profile's account or role
		byRole        bool   // by a policy of the role, which a plan reads; else by an SCP, of which a plan is not told
		want          string // in the error
		stands        bool
	}{
		{"the role's path", "a", "iam:GetRole", true, "give its ARN with -operator", false},
		{"reading the bucket policy", "b", "s3:GetBucketPolicy", true, "could not be read", false},
		{"making roles, as planned", "a", "iam:CreateRole", true, "the operator may not make roles", false},
		{"making locations, as planned", "a", "datasync:CreateLocationS3", true, "datasync:CreateLocationS3", false},
		{"making the task, as planned", "a", "datasync:CreateTask", true, "datasync:CreateTask", false},
		{"making roles", "a", "iam:CreateRole", false, "iam:CreateRole", true},
		{"writing the roles' policies", "a", "iam:PutRolePolicy", false, "iam:PutRolePolicy", true},
		{"writing the bucket policy", "b", "s3:PutBucketPolicy", true, "s3:PutBucketPolicy", true},
		{"writing the bucket policy, by an SCP", "b", "s3:PutBucketPolicy", false, "s3:PutBucketPolicy", true},
		{"listing the bucket", "a", "s3:ListBucket", false, "datasync:CreateLocationS3", true},
		{"making locations", "a", "datasync:CreateLocationS3", false, "datasync:CreateLocationS3", true},
		{"making the task", "a", "datasync:CreateTask", false, "datasync:CreateTask", true},
		{"running the task", "a", "datasync:StartTaskExecution", true, "StartTaskExecution", true},
		{"running the task, by an SCP", "a", "datasync:StartTaskExecution", false, "StartTaskExecution", true},
		{"deleting roles", "a", "iam:DeleteRole", true, "iam:DeleteRole", true},
		{"restoring the bucket policy", "b", "s3:DeleteBucketPolicy", false, "s3:DeleteBucketPolicy", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newLiveWorld(t)
				allowed, account := w.callers[tt.profile], map[string]string{"a": accountA, "b": accountB}[tt.profile]
				deny := policy.New(policy.Deny(tt.deny).On("*"))
				if tt.byRole {
					role := map[string]string{"a": "team/Limited", "b": "team/Mover"}[tt.profile]
					w.callers[tt.profile] = w.cloud.AddRole(account, "team/Limited", append(w.policies(t, account, role), deny)...)
					w.before = w.dump()
				} else {
					w.cloud.SetOrganization(account, xaccttest.Organization{SCPs: [][]policy.Document{{xaccttest.FullAWSAccess(), deny}}})
				}

				printed, err := w.command(t.Context(), "", "-yes")
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %q\n%s", err, tt.want, printed)
				}
				if stands := strings.Contains(printed, "== What stands"); stands != tt.stands {
					t.Fatalf("says what stands: %v, want %v\n%s", stands, tt.stands, printed)
				}
				w.callers[tt.profile] = allowed // somebody who may
				w.cloud.SetOrganization(account, xaccttest.Organization{})
				switch {
				case firstDifference(w.before, w.dump()) != "":
					w.takeAway(t, printed)
				case tt.stands:
					contains(t, printed, "nothing of ours")
				case len(w.writes()) > 0:
					t.Errorf("it wrote: %v", w.writes())
				}
			})
		})
	}
}

func TestPrincipal(t *testing.T) {
	w := newLiveWorld(t)
	user := w.cloud.AddUser(accountA, "people/ada")
	api := w.cloud.Clients()[accountA].IAM
	for _, tt := range []struct{ name, caller, want, err string }{
		{"a role with a path", "arn:aws:sts::" + accountA + ":assumed-role/Mover/session", w.callers["a"], ""},
		{"a role without a path", "arn:aws:sts::" + accountA + ":assumed-role/Operator/xaccttest", w.cloud.OperatorARN(accountA), ""},
		{"a user", user, user, ""},
		{"the root user", "arn:aws:iam::" + accountA + ":root", "", "-operator"},
		{"a federated user", "arn:aws:sts::" + accountA + ":federated-user/ada", "", "-operator"},
		{"a role that is not there", "arn:aws:sts::" + accountA + ":assumed-role/Gone/session", "", "-operator"},
		{"nobody", "", "", "-operator"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := principal(t.Context(), api, tt.caller)
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %q, %v, want %q, %q", got, err, tt.want, tt.err)
			}
		})
	}
}

// One account for both ends needs no operator, and no flag of the command is lost on the way.
func TestLiveInOneAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLiveWorld(t)
		w.cloud.AddBucket(accountA, "us-east-2", "media-copy")
		w.callers["a"] = w.cloud.OperatorARN(accountA)
		printed, err := w.start(t.Context(), strings.NewReader(""), []string{
			"-live", "-yes", "-source-profile", "a", "-source-bucket", "media-raw", "-source-region", "eu-west-1",
			"-destination-profile", "a", "-destination-bucket", "media-copy", "-destination-region", "us-east-2",
		})
		if err != nil || strings.Contains(printed, "operator ") {
			t.Errorf("%v\n%s", err, printed)
		}
	})
}

func TestQuoted(t *testing.T) {
	for word, want := range map[string]string{
		"media-raw": "media-raw", "2026/": "2026/", "": "''", "two words": "'two words'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "a*": "'a*'", "ä": "'ä'",
		"http://localhost:5000": "http://localhost:5000", "arn:aws:iam::111122223333:role/team/Mover": "arn:aws:iam::111122223333:role/team/Mover",
	} {
		if got := quoted(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}

// TestFlagsWithoutLive: a flag that has a meaning on AWS only is not overlooked where -live was forgotten.
func TestFlagsWithoutLive(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string // of the error
	}{
		{[]string{"-yes"}, "-yes needs -live"},
		{[]string{"-keep", "-source-bucket", "media-raw"}, "-keep, -source-bucket needs -live"},
		{[]string{"-operator="}, "-operator needs -live"},
		{[]string{"-destroy", "-yes"}, "-destroy needs -live"},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			w := newLiveWorld(t)
			printed, err := w.start(t.Context(), strings.NewReader(""), tt.args)
			if err == nil || !strings.Contains(err.Error(), tt.want) || printed != "" {
				t.Errorf("%v, want %q\n%s", err, tt.want, printed)
			}
		})
	}
}
