package policy_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/xacct/xacct/policy"
)

// These benchmarks report a multiple of V, the time that json.Valid takes on the same bytes. Both are timed in turns, so that the ratio
// hardly depends on the machine. Run them with: go test -run '^$' -bench . ./policy

// benchmarkStatements is how many statements the benchmark document has.
const benchmarkStatements = 57

// largePolicy is the policy of a bucket with many users, close to the 20 KB that S3 stores.
func largePolicy() string {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i := range benchmarkStatements {
		if i > 0 {
			b.WriteByte(',')
		}
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, `{"Sid":"TeamRead%03d","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::%012d:role/reader","arn:aws:iam::%012d:role/app/auditor"]},"Action":["s3:GetObject","s3:GetObjectVersion","s3:GetObjectTagging"],"Resource":"arn:aws:s3:::amzn-s3-demo-bucket/team-%03d/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}`, i, 100000000000+i, 200000000000+i, i)
		case 1:
			fmt.Fprintf(&b, `{"Sid":"TeamWrite%03d","Effect":"Allow","Principal":{"AWS":"%012d"},"Action":["s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":["arn:aws:s3:::amzn-s3-demo-bucket/team-%03d/in/*","arn:aws:s3:::amzn-s3-demo-bucket/team-%03d/out/*"],"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::%012d:role/writer-*"}}}`, i, 300000000000+i, i, i, 300000000000+i)
		default:
			fmt.Fprintf(&b, `{"Sid":"Guard%03d","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::amzn-s3-demo-bucket","arn:aws:s3:::amzn-s3-demo-bucket/team-%03d/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"},"NumericLessThan":{"s3:TlsVersion":1.2},"StringNotEquals":{"aws:SourceVpce":["vpce-0a%03d","vpce-0b%03d"]}}}`, i, i, i, i)
		}
	}
	b.WriteString(`]}`)
	return b.String()
}

// reordered is the document with its statements in another order and single values as lists of one.
func reordered(t testing.TB, text string) string {
	var d struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(d.Statement), func(i, j int) { d.Statement[i], d.Statement[j] = d.Statement[j], d.Statement[i] })
	for _, s := range d.Statement {
		for _, name := range []string{"Action", "Resource"} {
			list, ok := s[name].([]any)
			if !ok {
				list = []any{s[name]}
			}
			rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			s[name] = list
		}
	}
	out, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func mean(times []time.Duration) float64 {
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	return float64(sum) / float64(len(times))
}

// fifth returns the time at the 20th percentile, which the collection of garbage hardly touches.
func fifth(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/5])
}

// ratio reports how many times V the operation takes, as a mean and at the 20th percentile. prepare runs before each, untimed.
func ratio(b *testing.B, text string, prepare, operation func()) {
	data := []byte(text)
	var took, yardstick []time.Duration
	for b.Loop() {
		prepare()
		start := time.Now()
		operation()
		middle := time.Now()
		if !json.Valid(data) {
			b.Fatal("not JSON")
		}
		yardstick = append(yardstick, time.Since(middle))
		took = append(took, middle.Sub(start))
	}
	b.ReportMetric(mean(took)/mean(yardstick), "V")
	b.ReportMetric(fifth(took)/fifth(yardstick), "V/p20")
	b.ReportMetric(testing.AllocsPerRun(10, func() { prepare(); operation() })-testing.AllocsPerRun(10, prepare), "allocs")
	b.ReportMetric(0, "ns/op") // hides ns/op, which would include the time of json.Valid
}

var grant = Allow("s3:GetObject").WithSid("Ours").By(AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/*")

func BenchmarkParseWithBytes(b *testing.B) {
	text := largePolicy()
	data := []byte(text)
	ratio(b, text, func() {}, func() {
		d, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		if len(d.With(grant).Bytes()) <= len(data) {
			b.Fatal("nothing added")
		}
	})
}

// BenchmarkMapRoundTrip measures what programs without this package do: decode into a map and encode again.
func BenchmarkMapRoundTrip(b *testing.B) {
	text := largePolicy()
	ratio(b, text, func() {}, func() {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			b.Fatal(err)
		}
		m["Statement"] = append(m["Statement"].([]any), map[string]any{"Sid": "Ours", "Effect": "Allow", "Action": "s3:GetObject"})
		if _, err := json.Marshal(m); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkEqualReordered(b *testing.B) {
	text := largePolicy()
	other := reordered(b, text)
	b.Run("FirstTime", func(b *testing.B) {
		var x, y Document
		ratio(b, text, func() { x, y = mustParse(b, text), mustParse(b, other) }, func() {
			if !x.Equal(y) {
				b.Fatal("not equal")
			}
		})
	})
	b.Run("OrderOfStatements", func(b *testing.B) { // as S3 may show a policy
		var sorted []Fragment
		for _, s := range slices.SortedFunc(mustParse(b, text).All(), func(s, t Statement) int { return strings.Compare(s.Sid(), t.Sid()) }) {
			sorted = append(sorted, s)
		}
		other := string(New(sorted...).Bytes())
		var x, y Document
		ratio(b, text, func() { x, y = mustParse(b, text), mustParse(b, other) }, func() {
			if !x.Equal(y) {
				b.Fatal("not equal")
			}
		})
	})
	b.Run("Again", func(b *testing.B) {
		x, y := mustParse(b, text), mustParse(b, other)
		ratio(b, text, func() {}, func() {
			if !x.Equal(y) {
				b.Fatal("not equal")
			}
		})
	})
}

func BenchmarkValidate(b *testing.B) {
	text := largePolicy()
	d := mustParse(b, text)
	ratio(b, text, func() {}, func() {
		if err := d.Validate(Bucket); err != nil {
			b.Fatal(err)
		}
	})
}
