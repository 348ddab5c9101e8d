package xacct

import "sync"

// parallel runs functions with a bound on how many run at once.
type parallel struct {
	slots chan struct{}
	wg    sync.WaitGroup
}

// defaultConcurrency keeps well under the request rates at which IAM and DataSync begin to throttle.
const defaultConcurrency = 16

func newParallel(n int) *parallel {
	if n <= 0 {
		n = defaultConcurrency
	}
	return &parallel{slots: make(chan struct{}, n)}
}

// run starts fn as soon as a slot is free.
func (p *parallel) run(fn func()) {
	p.wg.Go(func() {
		p.slots <- struct{}{}
		defer func() { <-p.slots }()
		fn()
	})
}

// beside is for further functions under the same bound, to be waited for on their own.
func (p *parallel) beside() *parallel { return &parallel{slots: p.slots} }

// wait returns when everything started has ended.
func (p *parallel) wait() { p.wg.Wait() }
