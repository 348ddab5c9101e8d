package handover

import (
	"bytes"

	"github.com/xacct/xacct/review"
)

// review adds review.html, the part of the plan as a page.
func (w *work) review() error {
	var b bytes.Buffer
	if err := review.HTML(&b, w.part); err != nil {
		return err
	}
	w.add("review.html", b.Bytes())
	return nil
}
