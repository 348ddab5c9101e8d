package survey

import (
	"context"
	"fmt"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// TaskToRun proves that the client of the task account is that account's and returns the ARN of the transfer's task: the given one, or else the one that
// is tagged as the transfer's. The transfer must be valid.
func TaskToRun(ctx context.Context, c client.Set, t *transfer.Transfer, given string) (string, error) {
	if err := c.Validate(); err != nil {
		return "", err
	}
	if _, err := c.STS(t.TaskAccount); err != nil {
		return "", err
	}
	w := desired.Of([]*transfer.Transfer{t}).Tasks[0]
	if a, ok := region.ParseARN(given); given != "" && (!ok || a.Account != t.TaskAccount || a.Region != w.Spec.Region) {
		return "", fmt.Errorf("account %s %s: task %s of the Result is not there: give the Result of an apply of this plan, or none", t.TaskAccount, w.Spec.Region, text.Printable(given))
	}
	proofs := &identities{}
	if _, err := proofs.prove(ctx, c, t.TaskAccount); err != nil || given != "" {
		return given, err
	}
	s, pl := NewReader(c.Only(t.TaskAccount)), transfer.Place{Account: t.TaskAccount, Region: w.Spec.Region}
	listed := map[transfer.Place][]task.Entry{}
	listInto(ctx, s, pl, "datasync:ListTasks", listed, task.List)
	var wg workers
	for _, e := range listed[pl] {
		if snapshot.WantsTask(desired.Set{Tasks: []desired.Task{w}}, pl, e) {
			wg.Go(func() { s.ReadTask(ctx, pl, e.ARN) })
		}
	}
	wg.Wait()
	if err := s.FirstError(); err != nil {
		return "", err
	}
	state, err := s.OurTask(w)
	if err == nil && !state.Exists { // it may have another name
		var read *Survey
		if read, err = readFor(ctx, c, []*transfer.Transfer{t}, 0, nil, purpose{tearDown: true}, proofs); err == nil {
			state, err = read.Snapshot.OurTask(w)
		}
	}
	switch {
	case err != nil:
		return "", err
	case !state.Exists:
		return "", &plan.NoTaskError{Account: t.TaskAccount, Region: w.Spec.Region, Transfer: t.Name}
	}
	return state.ARN, nil
}
