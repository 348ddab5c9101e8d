package snapshot

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

var errThrottled = errors.New("throttled")

// found is what a search for something of ours came to.
type found struct {
	ARN       string
	Others    []string
	Ambiguous []string
	Err       string
}

func (f *found) fail(err error) {
	var ambiguous *plan.AmbiguousError
	if errors.As(err, &ambiguous) {
		f.Ambiguous = ambiguous.ARNs
	} else if err != nil {
		f.Err = err.Error()
	}
}

// The location of a side is the one that is tagged as its. What could not be read may be it, unless it is of another bucket.
func TestOurLocation(t *testing.T) {
	twin := func(w world) {
		w.Locations[formerLocation] = w.Locations[destLocation]
		w.editLocation(formerLocation, func(l *location.State) { l.ARN = formerLocation })
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want found
	}{
		{"ours", func(world) {}, found{ARN: destLocation}},
		{"none", func(w world) { clear(w.Locations) }, found{}},
		{"ours with another prefix", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.URI = "s3://media/elsewhere/" })
		}, found{ARN: destLocation}},
		{"of another bucket", func(w world) { w.editLocation(destLocation, func(l *location.State) { l.URI = "s3://other/" }) }, found{}},
		{"of the other side", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Tags = w.t.TagsFor(plan.SourceSide) })
		}, found{Others: []string{destLocation}}},
		{"untagged", func(w world) { w.editLocation(destLocation, func(l *location.State) { l.Tags = nil }) }, found{Others: []string{destLocation}}},
		{"untagged beside ours", func(w world) { twin(w); w.editLocation(formerLocation, func(l *location.State) { l.Tags = nil }) },
			found{ARN: destLocation}},
		{"untagged, of another prefix", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Tags, l.URI = nil, "s3://media/elsewhere/" })
		}, found{}},
		{"two of ours that differ", func(w world) {
			twin(w)
			w.editLocation(formerLocation, func(l *location.State) { l.URI = "s3://media/elsewhere/" })
		}, found{Ambiguous: []string{destLocation, formerLocation}}},
		{"gone", func(w world) { w.Locations[destLocation] = location.State{ARN: destLocation} }, found{}},
		{"unread", func(w world) {
			w.Locations[formerLocation] = location.State{ARN: formerLocation, Unread: map[string]error{location.PartLocation: errThrottled}}
		}, found{Err: formerLocation + ": throttled"}},
		{"failed", func(w world) {
			w.Locations[formerLocation] = location.State{}
			w.Failures[formerLocation] = errThrottled
		}, found{Err: "throttled"}},
		{"its tags unread", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Unread = map[string]error{location.PartTags: errThrottled} })
		}, found{Err: destLocation + ": throttled"}},
		{"tags of another bucket's unread", func(w world) {
			w.former(formerLocation, "s3://other/", destRole, plan.DestinationSide)
			w.editLocation(formerLocation, func(l *location.State) { l.Unread = map[string]error{location.PartTags: errThrottled} })
		}, found{ARN: destLocation}},
		{"unread in another Region", func(w world) {
			w.editLocation(sourceLocation, func(l *location.State) {
				l.Exists, l.Unread = false, map[string]error{location.PartLocation: errThrottled}
			})
		}, found{ARN: destLocation}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			l, alike, err := w.OurLocation(w.location(plan.DestinationSide))
			got := found{ARN: l.ARN, Others: alike}
			got.fail(err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("location (-want +got):\n%s", diff)
			}
		})
	}
}

// Locations that are tagged as the transfer's and are neither end's are left over.
func TestOrphanLocations(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(world)
		want []string
	}{
		{"none", func(world) {}, nil},
		{"of another bucket", func(w world) { w.former(formerLocation, "s3://before/", destRole, plan.DestinationSide) }, []string{formerLocation}},
		{"of another transfer", func(w world) {
			w.former(formerLocation, "s3://before/", destRole, plan.DestinationSide)
			w.editLocation(formerLocation, func(l *location.State) { l.Tags["xacct:transfer"] = "weekly" })
		}, nil},
		{"gone", func(w world) {
			w.former(formerLocation, "s3://before/", destRole, plan.DestinationSide)
			w.editLocation(formerLocation, func(l *location.State) { l.Exists = false })
		}, nil},
		{"of another account", func(w world) {
			w.former("arn:aws:datasync:us-east-2:444455556666:location/loc-09", "s3://before/", destRole, plan.DestinationSide)
		}, nil},
		{"beside a given one", func(w world) {
			g := given()
			g.Destination.LocationARN = formerLocation
			*w.t = *transfer.Resolve(g)
		}, []string{destLocation}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			var got []string
			for _, l := range w.OrphanLocations(w.t) {
				got = append(got, l.ARN)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("left over (-want +got):\n%s", diff)
			}
		})
	}
}

// Of a location that a task of ours names it has to be known whose it is.
func TestUnreadLocations(t *testing.T) {
	unread := func(part string) func(world) {
		return func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Unread = map[string]error{part: errThrottled} })
		}
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want string
	}{
		{"all read", func(world) {}, ""},
		{"unread", unread(location.PartLocation), destLocation + ": throttled"},
		{"its tags unread", unread(location.PartTags), destLocation + ": throttled"},
		{"unread, of nobody's", func(w world) { unread(location.PartTags)(w); clear(w.Tasks) }, ""},
		{"unread, of another's task", func(w world) {
			unread(location.PartTags)(w)
			s := w.task(mainTask)
			s.Tags = nil
			w.tasks(s)
		}, ""},
		{"unread, that a task took the place of", func(w world) {
			w.Locations[formerLocation] = location.State{Unread: map[string]error{location.PartLocation: errThrottled}}
			s := w.task(mainTask)
			s.Tags["xacct:replaces"] = "us-east-2/loc-09"
			w.tasks(s)
		}, formerLocation + ": throttled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			got := ""
			if err := w.UnreadLocations(w.t); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// Locations of the buckets, whatever their prefix, and those that are given, are read.
func TestCandidates(t *testing.T) {
	here := transfer.Place{Account: accountA, Region: "us-east-2"}
	there := transfer.Place{Account: accountA, Region: "eu-west-1"}
	listed := map[transfer.Place][]location.Entry{here: {{ARN: destLocation, URI: "s3://media/in/"}, {ARN: "a", URI: "s3://raw/"},
		{ARN: "b", URI: "nfs://media/"}}, there: {{ARN: sourceLocation, URI: "s3://raw/"}}}
	for _, tt := range []struct {
		name string
		edit func(*transfer.Given)
		want map[string]transfer.Place
	}{
		{"of the buckets", func(*transfer.Given) {}, map[string]transfer.Place{destLocation: here, sourceLocation: there}},
		{"given", func(g *transfer.Given) { g.Destination.LocationARN = formerLocation },
			map[string]transfer.Place{destLocation: here, sourceLocation: there, formerLocation: here}},
		{"given where nothing was listed", func(g *transfer.Given) { g.Destination.LocationARN, g.Destination.Region = formerLocation, "us-west-2" },
			map[string]transfer.Place{sourceLocation: there}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Candidates(empty(tt.edit).set(), listed)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
		})
	}
}
