package enginetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// move is an edit of a transfer that leaves something behind.
type move struct {
	name string
	from func(*xaccttest.Cloud) xacct.Transfer // nil is kittest.Push
	edit func(*xaccttest.Cloud, *xacct.Transfer)
	gone []string // what no line of the cloud may hold after the move

	onlyTask bool // nothing but the old task leads to what is left: once a tear-down has deleted that and is cut short, the rest is not found
}

// moveWorld is kittest.World with what the moves lead to.
func moveWorld(t *testing.T, optFns ...func(*xaccttest.Options)) *xaccttest.Cloud {
	t.Helper()
	cloud := kittest.World(t, optFns...)
	cloud.AddBucket(accountA, "us-east-2", "own-archive")
	cloud.AddBucket(accountB, "eu-west-1", "other-raw")
	cloud.AddBucket(accountC, "us-east-2", "third-archive")
	cloud.AddBucket(accountB, "eu-central-1", "eu-archive")
	cloud.AddBucket(accountA, "eu-north-1", "north-raw")
	return cloud
}

var moves = []move{
	{name: "to a bucket of the task account", gone: []string{"XacctMediaArchiveWrite", "s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Account, tr.Destination.Bucket = accountA, "own-archive"
	}},
	{name: "to a bucket of a third account", gone: []string{"s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Account, tr.Destination.Bucket = accountC, "third-archive"
	}},
	{name: "the source to a bucket of the task account", from: kittest.Pull, gone: []string{"XacctMediaArchiveRead", "s3://media-raw/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Source.Account, tr.Source.Bucket = accountB, "other-raw"
	}},
	{name: "to another Region", gone: []string{"s3://media-archive/", "datasync:us-east-2"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Region, tr.Destination.Bucket = "eu-central-1", "eu-archive"
	}},
	{name: "the source to another Region", gone: []string{"s3://media-raw/", "datasync:eu-west-1"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Source.Region, tr.Source.Bucket = "eu-north-1", "north-raw"
	}},
	{name: "both ends to other Regions", gone: []string{"s3://media-archive/", "s3://media-raw/", "datasync:us-east-2", "datasync:eu-west-1"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Region, tr.Destination.Bucket = "eu-central-1", "eu-archive"
		tr.Source.Region, tr.Source.Bucket = "eu-north-1", "north-raw"
	}},
	{name: "to another role", gone: []string{"/media-archive-destination AROA"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Role.Name = "new-writer"
	}},
	{name: "from a role named by the user", gone: []string{"/old-writer AROA"}, from: func(c *xaccttest.Cloud) xacct.Transfer {
		tr := kittest.Push(c)
		tr.Destination.Role.Name = "old-writer"
		return tr
	}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Role.Name = "" }},
	{name: "to another role and bucket", onlyTask: true, gone: []string{"/media-archive-destination AROA", "s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Role.Name, tr.Destination.Account, tr.Destination.Bucket = "new-writer", accountC, "third-archive"
	}},
	{name: "to a role of the user's", gone: []string{"/media-archive-destination AROA"}, edit: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.RoleARN = "arn:aws:iam::" + accountA + ":role/given"
	}},
	{name: "to the tutorial's statement", gone: []string{"XacctMediaArchiveWrite"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Grant = xacct.Tutorial }},
	{name: "from the tutorial's statement", from: tutorialPush, gone: []string{bucket.TutorialSid}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Grant = xacct.ByRole }},
	{name: "from the tutorial's statement to one by account", from: tutorialPush, gone: []string{bucket.TutorialSid}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Grant = xacct.ByAccount
	}},
	{name: "to another role of the tutorial's statement", from: tutorialPush, gone: []string{"/media-archive-destination AROA"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Role.Name = "new-writer"
	}},
	{name: "with the tutorial's statement to a bucket of a third account", from: tutorialPush, gone: []string{"s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Account, tr.Destination.Bucket = accountC, "third-archive"
	}},
	{name: "from the tutorial's statement to a bucket of the task account", from: tutorialPush, gone: []string{bucket.TutorialSid, "s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Account, tr.Destination.Bucket, tr.Grant = accountA, "own-archive", xacct.ByRole
	}},
	{name: "with the tutorial's statement to another role and bucket", from: tutorialPush, onlyTask: true, gone: []string{"/media-archive-destination AROA", "s3://media-archive/"}, edit: func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.Role.Name, tr.Destination.Account, tr.Destination.Bucket = "new-writer", accountC, "third-archive"
	}},
	{name: "to a location of the user's", gone: []string{"/media-archive-destination AROA"}, edit: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Destination.LocationARN = givenLocation(c, "us-east-2")
	}},
}

