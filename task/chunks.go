package task

import (
	"errors"
	"io"
)

// chunkSize is how many bytes a chunk holds.
const chunkSize = 1 << 20

// chunks is a text that is written once and may be read several times, as requests that are sent again need it. Its memory is that of the text and
// at most one chunk: a bytes.Buffer that grows holds the text twice for a while.
type chunks struct {
	all  [][]byte // each of chunkSize bytes, but for the last
	size int64
	at   int64 // the next byte to read
}

// Write appends p.
func (c *chunks) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if c.size%chunkSize == 0 {
			c.all = append(c.all, make([]byte, 0, chunkSize))
		}
		last := &c.all[len(c.all)-1]
		part := p[:min(len(p), chunkSize-len(*last))]
		*last = append(*last, part...)
		p, c.size = p[len(part):], c.size+int64(len(part))
	}
	return n, nil
}

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	if c.at >= c.size {
		return 0, io.EOF
	}
	n := copy(p, c.all[c.at/chunkSize][c.at%chunkSize:])
	c.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (c *chunks) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.at
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("before the first byte")
	}
	c.at = offset
	return offset, nil
}
