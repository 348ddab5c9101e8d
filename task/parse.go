package task

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// reportItem is the JSON of one object in a report. Skipped and deleted objects are assumed to have the same form as the others. A report of a BASIC
// run has FailureCode and FailureReason, one of an ENHANCED run ErrorCode and ErrorDetail.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html
type reportItem struct {
	RelativePath                                                  string
	TransferStatus, VerifyStatus, SkipStatus, DeleteStatus        string
	ErrorCode, ErrorDetail                                        string
	FailureCode, FailureReason                                    any
	DstS3VersionId                                                string
	SrcMetadata, DstMetadata, SourceMetadata, DestinationMetadata struct{ Type string }
}

func (it reportItem) entry(kind ReportKind) ReportEntry {
	own := map[ReportKind]string{Transferred: it.TransferStatus, Verified: it.VerifyStatus, SkippedObjects: it.SkipStatus, DeletedObjects: it.DeleteStatus}[kind]
	return ReportEntry{
		Kind: kind, Key: strings.TrimPrefix(it.RelativePath, "/"), Status: cmp.Or(own, it.TransferStatus, it.VerifyStatus, it.SkipStatus, it.DeleteStatus),
		ErrorCode: cmp.Or(it.ErrorCode, plainValue(it.FailureCode)), ErrorDetail: cmp.Or(it.ErrorDetail, plainValue(it.FailureReason)), Version: it.DstS3VersionId,
		Folder: it.SrcMetadata.Type == "Directory" || it.DstMetadata.Type == "Directory" ||
			it.SourceMetadata.Type == "Directory" || it.DestinationMetadata.Type == "Directory",
	}
}

// plainValue returns a text or a number of JSON as text; "" if it is 0 or something else.
func plainValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		if v != 0 {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return ""
}

// reasonIn returns why an object was skipped. AWS documents that a report says so, and not under which name: every text whose name holds "reason" counts.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html
func reasonIn(item []byte) string {
	var members map[string]any
	if json.Unmarshal(item, &members) != nil {
		return ""
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if reason := plainValue(members[name]); reason != "" && strings.Contains(strings.ToLower(name), "reason") {
			out = append(out, reason)
		}
	}
	return strings.Join(out, "; ")
}

// ParseReport reads one part of a report and yields its entries. An error comes last; anything after the report is an error. A list with an unknown
// name yields entries of that kind if its elements have a path.
func ParseReport(r io.Reader) iter.Seq2[ReportEntry, error] {
	return func(yield func(ReportEntry, error) bool) {
		in := &bounded{in: r}
		p := parser{in: in, d: json.NewDecoder(in), yield: yield}
		if err := p.report(); err != nil && !p.stopped {
			yield(ReportEntry{}, err)
		}
	}
}

// maxToken bounds the bytes that are read for one JSON token. An entry has a key of at most 1,024 bytes and a few words.
const maxToken = 1 << 20

// bounded is a reader that fails after maxToken bytes unless the parser resets its count.
type bounded struct {
	in   io.Reader
	read int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.read >= maxToken {
		return 0, fmt.Errorf("the report has an entry of more than %d bytes", maxToken)
	}
	n, err := b.in.Read(p[:min(len(p), maxToken-b.read)])
	b.read += n
	return n, err
}

// parser reads one part of a report. It keeps one entry in memory.
type parser struct {
	in      *bounded
	d       *json.Decoder
	yield   func(ReportEntry, error) bool
	stopped bool
}

var errStopped = errors.New("nobody reads on")

func (p *parser) report() error {
	if err := p.expect('{'); err != nil {
		return err
	}
	for p.d.More() {
		name, err := p.token()
		if err != nil {
			return err
		}
		if err := p.member(ReportKind(fmt.Sprint(name))); err != nil {
			return err
		}
	}
	if err := p.expect('}'); err != nil {
		return err
	}
	switch token, err := p.d.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("the report has %v where its end should be", token)
	}
}

// member reads a list of entries, and skips other members, such as the ids and counts of the run.
func (p *parser) member(kind ReportKind) error {
	known := kind == Transferred || kind == Verified || kind == SkippedObjects || kind == DeletedObjects
	token, err := p.token()
	switch {
	case err != nil:
		return err
	case token == json.Delim('['):
		return p.list(kind, known)
	case known && token != nil: // null is an empty list
		return fmt.Errorf("the report has %v where a [ should be", token)
	case token == json.Delim('{'):
		return p.skip()
	}
	return nil
}

func (p *parser) list(kind ReportKind, known bool) error {
	for p.d.More() {
		var it reportItem
		var item json.RawMessage
		p.in.read = 0
		err := p.d.Decode(&item)
		if err == nil {
			err = json.Unmarshal(item, &it)
		}
		var other *json.UnmarshalTypeError
		switch {
		case !known && (errors.As(err, &other) || err == nil && it.RelativePath == ""):
			continue // the element is not an object of the transfer
		case err != nil:
			return err
		}
		e := it.entry(kind)
		if kind == SkippedObjects {
			e.Reason = reasonIn(item)
		}
		if !p.yield(e, nil) {
			p.stopped = true
			return errStopped
		}
	}
	return p.expect(']')
}

// skip skips the rest of an object or list whose opening token was read.
func (p *parser) skip() error {
	for depth := 1; depth > 0; {
		token, err := p.token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func (p *parser) token() (json.Token, error) {
	p.in.read = 0
	token, err := p.d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

func (p *parser) expect(want json.Delim) error {
	token, err := p.token()
	if err == nil && token != want {
		err = fmt.Errorf("the report has %v where a %v should be", token, want)
	}
	return err
}
