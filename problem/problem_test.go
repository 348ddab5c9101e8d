package problem

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rule = Rule{ID: "short", Text: "must be short", Remedy: "cut it", Source: "xacct"}

func TestError(t *testing.T) {
	for _, tt := range []struct {
		problem Problem
		want    string
	}{
		{Problem{Path: "A.B", Value: "v", Rule: "must be w", Remedy: "give w"}, `A.B "v" must be w; give w`},
		{Problem{Path: "A", Rule: "must be given"}, "A must be given"},
		{Problem{Value: "a  b ", Rule: "must be one word"}, `"a  b " must be one word`},
		{Problem{Value: "a\nb", Rule: "must be one line"}, `"a\nb" must be one line`},
		{Problem{Path: "A.\x1b[2J\r\nB", Value: "\u202e", Rule: "is no member", Remedy: "take \u009b away"}, `A.\x1b[2J\r\nB "\u202e" is no member; take \u009b away`},
	} {
		if got := tt.problem.Error(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	var inner, l List
	inner.Check(true, rule, "X", "fine")
	if err := inner.Err(); err != nil {
		t.Errorf("no problem: %v", err)
	}
	inner.Add(rule, "X", "long")
	inner.Add(rule, "[0]", "long")
	inner.Add(rule, "", "long")
	other := errors.New("other")
	l.Under("A", errors.Join(inner.Err(), other))
	l.Under("B", nil)
	var paths []string
	for _, p := range All(fmt.Errorf("wrapped: %w", l.Err())) {
		paths = append(paths, p.Path)
	}
	if diff := cmp.Diff([]string{"A.X", "A[0]", "A"}, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if !errors.Is(l.Err(), other) || !strings.Contains(l.Err().Error(), "A other") {
		t.Errorf("the other error: %v", l.Err())
	}
}

// A path may have the name of a member of somebody's file.
func TestPathsAreEscaped(t *testing.T) {
	var l List
	l.Add(rule, "A.\x1b[2J", "v\x1b")
	p := All(l.Err())[0]
	if diff := cmp.Diff([]string{`A.\x1b[2J`, "v\x1b"}, []string{p.Path, p.Value}); diff != "" {
		t.Errorf("path and value (-want +got):\n%s", diff)
	}
}

func TestValuesAreShortened(t *testing.T) {
	var l List
	l.Add(rule, "X", strings.Repeat("ü", 500))
	if n := len([]rune(All(l.Err())[0].Value)); n != maxValue {
		t.Errorf("%d characters, want %d", n, maxValue)
	}
}
