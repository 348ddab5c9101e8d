// Package fleet runs the transfers of a plan, many at a time.
//
//	runner, err := fleet.New(p, clients, result, func(o *fleet.Options) {
//		o.MaxRunning = 50             // in each Region of each task account
//		o.RunID = "2026-03-01"        // a later process with it starts nothing twice
//		o.Canaries = []string{"logs"} // the others only once this one is complete
//	})
//	if err != nil {
//		return err
//	}
//	for event, err := range runner.Run(ctx) {
//		if err != nil {
//			return err // ctx has ended; the transfers go on
//		}
//		fmt.Println(event)
//	}
//	fmt.Println(runner.Table())
//	return runner.Err() // nil only if everything arrived
//
// Run starts each transfer as [xacct.Plan.Start] does, with the same proofs, and never more than Options.MaxRunning at once. It watches with as few calls
// as it can, starts the next transfer where one has ended, and writes a receipt of each. What happens to one transfer stops no other one.
//
// # A process that ends
//
// The token of each run follows from Options.RunID and the name of the transfer. A new process that is given the same RunID finds the runs of the former
// one by their tokens: it watches those that go on, records those that have ended, and starts those that were not begun. It starts nothing twice
// as long as DataSync's lists show what was started: wait for a minute after the former process, see docs/limits.md. Two at the same time may start a
// transfer twice: hold a lock for the RunID.
package fleet
