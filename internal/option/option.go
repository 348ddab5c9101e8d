// Package option applies option functions: the func(*Options) that callers hand to a function of xacct.
package option

// Apply runs the functions on o, in order. A nil function is skipped.
func Apply[O any](o *O, fns []func(*O)) {
	for _, fn := range fns {
		if fn != nil {
			fn(o)
		}
	}
}
