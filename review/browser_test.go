package review_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

var chromium = flag.String("chromium", "", "the program of a headless Chromium, for the tests that open pages in it")

// browser is a running Chromium with one tab. It is spoken to as https://chromedevtools.github.io/devtools-protocol/ says, over a pair of pipes.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	session string
	calls   int
	errors  []string // what the console got since the last page
}

// open starts the browser, or skips the test if there is none.
func open(t *testing.T) *browser {
	t.Helper()
	if *chromium == "" {
		t.Skip("no -chromium was given: .ci/review runs this")
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(*chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		_ = b.send("Browser.close", nil)
		in.Close()
		if cmd.Wait() != nil {
			_ = cmd.Process.Kill()
		}
		out.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) send(method string, params any) error {
	b.calls++
	message := map[string]any{"id": b.calls, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = b.in.Write(append(data, 0))
	return err
}

// event is an answer or an event.
type event struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct{ Message string }
}

// next reads one message, and notes what went to the console.
func (b *browser) next() event {
	b.t.Helper()
	data, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser ended: %v", err)
	}
	var e event
	if err := json.Unmarshal(data[:len(data)-1], &e); err != nil {
		b.t.Fatal(err)
	}
	switch e.Method {
	case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
		b.errors = append(b.errors, fmt.Sprintf("%s: %s", e.Method, e.Params))
	}
	return e
}

// call makes a call and reads its result into to.
func (b *browser) call(method string, params, to any) {
	b.t.Helper()
	if err := b.send(method, params); err != nil {
		b.t.Fatal(err)
	}
	for id := b.calls; ; {
		e := b.next()
		switch {
		case e.ID != id:
		case e.Error != nil:
			b.t.Fatalf("%s: %s", method, e.Error.Message)
		case to == nil:
			return
		default:
			if err := json.Unmarshal(e.Result, to); err != nil {
				b.t.Fatal(err)
			}
			return
		}
	}
}

// show opens a file in a window of that width, in the dark or not.
func (b *browser) show(path string, width int, scheme string) {
	b.t.Helper()
	b.errors = nil
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	if err := b.send("Page.navigate", map[string]any{"url": "file://" + path}); err != nil {
		b.t.Fatal(err)
	}
	for b.next().Method != "Page.loadEventFired" {
	}
}

// eval evaluates an expression in the page, whose own scripts are forbidden, and reads its value into to.
func (b *browser) eval(expression string, to any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, answer.ExceptionDetails)
	}
	if err := json.Unmarshal(answer.Result.Value, to); err != nil {
		b.t.Fatal(err)
	}
}
