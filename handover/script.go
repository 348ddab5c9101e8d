package handover

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

var (
	//go:embed parts/script.sh
	scriptText string
	//go:embed parts/program.py
	programText string
)

// scripts adds script.sh and undo.sh for the policies and the ownership of buckets, if the plan is about any.
func (w *work) scripts() error {
	steps := w.steps()
	if len(steps) == 0 {
		return nil
	}
	data, err := json.MarshalIndent(map[string]any{"Account": w.account, "Mode": w.part.Mode, "Steps": steps}, "", " ")
	if err != nil {
		return err
	}
	for _, way := range []string{"script", "undo"} {
		w.files[way+".sh"] = file{text: []byte(w.script(way, steps, inert.ASCII(data))), executable: true}
	}
	return nil
}

// script is script.sh or undo.sh. Text of others stands only in quoted here-documents, as JSON in ASCII or behind two spaces.
func (w *work) script(way string, steps []step, data string) string {
	var b strings.Builder
	b.WriteString("#!/usr/bin/env bash\n")
	for _, line := range w.scriptSays(way) {
		b.WriteString("# " + text.Printable(line) + "\n")
	}
	fmt.Fprintf(&b, "\naccount=%s\nregion=%s\nway=%s\n", inert.Shell(w.account), inert.Shell(steps[0].Region), inert.Shell(way))
	b.WriteString("# What is to be done by hand where this script cannot.\nby_hand() {\n\tcat <<'XACCT_TEXT'\n")
	for line := range strings.Lines(w.byHand(way == "undo")) {
		if line != "\n" {
			line = "  " + line
		}
		b.WriteString(line)
	}
	b.WriteString("XACCT_TEXT\n}\n\n# What the statements are, and where they go.\ndata() {\n\tcat <<'XACCT_DATA'\n" + data + "\nXACCT_DATA\n}\n\n")
	b.WriteString("# Who looks without Python.\nlook_at() {\n")
	for _, s := range w.policies {
		fmt.Fprintf(&b, "\techo %s >&2\n\t%s | sids\n", inert.Shell(address(s.change)), s.reading())
	}
	b.WriteString("\t:\n}\n\nprogram() {\n\tcat <<'XACCT_PYTHON'\n" + programText + "XACCT_PYTHON\n}\n\n")
	b.WriteString(scriptText)
	return b.String()
}

// scriptSays are the first lines of a script.
func (w *work) scriptSays(way string) []string {
	verb := "Does the part of account " + w.account
	if way == "undo" {
		verb = "Undoes what script.sh did in account " + w.account
	}
	mode := "for the set-up of "
	if w.part.Mode == plan.TearDown {
		mode = "for the tear-down of "
	}
	out := []string{verb + " " + mode + text.And(w.names()) + ". See README.md beside it.",
		"It needs bash, the AWS CLI with credentials of that account, and python3. It changes nothing else than:"}
	for _, st := range w.steps() {
		out = append(out, "- "+st.ID)
	}
	return append(out, "With --dry-run it writes nothing, and prints what it would write. Otherwise it prints its report, to be handed back.",
		"Before each write it keeps what it read in the folder copies beside it, or in XACCT_COPIES.")
}

// names are the names of the part's transfers.
func (w *work) names() []string {
	var out []string
	for _, t := range w.part.Transfers {
		out = append(out, t.Name)
	}
	return out
}

// reading is the command that prints the policy.
func (s shared) reading() string {
	if s.kind == policy.Key {
		return fmt.Sprintf("aws kms get-key-policy --region %s --key-id %s --policy-name default --output json", inert.Shell(s.region), inert.Shell(s.arn))
	}
	return fmt.Sprintf("aws s3api get-bucket-policy --region %s --bucket %s --expected-bucket-owner %s --output json", inert.Shell(s.region),
		inert.Shell(s.name()), inert.Shell(s.change.Account))
}
