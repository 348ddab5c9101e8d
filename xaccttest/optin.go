package xaccttest

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// SetRegions says which opt-in Regions the account has enabled, from now on; none if no name is given. Until then it has all of them, and Regions that
// every account has are enabled in any case. A Region that the account has not enabled does not know its credentials, whoever owns what is called, and
// a run whose task is the account's ends there as soon as it is launched. It panics on a name of a wrong form.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html; the codes of the errors are assumed
func (c *Cloud) SetRegions(account string, enabled ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range enabled {
		if !region.Valid(name) {
			panic(fmt.Sprintf("xaccttest: %q is not the name of a Region", name))
		}
	}
	a := c.account(account, "")
	a.optedIn, a.optsIn = slices.Clone(enabled), true
}

// has reports whether the account can use the Region; "" is that of a service without one.
func (a *account) has(name string) bool {
	return !a.optsIn || !region.OptIn(name) || slices.Contains(a.optedIn, name)
}

// unknownHere refuses a call to a Region that the caller's account has not enabled.
func (c *Cloud) unknownHere(by client, operation string) error {
	a := c.accounts[by.account]
	switch {
	case a == nil || a.has(by.region):
		return nil
	case operation == "HeadBucket":
		return bodiless(&fault.Error{Status: 400, Code: "InvalidToken"})
	case by.service == "S3":
		return &fault.Error{Status: 400, Code: "InvalidToken", Message: "The provided token is malformed or otherwise invalid."}
	}
	return &fault.Error{Status: 400, Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}
}

// launchable refuses a run one of whose Regions the task's account has not enabled.
func (e *execution) launchable(c *Cloud) error {
	for _, l := range []locationState{e.source, e.destination} {
		if a := c.accounts[l.account]; !a.has(l.region) {
			return &fault.Error{Code: "OptInRequired", Message: fmt.Sprintf("Region %s is not enabled in account %s.", l.region, l.account)}
		}
	}
	return nil
}
