package memo_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/xacct/xacct/policy/internal/memo"
)

// value is large enough to have memory of its own.
type value [4]int

func TestGet(t *testing.T) {
	var cell memo.Cell
	var wg sync.WaitGroup
	built := make([]*value, 8)
	for i := range built {
		wg.Go(func() { built[i] = memo.Get(&cell, func() *value { return &value{i} }) })
	}
	wg.Wait()
	kept := memo.Get(&cell, func() *value { t.Error("built again"); return nil })
	for i, v := range built {
		if v == nil {
			t.Errorf("call %d got nothing", i)
		}
	}
	runtime.GC()
	if got := memo.Get(&cell, func() *value { t.Error("built again"); return nil }); got != kept {
		t.Errorf("later got %v, want %v", got, kept)
	}
	runtime.KeepAlive(built)
}

func TestValueThatNobodyUsesIsBuiltAgain(t *testing.T) {
	var cell memo.Cell
	for want := range 3 {
		if got := memo.Get(&cell, func() *value { return &value{want} }); got[0] != want {
			t.Errorf("got %d, want %d", got[0], want)
		}
		runtime.GC()
	}
}
