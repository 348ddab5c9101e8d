package pages

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type page struct {
	items []int
	more  string
	err   error
}

func TestAll(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name    string
		pages   []page
		want    []int
		wantErr error
	}{
		{"one page", []page{{items: []int{1, 2}}}, []int{1, 2}, nil},
		{"empty list", []page{{}}, nil, nil},
		{"empty pages with a successor", []page{{more: "a"}, {items: []int{1}, more: "b"}, {more: "c"}, {items: []int{2}}}, []int{1, 2}, nil},
		{"breaks off", []page{{items: []int{1}, more: "a"}, {err: broken}}, []int{1}, broken},
		{"repeats its token", []page{{items: []int{1}, more: "a"}, {items: []int{2}, more: "a"}}, []int{1, 2}, errRepeated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := 0
			got, err := All(t.Context(), func(_ context.Context, token *string) ([]int, *string, error) {
				if (token == nil) != (i == 0) {
					t.Errorf("page %d has token %v", i, token)
				}
				if token != nil && *token != tt.pages[i-1].more {
					t.Errorf("page %d has token %q", i, *token)
				}
				p := tt.pages[i]
				i++
				return p.items, &p.more, p.err
			})
			if !errors.Is(err, tt.wantErr) {
				t.Errorf("err = %v, want %v", err, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if i != len(tt.pages) {
				t.Errorf("%d pages read, want %d", i, len(tt.pages))
			}
		})
	}
}
