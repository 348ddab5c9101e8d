package memo_test

import (
	"sync"
	"testing"

	"github.com/xacct/xacct/policy/internal/memo"
)

func TestCell(t *testing.T) {
	var cell memo.Cell
	var wg sync.WaitGroup
	results := make([]any, 8)
	for i := range results {
		wg.Go(func() { results[i] = cell.Get(func() any { return i }) })
	}
	wg.Wait()
	for _, r := range results {
		if r != results[0] {
			t.Fatalf("goroutines got different values: %v", results)
		}
	}
	if got := cell.Get(func() any { t.Error("built again"); return nil }); got != results[0] {
		t.Errorf("later got %v, want %v", got, results[0])
	}
}
