package handover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
)

// work is a bundle while it is made.
type work struct {
	account   string
	part      *xacct.Plan // the part of the plan for the account
	transfers []*transfer.Transfer
	desired   desired.Set     // what the transfers ask for, in every account
	all       desired.Index   // the same by the IDs of changes
	known     map[string]bool // IDs of the policies and of the ownership that are kept
	policies  []shared        // the policies of buckets and keys that change, in the plan's order
	ownership []ownership     // the buckets whose Object Ownership changes, in the plan's order
	blocking  []plan.Finding
	files     folder
	refused   []refusal // what a form cannot express
	exits     exits
	templates []*template // those of CloudFormation, in their order
}

// refusal is what a form of the bundle cannot express.
type refusal struct{ form, what, why string }

// add puts a file into the bundle.
func (w *work) add(name string, text []byte) { w.files[name] = file{text: text} }

// derive checks the plan, and works out from its transfers what the bundle is about.
func derive(p *xacct.Plan, account string, o Options) (*work, error) {
	if p == nil {
		return nil, errors.New("bundle: there is no plan")
	}
	if err := planner.CheckSchema(p.Schema); err != nil {
		return nil, err
	}
	if p.Mode == plan.Drift {
		return nil, &plan.DriftError{Use: "handed over"}
	}
	if p.Mode != plan.SetUp && p.Mode != plan.TearDown {
		return nil, &plan.MismatchError{Detail: fmt.Sprintf("its mode is %q, and a bundle sets up or tears down", p.Mode)}
	}
	var l problem.List
	region.CheckAccount(&l, "account", account, false)
	if err := l.Err(); err != nil {
		return nil, err
	}
	if err := placed(p.Changes, account); err != nil {
		return nil, err
	}
	w := &work{account: account, part: p.For(account), files: folder{}}
	if err := w.blocked(o); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(w.part.Changes, func(c plan.Change) bool { return o.Settled || c.Op != plan.NoOp }) {
		return nil, fmt.Errorf("bundle: the plan changes nothing in account %s: see the accounts of its Changes", account)
	}
	var err error
	if w.transfers, err = resolve(w.part.Transfers); err != nil {
		return nil, err
	}
	d, err := derived.Of(&planner.Plan{Schema: p.Schema, Mode: p.Mode, Transfers: w.transfers, Settings: w.part.Settings, Changes: w.part.Changes,
		Findings: w.part.Findings})
	if err != nil {
		return nil, err
	}
	free := slices.DeleteFunc(slices.Clone(w.transfers), func(t *transfer.Transfer) bool { return d.Blocked[t.Name] })
	if err := w.complete(desired.NewIndex(desired.Of(free))); err != nil {
		return nil, err
	}
	w.desired = desired.Of(w.transfers)
	w.all = desired.NewIndex(w.desired)
	w.keep(d)
	return w, nil
}

// blocked keeps the blocking findings, and refuses them unless asked not to.
func (w *work) blocked(o Options) error {
	var errs []error
	byTransfer := planner.BlockingByTransfer(w.part.Findings)
	for _, name := range slices.Sorted(mapKeys(byTransfer)) {
		w.blocking = append(w.blocking, byTransfer[name]...)
		if !o.Blocked || name == "" { // a plan of which nothing is for the account has no transfers
			errs = append(errs, &plan.BlockedError{Transfer: name, Findings: byTransfer[name]})
		}
	}
	return errors.Join(errs...)
}

// resolve works out everything that follows from the transfers. They go through their JSON, in which a member that the machinery does not know is an
// error, so that none is lost.
func resolve(transfers []xacct.Transfer) ([]*transfer.Transfer, error) {
	var out []*transfer.Transfer
	for _, t := range transfers {
		data, err := json.Marshal(t)
		if err != nil {
			return nil, fmt.Errorf("transfer %s: %w", t.Name, err)
		}
		var g transfer.Given
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&g); err != nil {
			return nil, fmt.Errorf("transfer %s: %w", t.Name, err)
		}
		out = append(out, transfer.Resolve(g))
	}
	return out, nil
}
