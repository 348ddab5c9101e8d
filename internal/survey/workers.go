package survey

import "sync"

// atOnce is how many reads of one group are under way at once, whatever the number of transfers. A bucket or role makes up to ten calls at a time, of
// which the client lets no more through than the Concurrency of its account, Region and service.
const atOnce = 256

// workers run functions, at most [atOnce] at a time and the others in the order in which they came. The zero value is ready to use. A function may
// begin others.
type workers struct {
	mu      sync.Mutex
	waiting []func()
	running int
	wg      sync.WaitGroup
}

// Go runs the function as soon as a worker is free. It does not wait for that.
func (w *workers) Go(f func()) {
	w.wg.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == atOnce {
		w.waiting = append(w.waiting, f)
		return
	}
	w.running++
	go w.work(f)
}

// work runs the function, and then those that wait.
func (w *workers) work(f func()) {
	for f != nil {
		f()
		f = w.next()
		w.wg.Done()
	}
}

// next takes the function that has waited longest; nil if there is none.
func (w *workers) next() (f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		w.running--
		return nil
	}
	f, w.waiting[0] = w.waiting[0], nil
	w.waiting = w.waiting[1:]
	return f
}

// Wait waits until every function has returned.
func (w *workers) Wait() { w.wg.Wait() }
