package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestAdoptedBecomesGiven names by RoleARN or LocationARN what the transfer has adopted: set-up and tear-down block and say that the transfer has to be
// destroyed first. Whoever does that is left without our traces on what is given.
func TestAdoptedBecomesGiven(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit     func(*xacct.Transfer, kittest.HandMade)
		subjects func(kittest.HandMade) []string
	}{
		"a role": {func(tr *xacct.Transfer, h kittest.HandMade) {
			tr.Destination.Adopt.Role, tr.Destination.RoleARN = "", h.DestinationRole
		}, func(h kittest.HandMade) []string { return []string{h.DestinationRole} }},
		"a role of this account's bucket": {func(tr *xacct.Transfer, h kittest.HandMade) {
			tr.Source.Adopt.Role, tr.Source.RoleARN = "", h.SourceRole
		}, func(h kittest.HandMade) []string { return []string{h.SourceRole} }},
		"a location": {func(tr *xacct.Transfer, h kittest.HandMade) {
			tr.Destination.Adopt, tr.Destination.LocationARN = xacct.Adopt{}, h.DestinationLocation
		}, func(h kittest.HandMade) []string { return []string{h.DestinationLocation, h.DestinationRole} }},
		"a location and its role": {func(tr *xacct.Transfer, h kittest.HandMade) {
			tr.Destination.Adopt, tr.Destination.LocationARN, tr.Destination.RoleARN = xacct.Adopt{}, h.DestinationLocation, h.DestinationRole
		}, func(h kittest.HandMade) []string { return []string{h.DestinationLocation, h.DestinationRole} }},
		"everything": {func(tr *xacct.Transfer, h kittest.HandMade) {
			tr.Adopt = xacct.Adopt{}
			tr.Source.Adopt, tr.Source.LocationARN, tr.Source.RoleARN = xacct.Adopt{}, h.SourceLocation, h.SourceRole
			tr.Destination.Adopt, tr.Destination.LocationARN, tr.Destination.RoleARN = xacct.Adopt{}, h.DestinationLocation, h.DestinationRole
		}, func(h kittest.HandMade) []string {
			return []string{h.SourceLocation, h.SourceRole, h.DestinationLocation, h.DestinationRole}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				adopted := hand.Adopted(kittest.Push(cloud))
				kittest.SetUp(t, cloud, adopted)
				tr := hand.Adopted(kittest.Push(cloud))
				tt.edit(&tr, hand)
				before := kittest.Dump(cloud)
				for _, p := range []*xacct.Plan{kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), destroyPlan(t, cloud, tr, false)} {
					for _, subject := range tt.subjects(hand) {
						if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
							return f.Code == xacct.CodeAdopt && f.Severity == xacct.Blocking && f.Subject == subject && strings.Contains(f.Remedy, "first destroy the transfer")
						}) {
							t.Errorf("%s: no finding about %s:\n%s", p.Mode, subject, p)
						}
					}
					if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil || kittest.Dump(cloud) != before {
						t.Errorf("%s: applied although it is blocked: %v", p.Mode, err)
					}
				}
				kittest.TearDown(t, cloud, adopted)
				time.Sleep(time.Minute) // virtual
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Override = xacct.Overridable() })
				if kittest.HasFinding(p, xacct.CodeAdopt, xacct.Blocking) {
					t.Errorf("blocked after the tear-down:\n%s", p)
				}
				for _, line := range strings.Split(kittest.Dump(cloud), "\n") {
					if strings.Contains(line, "xacct:managed-by") || strings.Contains(line, "policy xacct-") {
						t.Errorf("left: %s", line)
					}
				}
			})
		})
	}
}
