package check

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
)

// optIn reports the opt-in Regions of the transfer, and whether the task account has enabled them. A location is in the Region of its bucket, the task in
// that of the destination; where one of the two is disabled, a run ends early. Of the account of a bucket the bucket itself proves it.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html
func (c *checker) optIn() []plan.Finding {
	t := c.Transfer
	source, destination := t.Source.Region, t.Destination.Region
	var out []plan.Finding
	switch {
	case source == destination && region.OptIn(source):
		return []plan.Finding{c.optInRegion(plan.DestinationSide, source, "both locations and the task")}
	case source == destination:
		return nil
	}
	if region.OptIn(source) {
		out = append(out, c.optInRegion(plan.SourceSide, source, "the source location"))
	}
	if region.OptIn(destination) {
		out = append(out, c.optInRegion(plan.DestinationSide, destination, "the destination location and the task"))
	}
	return out
}

// optInRegion is the finding on one opt-in Region, in which DataSync has what is named.
func (c *checker) optInRegion(side plan.Side, name, what string) plan.Finding {
	account := c.Transfer.TaskAccount
	f := plan.Finding{Severity: plan.Info, Code: plan.CodeOptIn, Transfer: c.Transfer.Name, Side: side, Account: account, Subject: name}
	enabled, given := c.facts.Regions[account]
	proved, listed := slices.Contains(c.facts.Reached[account], name), slices.Contains(enabled, name)
	kind := "opt-in Region " + name
	if !region.OptInListed(name) {
		kind = fmt.Sprintf("Region %s, which is none of those known in %s and counts as an opt-in Region,", name, region.OptInAsOf)
	}
	enable := fmt.Sprintf("enable Region %s in account %s (aws account enable-region --region-name %s), which takes minutes to hours", name, account, name)
	switch {
	case proved && given && !listed:
		f.Severity = plan.Warning
		f.Detail = fmt.Sprintf("account %s has the %s enabled, because a call of DataSync there succeeded, and Regions does not list it", account, kind)
		f.Remedy = fmt.Sprintf("add %s to Regions of account %s, unless the account is disabling it", name, account)
	case proved:
		f.Detail = fmt.Sprintf("account %s has the %s enabled: a call of DataSync there succeeded", account, kind)
	case listed:
		f.Detail = fmt.Sprintf("account %s has the %s enabled, as Regions says; %s will be there", account, kind, what)
	case given:
		f.Severity = plan.Blocking
		f.Detail = fmt.Sprintf("account %s has not enabled the %s, as Regions says: %s can neither be made nor used there", account, kind, what)
		f.Remedy = enable + ", and add it to Regions, or choose a bucket in a Region that the account has"
	default:
		f.Severity, f.DependsOn = plan.Warning, []string{"whether account " + account + " has enabled Region " + name}
		f.Detail = fmt.Sprintf("whether account %s has enabled the %s is not known: %s will be there, and a run ends early where the Region is disabled", account, kind, what)
		f.Remedy = fmt.Sprintf("give Regions what account:ListRegions tells of account %s; if Region %s is not enabled, %s", account, name, enable)
	}
	return f
}
