package plan

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// Hints returns the next actions that the errors in err name, the most helpful first and none twice. An [AccessTestError] speaks for what it wraps, whose
// own hints know less of the transfer.
func Hints(err error) []string {
	var out []string
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		for _, s := range ownHints(err) {
			if s != "" && !saidBefore(out, s) {
				out = append(out, s)
			}
		}
		if _, ok := err.(*AccessTestError); ok {
			return
		}
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, w := range e.Unwrap() {
				walk(w)
			}
		}
	}
	walk(err)
	return out
}

// ownHints returns the hints of the error itself: of findings, each remedy by itself.
func ownHints(err error) []string {
	switch e := err.(type) {
	case *BlockedError:
		return splitRemedies(e.Findings)
	case *CallerError:
		return splitRemedies(e.Findings)
	case interface{ Hint() string }:
		return []string{e.Hint()}
	}
	return nil
}

// saidBefore reports whether one of the hints is the hint, or begins or ends with it.
func saidBefore(hints []string, hint string) bool {
	return slices.ContainsFunc(hints, func(have string) bool {
		return have == hint || strings.HasPrefix(have, hint+"; ") || strings.HasSuffix(have, "; "+hint)
	})
}

// remedies joins the remedies of the findings, each once.
func remedies(findings []Finding) string { return strings.Join(splitRemedies(findings), "; ") }

// splitRemedies returns the remedies of the findings, each once, fit for a line.
func splitRemedies(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		if s := text.Printable(f.Remedy); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
