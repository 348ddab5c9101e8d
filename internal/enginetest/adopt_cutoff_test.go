package enginetest_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// cutOff applies the plan until its n-th write is made, after which nothing is called any more; 0 applies all of it. It returns the number of writes.
func cutOff(t *testing.T, cloud *xaccttest.Cloud, p *xacct.Plan, n int) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	writes := 0
	cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
		if ctx.Err() != nil {
			return kittest.ErrProcessGone
		}
		err := next()
		if !kittest.Reads(call.Operation) && err == nil {
			if writes++; writes == n {
				cancel()
				return kittest.ErrProcessGone
			}
		}
		return err
	})
	_, err := p.Apply(ctx, cloud.Clients())
	cloud.Intercept(nil)
	if n == 0 && err != nil {
		t.Fatal(err)
	}
	return writes
}

// applyToRoles applies the plan where DataSync refuses every change, so that it comes to the roles and to no location.
func applyToRoles(t *testing.T, cloud *xaccttest.Cloud, p *xacct.Plan) {
	t.Helper()
	cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
		if call.Service == "DataSync" && !kittest.Reads(call.Operation) {
			return kittest.AccessDenied(call)
		}
		return next()
	})
	if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil {
		t.Error("applied without an error")
	}
	cloud.Intercept(nil)
}

// locationFor makes a location of others with the role.
func locationFor(t *testing.T, cloud *xaccttest.Cloud, region, bucket, prefix, role string) string {
	t.Helper()
	out, err := cloud.Clients()[accountA].DataSync(region).CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
		S3BucketArn: new("arn:aws:s3:::" + bucket), Subdirectory: new("/" + prefix), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &role}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.LocationArn
}

var trustLine = regexp.MustCompile(`(?m)^    trust: .*\n`)

// theirRole is that of roleFor.
const theirRole = "arn:aws:iam::" + accountA + ":role/theirs"

// roleFor makes a role of others that may read bucket media-raw.
func roleFor(t *testing.T, cloud *xaccttest.Cloud) string {
	t.Helper()
	api, name := cloud.Clients()[accountA].IAM, "theirs"
	if _, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: new(string(iamrole.TutorialTrust().Bytes()))}); err != nil {
		t.Fatal(err)
	}
	access := string(iamrole.TutorialPolicy("arn:aws:s3:::media-raw", accountA).Bytes())
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new("theirs"), PolicyDocument: &access}); err != nil {
		t.Fatal(err)
	}
	return theirRole
}

// TestCutOffAdoptionIsTakenAway ends the process after every write of an adoption and takes away what stands: nothing of ours is left, however the
// transfer names what it adopts.
func TestCutOffAdoptionIsTakenAway(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	fits := xacct.Fitting
	for name, tt := range map[string]struct {
		adopted       func(kittest.HandMade, xacct.Transfer) xacct.Transfer
		pull          bool
		deleteAdopted bool
		later         func(*testing.T, *xaccttest.Cloud, kittest.HandMade, *xacct.Transfer) // what happens after the adoption was cut off
	}{
		"by ARN":                        {adopted: kittest.HandMade.Adopted},
		"by ARN, pull":                  {adopted: kittest.HandMade.Adopted, pull: true},
		"what fits":                     {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) }},
		"what fits, pull":               {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) }, pull: true},
		"what fits, with DeleteAdopted": {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) }, deleteAdopted: true},
		"the roles of named locations": {adopted: func(h kittest.HandMade, tr xacct.Transfer) xacct.Transfer {
			h.SourceRole, h.DestinationRole = fits, fits
			return h.Adopted(tr)
		}},
		"named roles of locations that fit": {adopted: func(h kittest.HandMade, tr xacct.Transfer) xacct.Transfer {
			h.SourceLocation, h.DestinationLocation, h.Task = fits, fits, fits
			return h.Adopted(tr)
		}},
		"one end alone": {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer {
			tr.Destination.Adopt = xacct.Adopt{Role: fits, Location: fits}
			return tr
		}},
		"tags of the user": {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer {
			tr.Tags = map[string]string{"team": "media"}
			return fitting(tr)
		}},
		"another prefix by then": {adopted: func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) },
			later: func(_ *testing.T, _ *xaccttest.Cloud, _ kittest.HandMade, tr *xacct.Transfer) {
				tr.Source.Prefix, tr.Destination.Prefix = "2027/", "later"
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settled, cases := "", 0
			for n := 0; ; n++ { // 0 is undisturbed
				writes := 0
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					plain := kittest.Push(cloud)
					if tt.pull {
						plain = kittest.Pull(cloud)
					}
					hand := kittest.ByHand(cloud, plain)
					tr := tt.adopted(hand, plain)
					before := kittest.Dump(cloud)
					writes = cutOff(t, cloud, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), n)
					if tt.later != nil {
						tt.later(t, cloud, hand, &tr)
					}
					down := destroyPlan(t, cloud, tr, tt.deleteAdopted)
					if kittest.HasFinding(down, xacct.CodeAdopt, xacct.Blocking) { // the task, which is not adopted yet, uses an adopted location
						down = destroyPlan(t, cloud, tr, false)
					}
					if _, err := down.Apply(t.Context(), cloud.Clients()); err != nil {
						t.Fatalf("after write %d: %v", n, err)
					}
					if again := destroyPlan(t, cloud, tr, tt.deleteAdopted); !again.Empty() {
						t.Errorf("after write %d: not empty:\n%s", n, again)
					}
					end := kittest.Dump(cloud)
					if n == 0 {
						settled = end
					}
					if strings.Contains(end, "xacct") || strings.Contains(end, "Xacct") {
						t.Errorf("after write %d: left:\n%s", n, end)
					}
					if diff := kittest.DiffEither(before, settled, end); diff != "" && !tt.deleteAdopted && n > 0 {
						t.Errorf("after write %d (-want +got):\n%s", n, diff)
					}
				})
				if n > 0 && writes < n || t.Failed() {
					break
				}
				cases++
			}
			if cases < 5 {
				t.Errorf("%d cases", cases)
			}
		})
	}
}

