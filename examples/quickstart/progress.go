package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/xacct/xacct/task"
)

// terminal reports whether f shows a carriage return as one.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progressBar shows a run: on a terminal as one line that is rewritten, elsewhere as a line for each status.
type progressBar struct {
	out  output
	last string
}

func (b *progressBar) show(p task.Progress) {
	if !b.out.terminal {
		if s := string(p.Status); s != b.last {
			b.last = s
			fmt.Fprintf(b.out, "  %-13s %s\n", p.Status, percent(p))
		}
		return
	}
	const width = 30
	full := 0
	if p.Percent > 0 {
		full = int(p.Percent / 100 * width)
	}
	b.last = fmt.Sprintf("  %-13s [%s%s] %s, %d objects", p.Status, strings.Repeat("#", full), strings.Repeat(".", width-full), percent(p), p.Counters.Files)
	fmt.Fprintf(b.out, "\r%-78s", b.last)
}

func (b *progressBar) end() {
	if b.out.terminal {
		fmt.Fprintln(b.out)
	}
}

func percent(p task.Progress) string {
	switch {
	case p.Percent < 0:
		return "  ? %"
	case p.Estimating:
		return fmt.Sprintf("%3.0f %% (estimating)", p.Percent)
	}
	return fmt.Sprintf("%3.0f %%", p.Percent)
}