// begin is the cloud with the user's own role and location, and the transfer before the edit.
func (m move) begin(t *testing.T, optFns ...func(*xaccttest.Options)) (*xaccttest.Cloud, xacct.Transfer) {
	t.Helper()
	cloud := moveWorld(t, optFns...)
	if strings.Contains(m.name, "of the user's") {
		give(t, cloud)
	}
	from := m.from
	if from == nil {
		from = kittest.Push
	}
	return cloud, from(cloud)
}

// give makes a role and a location of the user's own, which may write to the bucket.
func give(t *testing.T, cloud *xaccttest.Cloud) {
	t.Helper()
	own := kittest.Push(cloud)
	own.Name, own.Destination.Role.Name = "given", "given"
	kittest.SetUp(t, cloud, own)
	statements := kittest.BucketPolicy(t, cloud, "media-archive")
	for st := range statements.All() {
		if strings.Contains(st.Sid(), "XacctGiven") {
			statements = statements.Without(st.Sid()).With(st.WithSid("Theirs" + st.Sid()[len("XacctGiven"):]))
		}
	}
	cloud.SetBucketPolicy("media-archive", statements.Bytes())
}

// givenLocation is the ARN of the location that give has made in a Region.
func givenLocation(cloud *xaccttest.Cloud, region string) string {
	api := cloud.Clients()[accountA].DataSync(region)
	out, err := api.ListLocations(context.Background(), &datasync.ListLocationsInput{})
	if err != nil {
		panic(err)
	}
	for _, l := range out.Locations {
		tags, err := api.ListTagsForResource(context.Background(), &datasync.ListTagsForResourceInput{ResourceArn: l.LocationArn})
		if err != nil {
			panic(err)
		}
		for _, tag := range tags.Tags {
			if aws.ToString(tag.Value) == "given" {
				return *l.LocationArn
			}
		}
	}
	return ""
}

func allowReplace(o *xacct.PlanOptions) { o.AllowReplace = true }

// TestMoves edits a transfer so that something of it is left, applies that or not, and tears down: nothing of ours stays behind, and the owner
// of the old bucket can write its policy.
func TestMoves(t *testing.T) {
	t.Parallel()
	for i, m := range moves {
		for j, direct := range []bool{false, true} {
			if (2*i+j)%kittest.Sample(5, 1) != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s, torn down at once %v", m.name, direct), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud, tr := m.begin(t)
					clean := kittest.Dump(cloud)
					kittest.SetUp(t, cloud, tr)
					m.edit(cloud, &tr)
					if !direct {
						moved(t, cloud, m, tr)
					}
					kittest.TearDown(t, cloud, tr)
					if got := kittest.Dump(cloud); got != clean {
						t.Errorf("the cloud is not as before:\n%s", diffLines(clean, got))
					}
					noResidue(t, cloud, tr)
					text := string(cloud.BucketPolicy("media-archive"))
					if _, err := cloud.Clients()[accountB].S3("us-east-2").PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: new("media-archive"), Policy: &text}); err != nil {
						t.Errorf("the owner cannot write the policy back: %v", err)
					}
				})
			})
		}
	}
}

func moved(t *testing.T, cloud *xaccttest.Cloud, m move, tr xacct.Transfer) {
	t.Helper()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
	if r, err := p.Apply(t.Context(), cloud.Clients()); err != nil || r.Count(xacct.Done) == 0 {
		t.Fatalf("%v\n%s", err, p)
	}
	if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
		t.Errorf("the plan after the move is not empty:\n%s", again)
	}
	for line := range strings.Lines(kittest.Dump(cloud)) {
		for _, gone := range m.gone {
			if strings.Contains(line, gone) && !strings.Contains(line, "given") && !strings.Contains(line, "trust:") {
				t.Errorf("%s is left behind: %s", gone, line)
			}
		}
	}
}

// noResidue wants nothing of ours left, and nothing unknown but what cannot be read at all.
func noResidue(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
	t.Helper()
	down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	left, err := down.Residue(t.Context(), cloud.Clients())
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range left {
		if item.Ours {
			t.Errorf("left: %v", item)
		}
	}
}

// diffLines are the lines that stand in one text only.
func diffLines(a, b string) string {
	var out strings.Builder
	for _, d := range []struct{ sign, in, not string }{{"-", a, b}, {"+", b, a}} {
		for line := range strings.Lines(d.in) {
			if !strings.Contains(d.not, line) {
				out.WriteString(d.sign + line)
			}
		}
	}
	return out.String()
}
