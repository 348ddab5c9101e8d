package enginetest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// room is what one transfer takes of a policy, and how many like it the limit holds.
type room struct{ Bytes, AtOnce, InTurn int }

// What a push with ordinary names takes.
var pushInBucket, sourceInRole, destinationInRole = room{746, 27, 26}, room{408, 25, 25}, room{502, 20, 20}

// TestBytesOfATransfer pins what one transfer with ordinary names takes of each policy, and how many like it the limits hold where nothing else stands: in
// one plan, and planned one after the other, because S3 gives an account back as the longer ARN of its root.
func TestBytesOfATransfer(t *testing.T) {
	of := func(d policy.Document, kind policy.Kind, beside int) room {
		used, quota := d.Size(kind)
		n := used - beside
		if beside > 0 {
			n++ // the comma behind a statement
		}
		read := n
		for st := range d.All() {
			for _, p := range principalsOf(st) {
				if kind == policy.Bucket && len(p.Value()) == len(accountA) {
					read += len("arn:aws:iam:::root")
				}
			}
		}
		return room{n, (quota - beside) / n, 1 + (quota-beside-n)/read}
	}
	for _, tt := range []struct {
		name string
		make func(*xaccttest.Cloud) xacct.Transfer
		want map[string]room
	}{
		{"a push", kittest.Push, map[string]room{"bucket policy": pushInBucket, "source's inline policy": sourceInRole, "destination's inline policy": destinationInRole}},
		{"a pull", kittest.Pull, map[string]room{"bucket policy": {643, 31, 30}, "source's inline policy": sourceInRole, "destination's inline policy": destinationInRole}},
		{"with keys", func(c *xaccttest.Cloud) xacct.Transfer { return kittest.EncryptedPush(c)[0] }, map[string]room{"bucket policy": pushInBucket, "key policy": {251, 130, 130},
			"source's inline policy": {575, 17, 17}, "destination's inline policy": {723, 14, 14}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := tt.make(xaccttest.NewCloud()).Resources()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]room{}
			for _, b := range res.Buckets {
				empty, _ := policy.New().Size(policy.Bucket)
				got["bucket policy"] = of(policy.New(b.Statements), policy.Bucket, empty)
			}
			for _, k := range res.Keys {
				if len(k.Statements) > 0 {
					empty, _ := policy.New().Size(policy.Key)
					got["key policy"] = of(policy.New(k.Statements), policy.Key, empty)
				}
			}
			for _, r := range res.Roles {
				for _, d := range r.Policies {
					got[string(r.Side)+"'s inline policy"] = of(d, policy.Identity, 0)
				}
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestBytesOfTheDocumentation: docs/limits.md has the numbers that TestBytesOfATransfer measures.
func TestBytesOfTheDocumentation(t *testing.T) {
	limits, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{
		fmt.Sprintf("takes %d characters: of an empty policy's 20480, %d fit in one plan and %d one after the other", pushInBucket.Bytes, pushInBucket.AtOnce, pushInBucket.InTurn),
		fmt.Sprintf("have room for %d sources or %d destinations", sourceInRole.AtOnce, destinationInRole.AtOnce),
	} {
		if !strings.Contains(string(limits), says) {
			t.Errorf("docs/limits.md does not say %q", says)
		}
	}
}

// likeIt are n transfers of the same buckets, which differ in their names and prefixes.
func likeIt(cloud *xaccttest.Cloud, n int, edit func(*xacct.Transfer)) []xacct.Transfer {
	var out []xacct.Transfer
	for i := range n {
		tr := kittest.Push(cloud)
		tr.Name, tr.Destination.Prefix = fmt.Sprintf("media-arch-%02d", i), fmt.Sprintf("incomi%02d", i)
		edit(&tr)
		out = append(out, tr)
	}
	return out
}

// sizes are the findings about the size of the subject for the first transfer, or for all together.
func sizes(p *xacct.Plan, subject string) []xacct.Finding {
	var out []xacct.Finding
	for _, f := range p.Findings {
		if f.Code == xacct.CodeSize && (f.Transfer == "media-arch-00" || f.Transfer == "") && strings.Contains(f.Subject, subject) {
			out = append(out, f)
		}
	}
	return out
}

// TestSizeIsTold: the finding counts what is used, what is left, what this transfer takes and how many more like it have room; it comes early, and as
// many transfers have room as it says.
func TestSizeIsTold(t *testing.T) {
	own := func(*xacct.Transfer) {}
	sharing := func(tr *xacct.Transfer) { tr.Destination.Role.Name = "archive" }
	for _, tt := range []struct {
		name, subject  string
		transfers      int
		edit           func(*xacct.Transfer)
		severity       xacct.Severity // "" is no finding
		detail, remedy string
	}{
		{"a bucket with much room", "media-archive", 19, own, "", "", ""},
		{"a bucket with room", "media-archive", 21, own, xacct.Info, "would have 16160 of 20480 characters, 4320 are left; 21 transfers take up to 744 each, and there is room for 5 more, each planned and applied before the next",
			"set TaskAccount to 444455556666, because a task in the account of the bucket needs no statements there, and Operators to roles or users of that account, or make one transfer with a common prefix"},
		{"a bucket with little room", "media-archive", 25, own, xacct.Warning, "1344 are left; 25 transfers take up to 744 each, and there is room for 1 more", "a bucket of its own"},
		{"a full bucket", "media-archive", 26, own, xacct.Warning, "there is room for 0 more", "a bucket of its own"},
		{"one too many", "media-archive", 27, own, xacct.Blocking, "144 too many; 27 transfers take up to 744 each, and what is not of this plan leaves room for 26 of them",
			"a bucket of its own"},
		{"a role with room", "role/archive", 16, sharing, xacct.Info, "the inline policies of role archive would have 8032 of 10240 characters, 2208 are left; 16 transfers take up to 502 each, and there is room for 4 more",
			"give this transfer a role of its own with Role.Name"},
		{"a full role", "role/archive", 20, sharing, xacct.Warning, "there is room for 0 more", "a role of its own"},
		{"a role over its limit", "role/archive", 21, sharing, xacct.Blocking, "302 too many; 21 transfers take up to 502 each, and what is not of this plan leaves room for 20 of them",
			"a role of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				found := sizes(kittest.MustPlan(t, t.Context(), cloud.Clients(), likeIt(cloud, tt.transfers, tt.edit)), tt.subject)
				if tt.severity == "" {
					if len(found) != 0 {
						t.Errorf("told of %+v", found)
					}
					return
				}
				if len(found) != 1 || found[0].Severity != tt.severity || !strings.Contains(found[0].Detail, tt.detail) || !strings.Contains(found[0].Remedy, tt.remedy) {
					t.Errorf("%+v\nwant %s %s", found, tt.severity, tt.detail)
				}
			})
		})
	}
}

// What S3 holds already is told too, and blocks nothing; what others wrote has no room of ours in it.
func TestSizeOfWhatStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		var theirs policy.Statements
		for i := range 17 {
			theirs = append(theirs, policy.Allow("s3:GetObject").By(policy.Account(accountB)).On("arn:aws:s3:::media-archive/"+strings.Repeat(string(rune('a'+i)), 910)+"*"))
		}
		cloud.SetBucketPolicy("media-archive", policy.New(theirs).Bytes())
		transfers := likeIt(cloud, 1, func(*xacct.Transfer) {})
		kittest.SetUp(t, cloud, transfers...)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
		found := sizes(p, "media-archive")
		if !p.Empty() || len(found) != 1 || found[0].Severity != xacct.Warning || !strings.Contains(found[0].Detail, "transfer media-arch-00 takes 7") {
			t.Errorf("%+v", found)
		}
	})
}
