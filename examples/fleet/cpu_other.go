//go:build !unix

package main

import "time"

var begun = time.Now()

// cpuTime is the time that this process has run: its CPU is not told here.
func cpuTime() time.Duration { return time.Since(begun) }
