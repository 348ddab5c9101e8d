package handover_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A stub keeps one policy in a file, byte for byte, which no service does, and fails as it is told. Its folder has the files policy, ownership, calls (a
// line for each call), fail-<operation> (a line "Code message" for each call that fails; "-" is an error without a code, "late" one after the
// call), and bin with the programs that a script may find.

// stub answers one call.
func stub(dir string, args []string) int {
	line, err := json.Marshal(args)
	if err != nil {
		panic(err)
	}
	log, err := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(log, "%s %s\n", os.Getenv("AWS_MAX_ATTEMPTS"), line)
	log.Close()
	operation := args[1]
	failures := filepath.Join(dir, "fail-"+operation)
	if text, err := os.ReadFile(failures); err == nil && len(text) > 0 {
		first, rest, _ := strings.Cut(string(text), "\n")
		if err := os.WriteFile(failures, []byte(rest), 0o600); err != nil {
			panic(err)
		}
		code, message, _ := strings.Cut(first, " ")
		if code == "late" { // the answer is lost, and the call was carried out
			perform(dir, operation, args)
			code = "-"
		}
		if code != "-" {
			message = fmt.Sprintf("\nAn error occurred (%s) when calling the X operation: %s", code, message)
		}
		fmt.Fprintln(os.Stderr, message)
		return 254
	}
	return perform(dir, operation, args)
}

// perform carries a call out.
func perform(dir, operation string, args []string) int {
	path := filepath.Join(dir, "policy")
	switch operation {
	case "get-caller-identity":
		return answer(map[string]string{"Account": accountB})
	case "get-bucket-policy", "get-key-policy":
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist")
			return 254
		}
		return answer(map[string]string{"Policy": string(text)})
	case "put-bucket-policy", "put-key-policy":
		i := slices.Index(args, "--cli-input-json")
		data, err := os.ReadFile(strings.TrimPrefix(args[i+1], "file://"))
		if err != nil {
			panic(err)
		}
		var in struct{ Policy string }
		if err := json.Unmarshal(data, &in); err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, []byte(in.Policy), 0o600); err != nil {
			panic(err)
		}
	case "get-bucket-ownership-controls":
		text, err := os.ReadFile(filepath.Join(dir, "ownership"))
		if err != nil {
			fmt.Fprintln(os.Stderr, "\nAn error occurred (OwnershipControlsNotFoundError) when calling the GetBucketOwnershipControls operation: none")
			return 254
		}
		return answer(map[string]any{"OwnershipControls": map[string]any{"Rules": []map[string]string{{"ObjectOwnership": string(text)}}}})
	case "put-bucket-ownership-controls":
		if err := os.WriteFile(filepath.Join(dir, "ownership"), []byte("BucketOwnerEnforced"), 0o600); err != nil {
			panic(err)
		}
	case "delete-bucket-policy":
		os.Remove(path)
	default:
		panic("no operation " + operation)
	}
	return 0
}

func answer(v any) int {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		panic(err)
	}
	return 0
}

// stubbed is the folder of a stub.
type stubbed struct {
	t   testing.TB
	dir string
}

// newStub makes a stub whose scripts find bash's usual programs, and python3 if it is among the named ones.
func newStub(t testing.TB, programs ...string) stubbed {
	t.Helper()
	s := stubbed{t, t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s.write("bin/aws", "#!/bin/sh\nXACCT_STUB='"+s.dir+"' exec '"+self+"' \"$@\"\n")
	if err := os.Chmod(filepath.Join(s.dir, "bin/aws"), 0o700); err != nil { //nolint:gosec // it is a program
		t.Fatal(err)
	}
	for _, p := range append(programs, "bash", "sh", "cat", "mkdir", "mktemp", "rm", "dirname", "sed") {
		path, err := exec.LookPath(p)
		if p == "python3" { // what stands in PATH may be a wrapper
			var out []byte
			out, err = exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
			path = strings.TrimSpace(string(out))
		}
		if err != nil {
			t.Skipf("not run: there is no %s here", p)
		}
		if err := os.Symlink(path, filepath.Join(s.dir, "bin", p)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s stubbed) path() string { return filepath.Join(s.dir, "bin") }

func (s stubbed) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// policy is the text that stands there; false if there is none.
func (s stubbed) policy() (string, bool) {
	text, err := os.ReadFile(filepath.Join(s.dir, "policy"))
	return string(text), err == nil
}

// calls are the calls so far, a line each.
func (s stubbed) calls() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "calls"))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return string(text)
}
