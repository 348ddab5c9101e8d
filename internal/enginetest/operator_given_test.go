package enginetest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// TestOperatorPolicyOfGivenParts: what is given is read and used, and neither made nor changed.
func TestOperatorPolicyOfGivenParts(t *testing.T) {
	const (
		locations = "arn:aws:datasync:eu-west-1:111122223333:location/"
		elsewhere = "arn:aws:datasync:us-east-2:111122223333:location/"
		roles     = "arn:aws:iam::111122223333:role/"
		given     = "loc-0123456789abcdef0"
	)
	for _, tt := range []struct {
		name   string
		edit   func(*xacct.Transfer)
		phase  xacct.Phase
		action string
		want   []string // resources; none is that the action is not allowed at all
	}{
		{"no role known", locationsGiven, xacct.PlanPhase, "iam:GetRole", []string{roles + "*", roles + "ops"}},
		{"both roles known", rolesOfLocationsGiven, xacct.PlanPhase, "iam:GetRole", []string{roles + "in", roles + "ops", roles + "out"}},
		{"no location to make", locationsGiven, xacct.ApplyPhase, "datasync:CreateLocationS3", nil},
		{"no location to change", locationsGiven, xacct.ApplyPhase, "datasync:UpdateLocationS3", nil},
		{"no location to tag", locationsGiven, xacct.ApplyPhase, "datasync:TagResource", []string{"arn:aws:datasync:us-east-2:111122223333:task/*"}},
		{"no bucket to probe", locationsGiven, xacct.ApplyPhase, "s3:ListBucket", []string{"arn:aws:s3:::media-raw"}}, // its own, to read it
		{"the task uses just these", locationsGiven, xacct.ApplyPhase, "datasync:CreateTask", []string{locations + given, elsewhere + given}},
		{"no role to pass", rolesOfLocationsGiven, xacct.ApplyPhase, "iam:PassRole", nil},
		{"no role to make", rolesOfLocationsGiven, xacct.ApplyPhase, "iam:CreateRole", nil},
		{"no location to delete", locationsGiven, xacct.DestroyPhase, "datasync:DeleteLocation", nil},
		{"one location given", func(tr *xacct.Transfer) { tr.Source.LocationARN = locations + given }, xacct.ApplyPhase, "datasync:CreateTask",
			[]string{locations + given, elsewhere + "*"}},
		{"one location made", func(tr *xacct.Transfer) { tr.Source.LocationARN = locations + given }, xacct.ApplyPhase, "datasync:UpdateLocationS3", []string{elsewhere + "*"}},
		{"a given role is passed", func(tr *xacct.Transfer) { tr.Source.RoleARN = roles + "in" }, xacct.ApplyPhase, "iam:PassRole",
			[]string{roles + "in", roles + "media-archive-destination"}},
		{"a role of retries is not for the apply", retriesGiven, xacct.ApplyPhase, "iam:PassRole", []string{roles + "media-archive-destination", roles + "media-archive-source"}},
		{"a role of retries is for runs", retriesGiven, xacct.RunPhase, "iam:PassRole", []string{roles + "again"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := kittest.Demo()
			tt.edit(&tr)
			d, err := xacct.OperatorPolicy(accountA, []xacct.Transfer{tr}, tt.phase)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, pair := range pairs(d) {
				if action, rest, _ := strings.Cut(pair, " "); action == tt.action {
					got = append(got, strings.Fields(rest)[0])
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, slices.Compact(got)); diff != "" {
				t.Errorf("%s on (-want +got):\n%s", tt.action, diff)
			}
		})
	}
}

func locationsGiven(tr *xacct.Transfer) {
	tr.Source.LocationARN = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
	tr.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
}

func rolesOfLocationsGiven(tr *xacct.Transfer) {
	locationsGiven(tr)
	tr.Source.RoleARN, tr.Destination.RoleARN = "arn:aws:iam::111122223333:role/in", "arn:aws:iam::111122223333:role/out"
}

func retriesGiven(tr *xacct.Transfer) {
	tr.Retries = &task.Manifest{Bucket: "media-raw", Key: "retry.csv", RoleARN: "arn:aws:iam::111122223333:role/again"}
}
