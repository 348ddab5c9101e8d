package transfer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// Validate checks what Resolve makes of any input, so that Resolve has to survive all input.
func FuzzResolve(f *testing.F) {
	f.Add("media-archive", "111122223333", "eu-west-1", "media-raw", "444455556666", "us-east-2", "media-archive", keyB, "", "")
	f.Add("", "", "", "", "", "", "", "", "", "")
	f.Add("x", "1", "cn-north-1", "a/b", "1", "nowhere", "arn:aws:s3:::b", "alias/x", "arn:aws:iam::1:role/x", "loc")
	f.Fuzz(func(t *testing.T, name, accountA, regionA, bucketA, accountB, regionB, bucketB, key, role, location string) {
		g := Given{Name: name, TaskAccount: accountB, Operators: []string{role},
			Source:      Endpoint{Account: accountA, Region: regionA, Bucket: bucketA, Prefix: name, KMSKeys: []string{key}, LocationARN: location},
			Destination: Endpoint{Account: accountB, Region: regionB, Bucket: bucketB, RoleARN: role, KMSKeys: []string{key, key}},
			Task:        task.Spec{Manifest: &task.Manifest{Bucket: bucketA, Key: name, KMSKey: key}, Report: &task.Report{Bucket: bucketB, KMSKey: key}},
			Retries:     &task.Manifest{Bucket: bucketB, Key: name}}
		r := Resolve(g)
		if err := r.Validate(); err == nil {
			r.Resources()
		}
		if again := Resolve(g); again.End(plan.SourceSide).DataSyncRole != r.End(plan.SourceSide).DataSyncRole || len(again.Keys) != len(r.Keys) {
			t.Error("resolving twice gives two results")
		}
	})
}

// What follows from a transfer is filled in where it was left out, and the input stays as it was given.
func TestResolve(t *testing.T) {
	type facts struct {
		TaskAccount, Given string
		SharesRole, Remote bool
		Role, Policy       string
	}
	for _, tt := range []struct {
		name string
		edit func(*Given)
		want facts
	}{
		{"push", func(*Given) {},
			facts{"111122223333", "", false, true, "arn:aws:iam::111122223333:role/media-archive-destination", "xacct-media-archive-destination"}},
		{"pull", func(g *Given) { g.TaskAccount = "444455556666" },
			facts{"444455556666", "444455556666", false, false, "arn:aws:iam::444455556666:role/media-archive-destination",
				"xacct-media-archive-destination"}},
		{"one role for both ends", func(g *Given) { g.Source.Role.Name, g.Destination.Role.Name = "both", "both" },
			facts{"111122223333", "", true, true, "arn:aws:iam::111122223333:role/both", "xacct-media-archive-destination"}},
		{"a given role",
			func(g *Given) { g.Destination.RoleARN = "arn:aws:iam::111122223333:role/theirs" },
			facts{"111122223333", "", false, true, "arn:aws:iam::111122223333:role/theirs", "xacct-media-archive-destination"}},
		{"a given location, whose role only AWS knows",
			func(g *Given) { g.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0" },
			facts{"111122223333", "", false, true, "", "xacct-media-archive-destination"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := valid()
			tt.edit(&g)
			r := Resolve(g)
			e := r.End(plan.DestinationSide)
			got := facts{r.TaskAccount, r.Given.TaskAccount, r.SharesRole, e.Remote, e.DataSyncRole, e.PolicyName}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("resolved (-want +got):\n%s", diff)
			}
		})
	}
}

// A Sid of ours tells the transfer's name in letters and digits; that of somebody else tells nothing.
func TestNameInSid(t *testing.T) {
	for name, want := range map[string]string{"media-archive": "MediaArchive", "read-write": "ReadWrite", "x-list-key": "XListKey", "a1": "A1"} {
		tr := Resolve(Given{Name: name, Source: Endpoint{Account: "111122223333"}, Destination: Endpoint{Account: "444455556666"}})
		for _, side := range Sides {
			for _, purpose := range []string{purposeRead, purposeWrite, purposeList, purposeManifest, purposeReport, purposeRetry, purposeDecrypt, purposeEncrypt,
				keyPurpose(purposeManifest), keyPurpose(purposeReport), keyPurpose(purposeRetry)} {
				if got := NameInSid(tr.sid(side, purpose)); got != want {
					t.Errorf("%s: %q, want %q", tr.sid(side, purpose), got, want)
				}
			}
		}
	}
	for _, sid := range []string{"", "TLSOnly", "Xacct", "XacctMediaArchiveWrite", "XacctMediaArchiveWrite317df6a", "XacctMediaArchive317df6a3",
		"xacctMediaArchiveWrite317df6a3", "XacctWrite317df6a3", "XacctMedia ArchiveWrite317df6a3", "XacctMediaArchiveWrite317df6a3 "} {
		if got := NameInSid(sid); got != "" {
			t.Errorf("%q: %q, want nothing", sid, got)
		}
	}
}
