package task

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// reportItem is the JSON of one object in a report. Skipped and deleted objects are assumed to have the same form as the others.
type reportItem struct {
	RelativePath                                           string
	TransferStatus, VerifyStatus, SkipStatus, DeleteStatus string
	ErrorCode, ErrorDetail                                 string
	DstS3VersionId                                         string
	SrcMetadata, DstMetadata                               struct{ Type string }
}

func (it reportItem) entry(kind ReportKind) ReportEntry {
	own := map[ReportKind]string{Transferred: it.TransferStatus, Verified: it.VerifyStatus, SkippedObjects: it.SkipStatus, DeletedObjects: it.DeleteStatus}[kind]
	return ReportEntry{
		Kind: kind, Key: strings.TrimPrefix(it.RelativePath, "/"), Status: cmp.Or(own, it.TransferStatus, it.VerifyStatus, it.SkipStatus, it.DeleteStatus),
		ErrorCode: it.ErrorCode, ErrorDetail: it.ErrorDetail, Version: it.DstS3VersionId,
		Folder: it.SrcMetadata.Type == "Directory" || it.DstMetadata.Type == "Directory",
	}
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
		p.in.read = 0
		err := p.d.Decode(&it)
		var other *json.UnmarshalTypeError
		switch {
		case !known && (errors.As(err, &other) || err == nil && it.RelativePath == ""):
			continue // the element is not an object of the transfer
		case err != nil:
			return err
		case !p.yield(it.entry(kind), nil):
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
