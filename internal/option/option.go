// Package option applies functional options: the func(*PlanOptions) and func(*ApplyOptions) arguments with which callers set what is
// optional. Apply takes the options with their defaults and the functions, and changes the options in place. It exists so that every function
// of the face treats a nil option alike: it is skipped.
package option

// Apply calls the functions on o in their order, so that the last one to set a field wins. A nil function is skipped.
func Apply[O any](o *O, fns []func(*O)) {
	for _, fn := range fns {
		if fn != nil {
			fn(o)
		}
	}
}
