package option

import "testing"

func TestApply(t *testing.T) {
	type options struct{ A, B int }
	var o options
	Apply(&o, []func(*options){func(o *options) { o.A = 1 }, nil, func(o *options) { o.B, o.A = o.A, 2 }})
	if (o != options{A: 2, B: 1}) {
		t.Errorf("got %+v, want the functions in order, the nil one skipped", o)
	}
}
