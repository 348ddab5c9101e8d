package fleet

import (
	"maps"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

// leastRecords is how many receipts at least are written together while transfers run, because what they share is read once.
const leastRecords = 20

// record writes the receipts of transfers that have ended: of a tenth of the fleet at once, and of the rest when nothing runs any more.
func (s *session) record() {
	resting := s.counts.Waiting+s.counts.Running == 0
	if s.recording || len(s.ended) == 0 || !resting && len(s.ended) < max(leastRecords, len(s.entries)/10) {
		return
	}
	entries := s.ended
	s.recording = true
	outcomes := make([]*task.Outcome, len(entries))
	for i, e := range entries {
		outcomes[i] = e.Outcome
	}
	s.do(func() func() {
		written, errs := s.receipts(entries, outcomes)
		return func() {
			s.recording = false
			if s.stopped() && len(errs) > 0 { // Run writes them when it goes on
				return
			}
			s.ended = s.ended[len(entries):]
			for i, e := range entries {
				s.note(e, nil, func() { e.Receipt, e.ReceiptErr = s.complete(e, written[e.Transfer], outcomes[i]), errs[e.Transfer] })
			}
		}
	})
}

// receipts writes them together, and those that cannot be written so each by itself, so that one transfer costs no other one its receipt.
func (s *session) receipts(entries []*entry, outcomes []*task.Outcome) (map[string]*xacct.Receipt, map[string]error) {
	all := map[string]*task.Outcome{}
	for i, e := range entries {
		all[e.Transfer] = outcomes[i]
	}
	together := &xacct.Plan{Schema: s.plan.Schema, Mode: s.plan.Mode, Settings: s.plan.Settings}
	for _, e := range entries {
		together.Transfers = append(together.Transfers, e.transfer)
	}
	written, errs := map[string]*xacct.Receipt{}, map[string]error{}
	some, err := together.Receipts(s.work, s.clients, nil, all)
	maps.Copy(written, some)
	if err == nil {
		return written, errs
	}
	for i, e := range entries {
		if written[e.Transfer] == nil {
			r, err := e.plan.Receipt(s.work, s.clients, e.Transfer, nil, outcomes[i])
			if err != nil {
				errs[e.Transfer] = err
				continue
			}
			written[e.Transfer] = r
		}
	}
	return written, errs
}

// complete fills in what the receipt has of the plan as a whole and of its own transfer.
func (s *session) complete(e *entry, r *xacct.Receipt, out *task.Outcome) *xacct.Receipt {
	if r == nil {
		return nil
	}
	r.Plan = s.digest
	r.RequestIDs = e.result.RequestIDs(e.Transfer)
	if out.RequestID != "" {
		r.RequestIDs["start"] = []string{out.RequestID}
	}
	if len(e.words) > 0 {
		r.OwnershipConfirmed = e.words
	}
	return r
}