// TestCutOffAdoptionBesideOthers cuts an adoption off where locations of others or of other transfers stand in the same buckets: what stands of it is taken
// away, and theirs stays as it is.
func TestCutOffAdoptionBesideOthers(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	later := func(tr xacct.Transfer) xacct.Transfer { // beside the transfer of the name
		tr.Name, tr.Source.Prefix, tr.Destination.Prefix = "later", "2027/", "later"
		return tr
	}
	theirs := func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade, tr xacct.Transfer) {
		kittest.SetUp(t, c, tr)
		locationFor(t, c, "eu-west-1", "media-raw", "2027/", h.SourceRole)
		locationFor(t, c, "us-east-2", "media-archive", "later/", h.DestinationRole)
	}
	fitsEnds := func(tr xacct.Transfer) xacct.Transfer {
		tr = fitting(tr)
		tr.Adopt = xacct.Adopt{}
		return tr
	}
	own := func(h kittest.HandMade, tr xacct.Transfer) xacct.Transfer {
		tr = h.Adopted(tr)
		tr.Source.Role.Policies = map[string]policy.Document{"media": policy.New(bucket.Read("arn:aws:s3:::media-raw", ""))}
		tr.Destination.Role.Policies = map[string]policy.Document{"media": policy.New(bucket.Write("arn:aws:s3:::media-archive", ""))}
		return tr
	}
	for name, tt := range map[string]struct {
		world   func(*testing.T, *xaccttest.Cloud, kittest.HandMade) // before the adoption
		want    func(xacct.Transfer) xacct.Transfer
		later   func(*testing.T, *xaccttest.Cloud, kittest.HandMade) []string // after it was cut off: the ARNs of locations
		another func(kittest.HandMade, xacct.Transfer) xacct.Transfer         // the other transfer, which is set up
	}{
		"a location at another prefix with another role": {world: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			locationFor(t, c, "eu-west-1", "media-raw", "theirs/", roleFor(t, c))
			locationFor(t, c, "us-east-2", "media-archive", "theirs/", h.DestinationRole)
		}, want: fitting},
		"a second location that fits by then": {want: fitting, later: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) []string {
			return []string{locationFor(t, c, "eu-west-1", "media-raw", "2026/", h.SourceRole)}
		}},
		"a second location that fits by then, with another role": {world: func(t *testing.T, c *xaccttest.Cloud, _ kittest.HandMade) {
			roleFor(t, c)
		}, want: fitting, later: func(t *testing.T, c *xaccttest.Cloud, _ kittest.HandMade) []string {
			return []string{locationFor(t, c, "eu-west-1", "media-raw", "2026/", theirRole)}
		}},
		"another transfer that adopted the roles": {world: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			theirs(t, c, h, h.Adopted(kittest.Push(c)))
		}, want: func(tr xacct.Transfer) xacct.Transfer { return fitsEnds(later(tr)) }, another: kittest.HandMade.Adopted},
		"another transfer that adopted the roles and has policies of its own": {world: func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			theirs(t, c, h, own(h, kittest.Push(c)))
		}, want: func(tr xacct.Transfer) xacct.Transfer { return fitsEnds(later(tr)) }, another: own},
	} {
		for _, deleteAdopted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, with DeleteAdopted %v", name, deleteAdopted), func(t *testing.T) {
				t.Parallel()
				settled, cases := "", 0
				for n := 0; ; n++ { // 0 is undisturbed
					writes := 0
					synctest.Test(t, func(t *testing.T) {
						dump := func(c *xaccttest.Cloud) string {
							out := kittest.StableDump(c)
							if deleteAdopted { // a role that stays for a location which was not adopted yet keeps a trust policy that undisturbed goes with the role
								out = trustLine.ReplaceAllString(out, "")
							}
							return out
						}
						cloud := kittest.World(t)
						hand := kittest.ByHand(cloud, kittest.Push(cloud))
						if tt.world != nil {
							tt.world(t, cloud, hand)
						}
						tr := tt.want(kittest.Push(cloud))
						p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
						began, made := dump(cloud), []string(nil)
						writes = cutOff(t, cloud, p, n)
						if tt.later != nil {
							made = tt.later(t, cloud, hand)
						}
						down := destroyPlan(t, cloud, tr, deleteAdopted)
						if kittest.HasFinding(down, xacct.CodeAdopt, xacct.Blocking) {
							down = destroyPlan(t, cloud, tr, false)
						}
						if _, err := down.Apply(t.Context(), cloud.Clients()); err != nil {
							t.Fatalf("after write %d: %v", n, err)
						}
						for _, arn := range made {
							if _, err := cloud.Clients()[accountA].DataSync("eu-west-1").DeleteLocation(t.Context(), &datasync.DeleteLocationInput{LocationArn: &arn}); err != nil {
								t.Error(err)
							}
						}
						end := dump(cloud)
						if n == 0 {
							settled = end
						}
						if diff := kittest.DiffEither(began, settled, end); diff != "" && n > 0 {
							t.Errorf("after write %d:\n%s", n, diff)
						}
						if tt.another != nil {
							other := tt.another(hand, kittest.Push(cloud))
							if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{other}); !p.Empty() {
								t.Errorf("after write %d: the other transfer is not as it was:\n%s", n, p)
							}
						}
						for _, line := range strings.Split(end, "\n") {
							if strings.Contains(line, "xacct-"+tr.Name+"-") || strings.Contains(line, "xacct:transfer="+tr.Name) {
								t.Errorf("after write %d: left: %s", n, line)
							}
						}
					})
					if n > 0 && writes < n || t.Failed() {
						break
					}
					cases++
				}
				if cases < 4 {
					t.Errorf("%d cases", cases)
				}
			})
		}
	}
}

