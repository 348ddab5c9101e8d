package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// copying is a transfer from one place to another, such as raw/2026 to media.
func copying(name, from, to string, optFns ...func(*transfer.Given)) transfer.Given {
	g := given(name, "")
	g.Source.Bucket, g.Source.Prefix, _ = strings.Cut(from, "/")
	g.Destination.Bucket, g.Destination.Prefix, _ = strings.Cut(to, "/")
	g.Source.Account = accountA
	if g.Source.Bucket == "media" { // a bucket has one account and Region
		g.Source.Account, g.Source.Region = accountB, "us-east-2"
	}
	option.Apply(&g, optFns)
	return g
}

func removes(g *transfer.Given) {
	g.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
}

func including(patterns ...string) func(*transfer.Given) {
	return func(g *transfer.Given) { g.Task.Includes = patterns }
}

func excluding(patterns ...string) func(*transfer.Given) {
	return func(g *transfer.Given) { g.Task.Excludes = patterns }
}

func reporting(to string) func(*transfer.Given) {
	return func(g *transfer.Given) {
		name, prefix, _ := strings.Cut(to, "/")
		g.Task.Report = &task.Report{Bucket: name, Prefix: prefix}
	}
}

func byManifest(g *transfer.Given) {
	g.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "list.csv"}
}

