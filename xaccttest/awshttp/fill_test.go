package awshttp_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// text is a body that compares with others.
type text struct{ s *string }

func newText(s string) text { return text{&s} }

func (t text) Read(p []byte) (int, error) {
	if *t.s == "" {
		return 0, io.EOF
	}
	n := copy(p, *t.s)
	*t.s = (*t.s)[n:]
	return n, nil
}

func (t text) Close() error { return nil }

const objectBody = "an object's body"

func sum(h hash.Hash) *string {
	h.Write([]byte(objectBody))
	return new(base64.StdEncoding.EncodeToString(h.Sum(nil)))
}

// newer are fields of the SDK that the table's botocore does not have yet. The cloud sets none of them.
var newer = []string{
	"SourceRoleTemplate", "EncapsulationAlgorithms", "ObjectLockEventHold", "ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears", "DefaultEventHold",
	"MinimumSessionTokenSize", "SessionTokenSize", "SessionTokenUtilization", "RetentionPolicyName",
}

// fixed are fields whose values mean something to the SDK or to the handler. A nil value is a field that stays empty, with the reason.
func fixed(name string, body bool) (value any, ok bool) {
	values := map[string]any{
		"Bucket": new("bucket-1"), "Key": new("a key/with ü+&<>/end"),
		"ContentLength": new(int64(len(objectBody))), "Expires": new(moment), "ExpiresString": new(moment.Format("Mon, 02 Jan 2006 15:04:05 GMT")),
		"ContentEncoding": new("gzip"),
	}
	if body {
		for k, v := range map[string]any{
			"ContentMD5": sum(md5.New()), "ChecksumMD5": sum(md5.New()), "ChecksumCRC32": sum(crc32.NewIEEE()),
			"ChecksumCRC32C":    sum(crc32.New(crc32.MakeTable(crc32.Castagnoli))),
			"ChecksumCRC64NVME": sum(crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))),
			"ChecksumSHA1":      sum(sha1.New()), "ChecksumSHA256": sum(sha256.New()), "ChecksumSHA512": sum(sha512.New()),
			"ChecksumXXHASH128": nil, "ChecksumXXHASH3": nil, "ChecksumXXHASH64": nil, // cannot be verified, see sums.go
		} {
			values[k] = v
		}
	} else {
		values["ContentMD5"] = nil // of bytes that the SDK chooses
	}
	for _, n := range newer {
		values[n] = nil
	}
	value, ok = values[name]
	return value, ok
}

var moment = time.Date(2026, 11, 28, 14, 30, 0, 0, time.UTC)

// filler sets every field of the SDK's structures once.
type filler struct {
	t      *testing.T
	n      int
	fields int
}

func (f *filler) structure(v reflect.Value) {
	body := v.FieldByName("Body").IsValid()
	for field, value := range v.Fields() {
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		if want, ok := fixed(field.Name, body); ok {
			if want != nil && reflect.TypeOf(want) == field.Type {
				value.Set(reflect.ValueOf(want))
				f.fields++
				continue
			} else if want == nil {
				continue
			}
		}
		f.fields++
		f.set(value)
	}
}

func (f *filler) set(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if t, ok := v.Interface().(*time.Time); ok {
			*t = moment.Add(time.Duration(f.n) * time.Second)
			return
		}
		f.set(v.Elem())
	case reflect.String:
		v.SetString(fmt.Sprintf("value %d <&>", f.n))
		if values := v.MethodByName("Values"); values.IsValid() {
			v.Set(values.Call(nil)[0].Index(0))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.set(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		f.set(value)
		v.SetMapIndex(reflect.ValueOf("key"), value)
	case reflect.Struct:
		f.structure(v)
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[io.Reader]() {
			v.Set(reflect.ValueOf(strings.NewReader(objectBody)))
			return
		}
		v.Set(reflect.ValueOf(newText(objectBody)))
	default:
		f.t.Fatalf("a field of type %s, which nobody has thought of", v.Type())
	}
}

// settle reads the body, so that it can be compared.
func settle(v any) {
	field := reflect.ValueOf(v).Elem().FieldByName("Body")
	if !field.IsValid() || field.IsNil() {
		return
	}
	b, err := io.ReadAll(field.Interface().(io.Reader))
	if err != nil {
		b = []byte(err.Error())
	}
	field.Set(reflect.ValueOf(newText(string(b))))
}

// fields compares what an SDK structure says, without what it notes for itself.
var fields = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && (strings.HasPrefix(f.Name(), "noSmithy") || f.Name() == "ResultMetadata")
	}, cmp.Ignore()),
	cmp.Comparer(func(a, b text) bool { return *a.s == *b.s }),
}
