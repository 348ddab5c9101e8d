package xacct

import (
	"context"
	"log/slog"
	"time"

	"github.com/xacct/xacct/internal/apply"
	"github.com/xacct/xacct/internal/option"
)

// ApplyOptions are the settings of [Plan.Apply]. The zero value is a good choice.
type ApplyOptions struct {
	OnEvent     func(Event)  // called for each step, in order and never concurrently; it must return soon; nil is none
	Concurrency int          // how many calls go to one service of one account and Region at once; 0 is 16, less is an error
	Logger      *slog.Logger // gets calls as PlanOptions.Logger does, and at Info the findings and each step of a change; nil logs nothing

	// Budget is how long to retry a call that the policies allow and that a new role or policy does not allow yet; 0 is 2 minutes, less is an error.
	Budget time.Duration

	// Settle is how long to look for what a call with a lost answer made, and for a written policy to show; 0 is 30 seconds, less is an error.
	Settle time.Duration

	// Grace is how long Apply goes on after its context has ended, to finish what it has sent and look at what became of it; 0 is a minute, less is an
	// error. A write that is not answered by then is cut off, and may have been carried out or not: the next plan shows it.
	Grace time.Duration
}

// Apply makes the changes of the plan that are not on hold. It reads AWS again first, and derives everything that it writes from the plan's
// transfers and from what it reads, never from the plan's texts. What is as desired already is left alone, and statements of others are merged
// again. A resource of ours that was changed since the plan was made is a *[StaleError]. When a change fails, those that require it are skipped
// and the others go on.
//
// The Result is nil only if no change was begun. All failures are joined in the error. A change that waits for another account's operator is
// not a failure.
//
// Once ctx has ended, no further write is begun. One that was sent is waited for within ApplyOptions.Grace.
func (p *Plan) Apply(ctx context.Context, c Clients, optFns ...func(*ApplyOptions)) (*Result, error) {
	var o ApplyOptions
	option.Apply(&o, optFns)
	return apply.Run(ctx, p.internal(), c.set(), apply.Options(o))
}
