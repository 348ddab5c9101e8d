// Package patience decides how long to wait, and for what. It holds the delay between attempts (Delay, Sleep), the time that attempts may take
// by the class of their error (Backoff and the budgets beside it), and the contexts of calls that an ended apply must not cut off (WithGrace,
// Hold, Finish, Late, Stopped). It makes no calls and keeps no state of its own: the loops are in the packages that know what they try again.
package patience
