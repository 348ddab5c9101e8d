package snapshot

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Locations, roles and the plan tell of the buckets in whose policies statements of ours may still stand.
func TestFormerBucketsOf(t *testing.T) {
	read := func(sids ...string) bucket.State {
		d := policy.New()
		for _, sid := range sids {
			d = d.With(policy.Allow("s3:GetObject").On("*").By(policy.Everyone()).WithSid(sid))
		}
		return bucket.State{Exists: true, Policy: d}
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want []FormerBucket
	}{
		{"none", func(world) {}, nil},
		{"by a location", func(w world) { w.former(formerLocation, "s3://before/in/", destRole, plan.DestinationSide) },
			[]FormerBucket{{Name: "before", Regions: []string{"us-east-2"}, Side: plan.DestinationSide}}},
		{"by a location of the same bucket", func(w world) {
			w.former("arn:aws:datasync:us-west-2:111122223333:location/loc-09", "s3://media/", destRole, plan.DestinationSide)
		}, nil},
		{"by a location of no side", func(w world) { w.former(formerLocation, "s3://before/", destRole, "") }, nil},
		{"by a role's policy", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) { r.Policies["xacct-nightly-destination"] = writes("before", accountB) })
		}, []FormerBucket{{Name: "before", Regions: []string{"us-east-2", "us-east-2"}, Side: plan.DestinationSide, ToldOwner: accountB}}},
		{"by a location, with the owner by the role's policy", func(w world) {
			w.former(formerLocation, "s3://before/in/", destRole, plan.DestinationSide)
			w.editRole(destRole, func(r *iamrole.State) { r.Policies["xacct-nightly-destination"] = writes("before", accountC) })
		}, []FormerBucket{{Name: "before", Regions: []string{"us-east-2"}, Side: plan.DestinationSide, ToldOwner: accountC}}},
		{"by a role's tag", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) {
				r.Tags["xacct:left:nightly:before"] = accountC + " source+destination eu-west-1 us-east-2"
			})
		}, []FormerBucket{{Name: "before", Regions: []string{"eu-west-1", "us-east-2"}, Side: plan.SourceSide, ToldOwner: accountC},
			{Name: "before", Regions: []string{"eu-west-1", "us-east-2"}, Side: plan.DestinationSide, ToldOwner: accountC}}},
		{"by another transfer's tag", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) { r.Tags["xacct:left:weekly:before"] = accountC + " source eu-west-1" })
		}, nil},
		{"by a tag that is cut short", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) { r.Tags["xacct:left:nightly:before"] = accountC + " source" })
		}, nil},
		{"by the plan", func(w world) {
			w.BucketsNamed = map[string][]FormerBucket{"nightly": {{Name: "before", Regions: []string{"us-east-2"}, ToldOwner: accountB}}}
			w.Buckets["before"] = read(w.t.End(plan.SourceSide).Sids[0])
		}, []FormerBucket{{Name: "before", Regions: []string{"us-east-2"}, Side: plan.SourceSide, ToldOwner: accountB}}},
		{"by the plan, with nothing of ours there", func(w world) {
			w.BucketsNamed = map[string][]FormerBucket{"nightly": {{Name: "before", Regions: []string{"us-east-2"}, ToldOwner: accountB}}}
			w.Buckets["before"] = read("Theirs")
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			if diff := cmp.Diff(tt.want, w.FormerBucketsOf(w.t)); diff != "" {
				t.Errorf("buckets (-want +got):\n%s", diff)
			}
		})
	}
}

// Who owns a bucket that was left is what was found out, else what a transfer or a role says. Nothing of ours stands in a bucket of the task account.
func TestOwnerOf(t *testing.T) {
	type owner struct {
		Account string
		Granted bool
	}
	left := FormerBucket{Name: "before", Regions: []string{"us-east-2"}, Side: plan.DestinationSide}
	for _, tt := range []struct {
		name string
		edit func(world, *FormerBucket)
		want owner
	}{
		{"found", func(w world, _ *FormerBucket) { w.Owners["before"] = FormerOwner{Account: accountB} }, owner{accountB, true}},
		{"found, of the task account", func(w world, _ *FormerBucket) { w.Owners["before"] = FormerOwner{Account: accountA} },
			owner{accountA, false}},
		{"gone", func(w world, l *FormerBucket) { w.Owners["before"], l.ToldOwner = FormerOwner{Gone: true}, accountC }, owner{"", false}},
		{"told, of the task account", func(_ world, l *FormerBucket) { l.ToldOwner = accountA }, owner{accountA, false}},
		{"another transfer's", func(w world, _ *FormerBucket) {
			w.addTransfer(func(g *transfer.Given) { g.Source.Bucket, g.Source.Account = "before", accountC })
		}, owner{accountC, true}},
		{"told, of an account that cannot be read", func(_ world, l *FormerBucket) { l.ToldOwner = accountC }, owner{accountC, true}},
		{"told, of an account that could not read it", func(_ world, l *FormerBucket) { l.ToldOwner = accountB }, owner{"", true}},
		{"not told", func(world, *FormerBucket) {}, owner{"", true}},
		{"not told, the end's account cannot be read", func(w world, _ *FormerBucket) { delete(w.Readable, accountB) }, owner{accountB, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, l := complete(), left
			tt.edit(w, &l)
			account, granted := w.OwnerOf(w.t, l)
			if diff := cmp.Diff(tt.want, owner{account, granted}); diff != "" {
				t.Errorf("owner (-want +got):\n%s", diff)
			}
		})
	}
}

// What the transfers have left stands behind what they want; of a bucket that nobody is known to own only its name is known.
func TestWithFormer(t *testing.T) {
	refused := errors.New("refused")
	w := complete()
	w.former(formerLocation, "s3://before/", destRole, plan.DestinationSide)
	w.former("arn:aws:datasync:us-east-2:111122223333:location/loc-10", "s3://nobodys/", destRole, plan.DestinationSide)
	w.former("arn:aws:datasync:us-east-2:111122223333:location/loc-11", "s3://mine/", destRole, plan.DestinationSide)
	w.former("arn:aws:datasync:us-east-2:111122223333:location/loc-12", "s3://media/", sourceRole, plan.SourceSide) // the other end's bucket by now
	w.Owners = map[string]FormerOwner{"before": {Account: accountC, Region: "us-west-2"}, "nobodys": {Err: refused}, "mine": {Account: accountA}}
	set := w.set()
	plain := len(set.Buckets)
	all := w.WithFormer(set)
	type row struct {
		Name, Account, Region string
		Former, Grants        bool
		Sids                  int
	}
	var got []row
	for _, b := range all.Buckets {
		got = append(got, row{b.Spec.Name, b.Spec.Account, b.Spec.Region, b.Former, b.Grants, len(b.Ours)})
	}
	want := []row{
		{"raw", accountA, "eu-west-1", false, false, 0},
		{"media", accountB, "us-east-2", false, true, len(w.t.End(plan.SourceSide).Sids) + len(w.t.End(plan.DestinationSide).Sids)},
		{"before", accountC, "us-west-2", true, true, len(w.t.End(plan.DestinationSide).Sids)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
	if len(set.Buckets) != plain || len(set.Buckets[1].Ours) != len(w.t.End(plan.DestinationSide).Sids) {
		t.Error("what the transfers want was changed")
	}
	if got := w.Ownerless(w.t); len(got) != 1 || got["nobodys"] != refused {
		t.Errorf("without an owner %v, want nobodys alone", got)
	}
}
