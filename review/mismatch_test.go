package review_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/review"
)

// change edits the first change of the kind.
func change(kind xacct.Kind, fn func(*xacct.Change)) func(*xacct.Plan) {
	return func(p *xacct.Plan) {
		for i := range p.Changes {
			if p.Changes[i].Kind == kind {
				fn(&p.Changes[i])
				return
			}
		}
	}
}

// replaced edits the text that is wanted.
func replaced(kind xacct.Kind, old, new string) func(*xacct.Plan) {
	return change(kind, func(c *xacct.Change) { c.After = strings.ReplaceAll(c.After, old, new) })
}

// TestMismatch edits plans in ways that somebody with bad intent would: each says other than its transfers ask for.
func TestMismatch(t *testing.T) {
	door := policy.Allow("s3:*").WithSid("Door").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*")
	for _, tt := range []struct {
		name, plan string
		edit       func(*xacct.Plan)
		why        string
	}{
		{"a principal of ours is another", "push", replaced(xacct.BucketPolicy, "111122223333", "999999999999"), "is another"},
		{"an action of ours is another", "push", replaced(xacct.BucketPolicy, "s3:PutObjectTagging", "s3:PutObjectAcl"), "is another"},
		{"a statement is added", "push", replaced(xacct.BucketPolicy, `{"Sid":"Logs"`, string(door.Bytes())+`,{"Sid":"Logs"`), "nobody's"},
		{"a statement of others is another", "push", replaced(xacct.BucketPolicy, "logging.s3", "elsewhere.s3"), "nobody's"},
		{"a statement of others is taken out", "push", change(xacct.BucketPolicy, func(c *xacct.Change) {
			d, _ := policy.Parse([]byte(c.After))
			c.After = string(d.Without("TLSOnly").Bytes())
		}), `takes out statement "TLSOnly" of others`},
		{"a statement of ours is left out", "push", change(xacct.BucketPolicy, func(c *xacct.Change) {
			d, _ := policy.Parse([]byte(c.After))
			c.After = string(d.Without("XacctMediaArchiveList8abc7cf6").Bytes())
		}), "is another"},
		{"a statement to add is nobody's", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = c.Add.With(door) }), `"Door" to add`},
		{"a statement to add is left out", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = c.Add.Without("XacctMediaArchiveList8abc7cf6") }), "does not add"},
		{"a statement of others is to be removed", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"TLSOnly"} }), "takes out"},
		{"a wanted statement is to be removed", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"XacctMediaArchiveList8abc7cf6"} }), "takes out"},
		{"lines that leave a statement out", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Details = c.Details[1:] }), "do not name"},
		{"lines with another statement", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Details = append(c.Details, "+ Door   everyone may read") }), "does not write"},
		{"lines of a part that leave a statement out", "two-teams-theirs", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Details = nil }), "do not name"},
		{"a change that claims to be none", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Op = xacct.NoOp }), "it does not"},
		{"a policy that is none", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.After = "{" }), "no policy"},
		{"a policy that claims not to be read", "push", change(xacct.BucketPolicy, func(c *xacct.Change) {
			c.Before, c.After, c.Add = "", "", c.Add.Without("XacctMediaArchiveList8abc7cf6")
		}), "does not add"},
		{"another bucket", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Name = "other" }), "name is another"},
		{"another account", "push", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Account = "999999999999" }), "account, Region or kind"},
		{"an account that is none", "push", change(xacct.BucketPolicy, func(c *xacct.Change) {
			c.ID, c.Account = strings.ReplaceAll(c.ID, "444455556666", "44445555666`"), "44445555666`"
		}), "is none"},
		{"a Region that is none", "push", change(xacct.BucketPolicy, func(c *xacct.Change) {
			c.ID, c.Region = strings.ReplaceAll(c.ID, "us-east-2", "x](y)"), "x](y)"
		}), "is none"},
		{"the trust is another", "push", replaced(xacct.IAMRole, "datasync.amazonaws.com", "ec2.amazonaws.com"), "trust policy"},
		{"the role's policy is another", "push", replaced(xacct.IAMRole, "s3:ListBucket", "s3:PutBucketPolicy"), "what is wanted"},
		{"the role's ARN is another", "push", change(xacct.IAMRole, func(c *xacct.Change) { c.ARN = "arn:aws:iam::111122223333:role/admin" }), "ARN"},
		{"the role is deleted", "push", change(xacct.IAMRole, func(c *xacct.Change) { c.Op = xacct.Delete }), "operation"},
		{"a role that nobody asks for", "push", func(p *xacct.Plan) {
			c := p.Changes[0]
			c.ID, c.Name = "111122223333/iam-role/admin", "admin"
			p.Changes = append(p.Changes, c)
		}, "do not ask"},
		{"a location is another", "push", replaced(xacct.DataSyncLocation, "media", "other"), "what is wanted"},
		{"a location is of the other end", "push", change(xacct.DataSyncLocation, func(c *xacct.Change) { c.Side = xacct.DestinationSide }), "other end"},
		{"a location has another name", "push", change(xacct.DataSyncLocation, func(c *xacct.Change) { c.Name = "s3://other/" }), "name"},
		{"the task is another", "push", replaced(xacct.DataSyncTask, "media-archive", "other"), "what is wanted"},
		{"the task is deleted", "push", change(xacct.DataSyncTask, func(c *xacct.Change) { c.Op, c.After = xacct.Delete, "" }), "deletes what"},
		{"a location is made that nobody asks for", "push", func(p *xacct.Plan) {
			c := p.Changes[2]
			c.ID += "2"
			p.Changes = append(p.Changes, c)
		}, "do not ask"},
		{"a change twice", "push", func(p *xacct.Plan) { p.Changes = append(p.Changes, p.Changes[0]) }, "twice"},
		{"a change of no transfer", "push", func(p *xacct.Plan) { p.Changes[0].Transfers = nil }, "no transfer"},
		{"a change of an unknown transfer", "push", func(p *xacct.Plan) { p.Changes[0].Transfers = []string{"other"} }, "not in the plan"},
		{"a change of a kind that is another", "push", func(p *xacct.Plan) { p.Changes[0].Kind = xacct.DataSyncTask }, "kind"},
		{"the key's policy is another", "kms", replaced(xacct.KeyPolicy, "kms:Decrypt", "kms:PutKeyPolicy"), "is another"},
		{"the key is another", "kms", change(xacct.KeyPolicy, func(c *xacct.Change) { c.ARN = strings.ReplaceAll(c.ARN, "us-east-2", "us-east-1") }), "ARN"},
		{"the key's administrators are taken out", "kms", change(xacct.KeyPolicy, func(c *xacct.Change) {
			d, _ := policy.Parse([]byte(c.After))
			c.After = string(d.Without("Enable IAM User Permissions").Bytes())
		}), "of others"},
		{"the part's statement to add is another", "two-teams-theirs", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = policy.New(door) }), "to add"},
		{"the part's statements are left out", "two-teams-theirs", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = c.Add.Without("XacctMediaArchiveWrite317df6a3") }), "does not add"},
		{"the ownership is another", "two-teams-theirs", change(xacct.BucketOwnership, func(c *xacct.Change) { c.After = "ObjectWriter" }), "Object Ownership"},
		{"the ownership of another bucket", "two-teams-theirs", change(xacct.BucketOwnership, func(c *xacct.Change) {
			c.ID, c.Name = strings.ReplaceAll(c.ID, "media-archive", "other"), "other"
		}), "do not ask"},
		{"a tear-down that makes something", "tear-down", change(xacct.IAMRole, func(c *xacct.Change) { c.Op = xacct.Create }), "operation"},
		{"a tear-down that wants something", "tear-down", change(xacct.IAMRole, func(c *xacct.Change) { c.After = "{}" }), "do not ask"},
		{"a tear-down that takes out statements of others", "tear-down", change(xacct.BucketPolicy, func(c *xacct.Change) { c.After, c.Op = "", xacct.Delete }), "of others"},
		{"a tear-down that adds a statement", "tear-down", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Add = policy.New(door) }), "to add"},
		{"a tear-down that removes a Sid of others", "tear-down-theirs", change(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = append(c.Remove, "TLSOnly") }), "takes out"},
		{"a tear-down of a role of another name", "tear-down", change(xacct.IAMRole, func(c *xacct.Change) { c.Name = "admin" }), "name"},
		{"a tear-down called a set-up", "tear-down", func(p *xacct.Plan) { p.Mode = xacct.SetUp }, "another"},
		{"a set-up called a tear-down", "push", func(p *xacct.Plan) { p.Mode = xacct.TearDown }, "operation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := reread(t, planned(t)[tt.plan])
			tt.edit(p)
			for name, write := range map[string]func(*bytes.Buffer) error{
				"Markdown": func(b *bytes.Buffer) error { return review.Markdown(b, p) }, "HTML": func(b *bytes.Buffer) error { return review.HTML(b, p) }} {
				var out bytes.Buffer
				err := write(&out)
				var mismatch *xacct.MismatchError
				if !errors.As(err, &mismatch) || !strings.Contains(err.Error(), tt.why) {
					t.Errorf("%s: %v, want a mismatch that says %q", name, err, tt.why)
				}
				if out.Len() > 0 {
					t.Errorf("%s: %d bytes were written", name, out.Len())
				}
			}
			if got := review.Mermaid(p); got != "" {
				t.Errorf("there is a picture:\n%s", got)
			}
		})
	}
}

