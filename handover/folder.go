package handover

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// file is one file of a bundle.
type file struct {
	text       []byte // never changed
	executable bool
}

// folder are the files of a bundle, by their paths. It is a file system.
type folder map[string]file

// Open opens a file or directory.
func (f folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if x, ok := f[name]; ok {
		return &opened{info: info{name: path.Base(name), file: x}, Reader: bytes.NewReader(x.text)}, nil
	}
	entries := f.list(name)
	if len(entries) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &directory{info: info{name: path.Base(name), dir: true}, rest: entries}, nil
}

// list are the entries of a directory, sorted.
func (f folder) list(dir string) []fs.DirEntry {
	prefix := dir + "/"
	if dir == "." {
		prefix = ""
	}
	found := map[string]info{}
	for name, x := range f {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			first, _, deeper := strings.Cut(rest, "/")
			if deeper {
				x = file{}
			}
			found[first] = info{name: first, dir: deeper, file: x}
		}
	}
	var out []fs.DirEntry
	for _, i := range found {
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out
}

// info describes a file or directory.
type info struct {
	file
	name string
	dir  bool
}

func (i info) Name() string               { return i.name }
func (i info) Size() int64                { return int64(len(i.text)) }
func (i info) ModTime() time.Time         { return time.Time{} }
func (i info) IsDir() bool                { return i.dir }
func (i info) Sys() any                   { return nil }
func (i info) Type() fs.FileMode          { return i.Mode().Type() }
func (i info) Info() (fs.FileInfo, error) { return i, nil }

func (i info) Mode() fs.FileMode {
	switch {
	case i.dir:
		return fs.ModeDir | 0o755
	case i.executable:
		return 0o755
	}
	return 0o644
}

type opened struct {
	info info
	*bytes.Reader
}

func (o *opened) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *opened) Close() error               { return nil }

type directory struct {
	info info
	rest []fs.DirEntry
}

func (d *directory) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *directory) Close() error               { return nil }

func (d *directory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir returns the next n entries, all that are left if n is not positive.
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.rest) {
		n = len(d.rest)
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out, nil
}
