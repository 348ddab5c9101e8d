package transfer

import (
	"errors"
	"testing"

	"github.com/xacct/xacct/problem"
)

func TestAllProblemsAtOnce(t *testing.T) {
	err := edited(func(t *Given) {
		t.Name, t.Source.Account, t.Destination.Region, t.Grant = "", "1", "", "x"
	})
	if n := len(problem.All(err)); n < 4 {
		t.Errorf("%d problems, want 4 or more: %v", n, err)
	}
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Error("errors.As finds no Problem")
	}
}

func resolveAll(given []Given) []*Transfer {
	var out []*Transfer
	for _, g := range given {
		out = append(out, Resolve(g))
	}
	return out
}
