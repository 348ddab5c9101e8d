package enginetest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestRoleThatDoesNotExist gives roles that do not exist. Of such a role the plan says that, and nothing else: no policy could help it.
func TestRoleThatDoesNotExist(t *testing.T) {
	t.Parallel()
	const nope = "arn:aws:iam::111122223333:role/Nope"
	elsewhere := func(cloud *xaccttest.Cloud) { cloud.AddRole(accountA, "teams/Nope", everything) }
	for _, tt := range []struct {
		name string
		edit func(*testing.T, *xaccttest.Cloud, *xacct.Transfer)
		want []string // the findings that name the role, by side
	}{
		{"of the source", func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Source.RoleARN = nope }, []string{"blocking no-role source"}},
		{"of the destination", func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.RoleARN = nope }, []string{"blocking no-role destination"}},
		{"of both ends", func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.RoleARN, tr.Destination.RoleARN = nope, nope
		},
			[]string{"blocking no-role destination", "blocking no-role source"}},
		{"of the source, at another path", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			elsewhere(c)
			tr.Source.RoleARN = nope
		}, []string{"blocking no-role source"}},
		{"of the destination, in other letters", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			elsewhere(c)
			tr.Destination.RoleARN = "arn:aws:iam::111122223333:role/teams/nope"
		}, []string{"blocking no-role destination"}},
		{"of an end with a key", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.KMSKeys, tr.Destination.RoleARN = []string{c.AddKey(accountB, "us-east-2")}, nope
		}, []string{"blocking no-role destination"}},
		{"of the manifest", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.AddBucket(accountA, "eu-west-1", "lists")
			tr.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "list.csv", RoleARN: nope}
		}, []string{"blocking no-role"}},
		{"of the reports", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.AddBucket(accountA, "us-east-2", "reports")
			tr.Task.Report = &task.Report{Bucket: "reports", RoleARN: nope}
		}, []string{"blocking no-role"}},
		{"of the source and its manifest", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.AddBucket(accountA, "eu-west-1", "lists")
			tr.Source.RoleARN = nope
			tr.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "list.csv"}
		}, []string{"blocking no-role source"}},
		{"of a given location", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.LocationARN = locationWithoutRole(t, c, "Nope")
		}, []string{"blocking no-role source"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tt.edit(t, cloud, &tr)
				p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range p.Findings {
					if strings.Contains(strings.ToLower(f.Subject+f.Detail+f.Remedy), "nope") && f.Severity != xacct.Info {
						got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Severity, f.Code, f.Side)))
					}
				}
				slices.Sort(got)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("findings on the role (-want +got):\n%s\n%v", diff, p.Findings)
				}
			})
		})
	}
}

// locationWithoutRole makes a location of the source with a role of the name, deletes the role, and returns the location's ARN.
func locationWithoutRole(t *testing.T, cloud *xaccttest.Cloud, name string) string {
	t.Helper()
	old := kittest.Push(cloud)
	old.Name, old.Source.Role.Name = "old", name
	var arn string
	for _, ch := range kittest.SetUp(t, cloud, old).Changes {
		if ch.Kind == xacct.DataSyncLocation && strings.Contains(ch.ARN, ":eu-west-1:") {
			arn = ch.ARN
		}
	}
	api := cloud.Clients()[accountA].IAM
	list, err := api.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &name})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list.PolicyNames {
		if _, err := api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &p}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}); err != nil {
		t.Fatal(err)
	}
	return arn
}

// TestOperatorWrittenWrongly names the caller in Operators by another path or other letters: the one finding names the right ARN.
func TestOperatorWrittenWrongly(t *testing.T) {
	t.Parallel()
	const right = "arn:aws:iam::111122223333:role/team/Limited"
	for name, op := range map[string]string{
		"no path":                "arn:aws:iam::111122223333:role/Limited",
		"another path":           "arn:aws:iam::111122223333:role/teams/Limited",
		"a longer path":          "arn:aws:iam::111122223333:role/team/media/Limited",
		"small letters":          "arn:aws:iam::111122223333:role/team/limited",
		"other letters, no path": "arn:aws:iam::111122223333:role/LIMITED",
		"the path in letters":    "arn:aws:iam::111122223333:role/Team/Limited",
	} {
		for _, list := range []string{"", "the archive lets it list"} {
			t.Run(strings.TrimSpace(name+" "+list), func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				cloud.AddRole(accountA, "team/Limited", everything)
				if list != "" {
					cloud.SetBucketPolicy("media-archive", lets(policy.AWS(right)))
				}
				tr.Operators = []string{op}
				c := cloud.Clients()
				c[accountA] = cloud.ClientsAs(right)
				p, err := xacct.NewPlan(t.Context(), c, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range p.Findings {
					if strings.Contains(strings.ToLower(f.Subject), "limited") {
						got = append(got, fmt.Sprintf("%s %s: %s", f.Severity, f.Code, f.Remedy))
					}
				}
				if diff := cmp.Diff([]string{"blocking no-role: name " + right + " in Operators"}, got); diff != "" {
					t.Errorf("findings on the caller (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestOperatorThatIsAUser names users, whom no plan reads: whether they exist or not, the findings say what cannot be seen.
func TestOperatorThatIsAUser(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(*xaccttest.Cloud) string{
		"exists":                     func(c *xaccttest.Cloud) string { return c.AddUser(accountA, "ann", everything) },
		"exists, with a path":        func(c *xaccttest.Cloud) string { return c.AddUser(accountA, "staff/ann", everything) },
		"does not exist":             func(*xaccttest.Cloud) string { return "arn:aws:iam::111122223333:user/nobody" },
		"does not exist at the path": func(*xaccttest.Cloud) string { return "arn:aws:iam::111122223333:user/staff/nobody" },
	} {
		t.Run(name, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			op := make(cloud)
			tr.Operators = []string{op}
			p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, f := range p.Findings {
				if f.Subject != op || f.Severity == xacct.Info {
					continue
				}
				found++
				if strings.Contains(f.Detail+f.Remedy, "which was not read") || strings.Contains(f.Remedy, "find out the identity policy") {
					t.Errorf("%s -> %s", f.Detail, f.Remedy)
				}
				if !strings.Contains(f.Detail, "whether user "+op+" exists") || !strings.HasPrefix(f.Remedy, "see in IAM that user "+op+" exists") {
					t.Errorf("does not say what cannot be seen: %s -> %s", f.Detail, f.Remedy)
				}
			}
			if found == 0 {
				t.Error("nothing is said of the user")
			}
		})
	}
}
