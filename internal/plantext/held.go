package plantext

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// Held returns the changes that are held back, each with a Reason that also says what would end that.
func Held(changes []plan.Change, findings []plan.Finding) []plan.Change {
	var out []plan.Change
	by := map[string][]plan.Finding{} // by transfer
	for _, f := range findings {
		by[f.Transfer] = append(by[f.Transfer], f)
	}
	for _, c := range changes {
		if c.Op != plan.NoOp && (c.Hold == plan.Handover || c.Hold == plan.Blocked) {
			c.Reason = strings.TrimPrefix(c.Reason+"; "+until(c, by), "; ")
			out = append(out, c)
		}
	}
	return out
}

// until says what ends that a change is held back.
func until(c plan.Change, findings map[string][]plan.Finding) string {
	if c.Hold == plan.Handover {
		return (&plan.WaitingError{Account: c.Account}).Hint()
	}
	var own, blocking []string
	for _, name := range c.Transfers {
		for _, f := range findings[name] {
			switch about := f.Subject != "" && (f.Subject == c.ARN || f.Subject == c.Name); {
			case f.Remedy == "":
			case about && f.Severity != plan.Info && !slices.Contains(own, f.Remedy):
				own = append(own, f.Remedy)
			case f.Severity == plan.Blocking && !slices.Contains(blocking, f.Remedy):
				blocking = append(blocking, f.Remedy)
			}
		}
	}
	return cmp.Or(strings.Join(own, "; and "), strings.Join(blocking, "; and "), "let what it waits for be done, then plan again")
}

// waits returns what the first line says of changes that are held back though their transfers are not blocked: for whom, or which, and the remedy.
func (p *Plan) waits() string {
	var accounts []string
	blocked := map[string]bool{}
	for _, f := range p.Findings {
		blocked[f.Transfer] = blocked[f.Transfer] || f.Severity == plan.Blocking
	}
	var parts []string
	held := Held(p.Changes, p.Findings)
	for _, c := range held {
		if c.Hold == plan.Handover && !slices.Contains(accounts, c.Account) {
			accounts = append(accounts, c.Account)
		}
	}
	for _, account := range accounts {
		parts = append(parts, fmt.Sprintf("waits for account %s: %s", account, (&plan.WaitingError{Account: account}).Hint()))
	}
	var more int
	for _, c := range held {
		if c.Hold != plan.Blocked || slices.ContainsFunc(c.Transfers, func(name string) bool { return blocked[name] }) {
			continue
		}
		if more++; more == 1 {
			parts = append(parts, fmt.Sprintf("%s %s stays: %s", c.Kind, c.Name, c.Reason))
		}
	}
	if more > 1 {
		parts[len(parts)-1] += fmt.Sprintf("; and %d more", more-1)
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + text.Printable(strings.Join(parts, "; "))
}
