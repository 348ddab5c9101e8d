package review

import (
	"bufio"
	"fmt"
	"io"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/transfer"
)

// Markdown writes the review as Markdown, as GitHub and GitLab show it, with a picture in Mermaid. A plan whose texts deviate from what its transfers
// ask for is a *[xacct.MismatchError]. Transfers and settings that are not valid, and a schema that this version does not read, are the errors of
// [xacct.Plan.Apply]. Nothing is written then. Other errors are those of w.
func Markdown(w io.Writer, p *xacct.Plan) error {
	d, err := document(p)
	if err != nil {
		return err
	}
	return written(w, d.markdown)
}

// HTML writes the review as one page that needs nothing else: its picture is in it, and it has no script. It follows the reader's choice of dark or
// light, prints, and can be read on a phone. Errors are those of [Markdown].
func HTML(w io.Writer, p *xacct.Plan) error {
	d, err := document(p)
	if err != nil {
		return err
	}
	return written(w, d.html)
}

// Mermaid returns the picture of [Markdown] alone, as the text of a Mermaid flowchart. It is "" for a plan that Markdown refuses, and for one without
// transfers.
func Mermaid(p *xacct.Plan) string {
	d, err := document(p)
	if err != nil || d.picture == nil {
		return ""
	}
	return d.picture.mermaid()
}

// written writes a text in one piece, as far as w takes it.
func written(w io.Writer, text func(*bufio.Writer)) error {
	b := bufio.NewWriter(w)
	text(b)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("review: %w", err)
	}
	return nil
}

// document derives what the plan does from its transfers, and puts it into words.
func document(p *xacct.Plan) (*doc, error) {
	digest, err := p.Digest()
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	q := &planner.Plan{Schema: p.Schema, Mode: p.Mode, Settings: p.Settings, Changes: p.Changes, Findings: p.Findings}
	for _, t := range p.Transfers {
		q.Transfers = append(q.Transfers, transfer.Resolve(given(t)))
	}
	d, err := derived.Of(q)
	if err != nil {
		return nil, err
	}
	return newReport(d, digest).document(), nil
}

// given is the transfer as the internal packages take it.
func given(t xacct.Transfer) transfer.Given {
	return transfer.Given{
		Name: t.Name, Source: transfer.Endpoint(t.Source), Destination: transfer.Endpoint(t.Destination), TaskAccount: t.TaskAccount,
		Operators: t.Operators, Grant: string(t.Grant), Until: t.Until, Task: t.Task, Tags: t.Tags, Retries: t.Retries, TagPrefix: t.TagPrefix, Adopt: t.Adopt,
	}
}
