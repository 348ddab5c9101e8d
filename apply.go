package xacct

import (
	"context"
	"log/slog"
	"time"

	"github.com/xacct/xacct/internal/apply"
	"github.com/xacct/xacct/internal/option"
)

// ApplyOptions are the settings of [Plan.Apply].
type ApplyOptions struct {
	OnEvent     func(Event)   // called in order and never concurrently; must not block for long; nil is nobody
	Concurrency int           // how many calls go to one service of one account and Region at once; 0 is 16
	Budget      time.Duration // how long to retry what a young role or policy causes when the policies allow it; 0 is 2 minutes
	Settle      time.Duration // how long to look for what a call whose answer was lost may have made, and for a written policy to show; 0 is 30 seconds
	Logger      *slog.Logger  // nil logs nothing
}

// Apply makes the changes of the plan that are not on hold. It reads AWS again first and derives everything that it writes from the plan's
// transfers and from what it reads: what is as wanted already is left alone, statements of others are merged again, and an object of
// ours that was changed since is a [StaleError]. Independent changes go on when one fails; what requires it is skipped.
//
// The Result is there whenever the changes were begun, together with all failures joined. Changes that wait for another account's operator
// are no error.
func (p *Plan) Apply(ctx context.Context, c Clients, optFns ...func(*ApplyOptions)) (*Result, error) {
	var o ApplyOptions
	option.Apply(&o, optFns)
	return apply.Run(ctx, p.draft(), c.set(), apply.Options(o))
}