// TestRefused hands in plans whose transfers are not valid, or that this version does not read.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*xacct.Plan)
		why  string
	}{
		{"a newer schema", func(p *xacct.Plan) { p.Schema = "2.0" }, "schema"},
		{"no mode", func(p *xacct.Plan) { p.Mode = "" }, "Mode"},
		{"an unknown operation", func(p *xacct.Plan) { p.Changes[0].Op = "x" }, "Op"},
		{"no transfers", func(p *xacct.Plan) { p.Transfers = nil }, "Transfers"},
		{"a bucket that is none", func(p *xacct.Plan) { p.Transfers[0].Source.Bucket = "](x)" }, "Bucket"},
		{"an option that is none", func(p *xacct.Plan) { p.Settings.Override = []string{"x"} }, "Override"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := reread(t, planned(t)["push"])
			tt.edit(p)
			var out bytes.Buffer
			if err := review.HTML(&out, p); err == nil || !strings.Contains(err.Error(), tt.why) || out.Len() > 0 {
				t.Errorf("error %v, %d bytes; want one that says %q", err, out.Len(), tt.why)
			}
		})
	}
}

// A part for an account that the plan does not know says just that.
func TestUnknownAccount(t *testing.T) {
	var out bytes.Buffer
	p := planned(t)["push"].For("999999999999")
	if err := review.Markdown(&out, p); err != nil || !strings.Contains(out.String(), "unknown-account") || review.Mermaid(p) != "" {
		t.Errorf("error %v, Markdown:\n%s", err, out.String())
	}
}