// TestCutOffAdoptionUnread has a destroy plan that may not read a role. One that the adoption may have come to blocks the plan, and one of others does not.
func TestCutOffAdoptionUnread(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		unread func(kittest.HandMade) string // the ARN of the role
		blocks bool
	}{
		"the role at the place":     {func(h kittest.HandMade) string { return h.SourceRole }, true},
		"a role at another place":   {func(kittest.HandMade) string { return theirRole }, false},
		"a role of no location":     {func(kittest.HandMade) string { return theirRole + "-too" }, false},
		"the role of the other end": {func(h kittest.HandMade) string { return h.DestinationRole }, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				locationFor(t, cloud, "eu-west-1", "media-raw", "theirs/", roleFor(t, cloud))
				tr := fitting(kittest.Push(cloud))
				applyToRoles(t, cloud, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					if call.Operation == "GetRole" && strings.HasSuffix(tt.unread(hand), "/"+kittest.KeyOf(call).Resource) {
						return kittest.AccessDenied(call)
					}
					return next()
				})
				p := destroyPlan(t, cloud, tr, false)
				cloud.Intercept(nil)
				blocked := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
					return f.Severity == xacct.Blocking && f.Subject == tt.unread(hand) && strings.Contains(f.Remedy, "iam:GetRole")
				})
				if blocked != tt.blocks {
					t.Errorf("blocked: %v, want %v:\n%s", blocked, tt.blocks, p)
				}
				if names := p.Transfers[0].Source.Adopt.Role; names != hand.SourceRole {
					t.Errorf("the plan names the role %q", names)
				}
			})
		})
	}
}

// TestFittingRoleCalls counts what a destroy plan calls to find the roles that fit: nothing more once the locations are adopted, and one look at each role
// of the bucket's locations before.
func TestFittingRoleCalls(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rolesAlone bool // no location is adopted
		adopted    func(kittest.HandMade, xacct.Transfer) xacct.Transfer
		want       int // calls of GetRole for the source's role
	}{
		"adopted":                  {false, func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) }, 1},
		"cut off":                  {true, func(_ kittest.HandMade, tr xacct.Transfer) xacct.Transfer { return fitting(tr) }, 2},
		"cut off, with named ARNs": {true, kittest.HandMade.Adopted, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tr := tt.adopted(hand, kittest.Push(cloud))
				if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); tt.rolesAlone {
					applyToRoles(t, cloud, p)
				} else {
					kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				}
				cloud.ResetCalls()
				destroyPlan(t, cloud, tr, false)
				got := 0
				for _, call := range cloud.Calls() {
					if call.Operation == "GetRole" && strings.HasSuffix(hand.SourceRole, "/"+kittest.KeyOf(call).Resource) {
						got++
					}
				}
				if got != tt.want {
					t.Errorf("%d calls of GetRole, want %d", got, tt.want)
				}
			})
		})
	}
}
