package task

import (
	"bytes"
	"io"
	"strconv"
	"testing"
	"testing/iotest"
)

func TestChunks(t *testing.T) {
	for _, size := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 7} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			want := make([]byte, size)
			for i := range want {
				want[i] = byte(i ^ i>>8 ^ i>>16)
			}
			var c chunks
			for rest, n := want, 1; len(rest) > 0; n = 3*n + 1 {
				part := rest[:min(n, len(rest))]
				if wrote, err := c.Write(part); wrote != len(part) || err != nil {
					t.Fatal(wrote, err)
				}
				rest = rest[len(part):]
			}
			for range 2 { // once more, as for a request that is sent again
				if _, err := c.Seek(0, io.SeekStart); err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(&c); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
			}
			if _, err := c.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if size < chunkSize {
				if err := iotest.TestReader(&c, want); err != nil {
					t.Error(err)
				}
			}
			if n, err := c.Seek(-1, io.SeekEnd); size > 0 && (n != int64(size-1) || err != nil) {
				t.Error(n, err)
			}
			if _, err := c.Seek(-1, io.SeekStart); err == nil {
				t.Error("goes before the first byte")
			}
		})
	}
}