// TestOverlap plans transfers together that meet in a bucket. A line of the result is a finding: the transfer, its severity and side, and the others.
func TestOverlap(t *testing.T) {
	blocks := func(a, b string) []string {
		return []string{a + " blocking destination: " + b, b + " blocking destination: " + a}
	}
	warns := func(a, b string) []string {
		return []string{a + " warning destination: " + b, b + " warning destination: " + a}
	}
	chain := []string{"a warning destination: b", "b warning source: a"}
	for _, tt := range []struct {
		name      string
		transfers []transfer.Given
		want      []string
	}{
		{"apart", []transfer.Given{copying("a", "raw/a", "media/a", removes), copying("b", "raw/b", "media/b", removes)}, nil},
		{"other buckets", []transfer.Given{copying("a", "raw", "media", removes), copying("b", "raw", "other")}, nil},
		{"names that begin alike", []transfer.Given{copying("a", "raw/x", "media/2026", removes), copying("b", "raw/y", "media/2026-01")}, nil},
		{"one folder, one deletes", []transfer.Given{copying("a", "raw/x", "media/in", removes), copying("b", "raw/y", "media/in")}, blocks("a", "b")},
		{"one folder with slashes", []transfer.Given{copying("a", "raw/x", "media/in/", removes), copying("b", "raw/y", "media//in")}, blocks("a", "b")},
		{"both delete", []transfer.Given{copying("a", "raw/x", "media/in", removes), copying("b", "raw/y", "media/in", removes)}, blocks("a", "b")},
		{"deletes around another", []transfer.Given{copying("a", "raw/x", "media", removes), copying("b", "raw/y", "media/in/deep")}, blocks("a", "b")},
		{"deletes inside another", []transfer.Given{copying("a", "raw/x", "media/in/deep", removes), copying("b", "raw/y", "media")}, blocks("a", "b")},
		{"deletes by what is at the destination's root", []transfer.Given{copying("a", "raw", "media", removes), copying("b", "raw/y", "media/y2")}, blocks("a", "b")},
		{"the same tree, copied twice", []transfer.Given{copying("a", "raw", "media", removes), copying("b", "raw/y", "media/y")}, warns("a", "b")},
		{"the same tree from elsewhere", []transfer.Given{copying("a", "raw", "media", removes), copying("b", "raw2/y", "media/y")}, blocks("a", "b")},
		{"a manifest deletes nothing", []transfer.Given{copying("a", "raw/x", "media/in", removes, byManifest), copying("b", "raw/y", "media/in")}, warns("a", "b")},
		{"a manifest is deleted from", []transfer.Given{copying("a", "raw/x", "media/in", removes), copying("b", "raw/y", "media/in", byManifest)}, blocks("a", "b")},
		{"none deletes", []transfer.Given{copying("a", "raw/x", "media/in"), copying("b", "raw/y", "media/in")}, warns("a", "b")},
		{"none deletes, one inside", []transfer.Given{copying("a", "raw/x", "media/in"), copying("b", "raw/y", "media/in/b")}, warns("a", "b")},
		{"includes apart", []transfer.Given{copying("a", "raw/x", "media/in", including("/p")), copying("b", "raw/y", "media/in", including("/q/", "/r*"))}, nil},
		{"includes that meet", []transfer.Given{copying("a", "raw/x", "media/in", including("/p")), copying("b", "raw/y", "media/in", including("/p*"))}, warns("a", "b")},
		{"an include is a folder, not a beginning", []transfer.Given{copying("a", "raw/x", "media", including("/p")), copying("b", "raw/y", "media/p2")}, nil},
		{"an include with an escaped star", []transfer.Given{copying("a", "raw/x", "media", including(`/p\*`)), copying("b", "raw/y", "media", including("/p/q"))}, nil},
		{"what the other writes is left out", []transfer.Given{copying("a", "raw/x", "media", removes, excluding("/b")), copying("b", "raw/y", "media/b")},
			warns("a", "b")},
		{"what the other writes is not included", []transfer.Given{copying("a", "raw/x", "media", removes, including("/a")), copying("b", "raw/y", "media/b")},
			warns("a", "b")},
		{"only the other has filters", []transfer.Given{copying("a", "raw/x", "media/a", removes), copying("b", "raw/y", "media", including("/b"))}, nil},
		{"the other leaves the folder out", []transfer.Given{copying("a", "raw/x", "media/a", removes), copying("b", "raw/y", "media", excluding("/a/"))}, nil},
		{"a pattern that names no folder", []transfer.Given{copying("a", "raw/x", "media/a", removes), copying("b", "raw/y", "media", excluding("*/a"))}, blocks("a", "b")},
		{"one tree in two parts", []transfer.Given{copying("a", "raw", "media", removes, including("/p")), copying("b", "raw", "media", removes, including("/q"))},
			warns("a", "b")},
		{"one tree with equal filters", []transfer.Given{copying("a", "raw", "media", removes, excluding("*.tmp")), copying("b", "raw", "media", excluding("*.tmp"))},
			warns("a", "b")},
		{"a chain", []transfer.Given{copying("a", "raw", "media/in"), copying("b", "media/in", "other")}, chain},
		{"a chain, part of it", []transfer.Given{copying("a", "raw", "media/in/deep", removes), copying("b", "media", "other")}, chain},
		{"a chain, filters apart", []transfer.Given{copying("a", "raw", "media", including("/p")), copying("b", "media", "other", including("/q"))}, nil},
		{"reports in another's source", []transfer.Given{copying("a", "raw/x", "media", reporting("other/in/reports")), copying("b", "other/in", "copies")},
			[]string{"a warning source: b", "b warning source: a"}},
		{"reports around another's source", []transfer.Given{copying("a", "raw/x", "media", reporting("other")), copying("b", "other/in", "copies")},
			[]string{"a warning source: b", "b warning source: a"}},
		{"reports in its own source", []transfer.Given{copying("a", "raw/x", "media", reporting("raw/x/reports"))}, []string{"a warning source: "}},
		{"reports in its own source, left out", []transfer.Given{copying("a", "raw/x", "media", reporting("raw/x/reports"), excluding("/reports"))}, nil},
		{"reports of two in one folder", []transfer.Given{copying("a", "raw/x", "media/a", reporting("other")), copying("b", "raw/y", "media/b", reporting("other"))}, nil},
		{"reports at another's destination", []transfer.Given{copying("a", "raw/x", "media/a", reporting("media/b/reports")), copying("b", "raw/y", "media/b")}, nil},
		{"a ring", []transfer.Given{copying("a", "raw", "media"), copying("b", "media", "raw")}, []string{
			"a warning destination: b", "a warning source: b", "b warning destination: a", "b warning source: a"}},
		{"two sources in one folder", []transfer.Given{copying("a", "raw", "media"), copying("b", "raw", "other")}, nil},
		{"three, one of them apart", []transfer.Given{copying("a", "raw/x", "media/in", removes), copying("b", "raw/y", "media/in/b"), copying("c", "raw/z", "media/out")},
			blocks("a", "b")},
		{"many in one folder", []transfer.Given{copying("a", "raw/a", "media"), copying("b", "raw/b", "media"), copying("c", "raw/c", "media"), copying("d", "raw/d", "media"),
			copying("e", "raw/e", "media"), copying("f", "raw/f", "media"), copying("g", "raw/g", "media")}, []string{
			"a warning destination: b, c, d, e, f and 1 more", "b warning destination: a, c, d, e, f and 1 more",
			"c warning destination: a, b, d, e, f and 1 more", "d warning destination: a, b, c, e, f and 1 more",
			"e warning destination: a, b, c, d, f and 1 more", "f warning destination: a, b, c, d, e and 1 more",
			"g warning destination: a, b, c, d, e and 1 more"}},
	} {
		for _, order := range []string{"in order", "turned round"} {
			t.Run(tt.name+", "+order, func(t *testing.T) {
				transfers := slices.Clone(tt.transfers)
				if order != "in order" {
					slices.Reverse(transfers)
				}
				w := newWorld(transfers...)
				w.settings.AllowDelete = true
				_, p := w.plan()
				var got []string
				for _, f := range p.Findings {
					if f.Code == plan.CodeOverlap {
						others := ""
						if i := strings.LastIndex(f.Detail, ": "); i >= 0 {
							others = f.Detail[i+2:]
						}
						got = append(got, fmt.Sprintf("%s %s %s: %s", f.Transfer, f.Severity, f.Side, others))
					}
				}
				slices.Sort(got)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestOverlapInForce has a task that deletes although its transfer does not say so.
func TestOverlapInForce(t *testing.T) {
	w := newWorld(copying("nightly", "raw/x", "media/in")).made()
	both := newWorld(copying("nightly", "raw/x", "media/in"), copying("weekly", "raw/y", "media/in"))
	for arn, s := range w.Tasks {
		s.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
		both.Tasks[arn] = s
	}
	both.Locations, both.settings.AllowDelete = w.Locations, true
	_, p := both.plan()
	for _, name := range []string{"nightly", "weekly"} {
		if !slices.ContainsFunc(p.Findings, func(f plan.Finding) bool {
			return f.Transfer == name && f.Code == plan.CodeOverlap && f.Severity == plan.Blocking
		}) {
			t.Errorf("%s is not blocked: %q", name, findings(p))
		}
	}
}
