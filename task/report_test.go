package task

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

// shelf is a bucket in memory. Its list has one key per page.
type shelf struct {
	objects map[string]string
	owners  []string // ExpectedBucketOwner of each call
	err     map[string]error
}

func (s *shelf) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	s.owners = append(s.owners, aws.ToString(in.ExpectedBucketOwner))
	var keys []string
	for k := range s.objects {
		if strings.HasPrefix(k, *in.Prefix) && k > aws.ToString(in.ContinuationToken) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	out := &s3.ListObjectsV2Output{}
	if len(keys) > 0 {
		out.Contents = []s3types.Object{{Key: &keys[0]}}
		out.IsTruncated, out.NextContinuationToken = new(len(keys) > 1), &keys[0]
	}
	return out, s.err["ListObjectsV2"]
}

func (s *shelf) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	s.owners = append(s.owners, aws.ToString(in.ExpectedBucketOwner))
	if err := s.err["GetObject"]; err != nil {
		return nil, err
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(strings.NewReader(s.objects[*in.Key]))}, nil
}

func (s *shelf) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	s.owners = append(s.owners, aws.ToString(in.ExpectedBucketOwner))
	if err := s.err["PutObject"]; err != nil {
		return nil, err
	}
	body, err := io.ReadAll(in.Body)
	if s.objects == nil {
		s.objects = map[string]string{}
	}
	s.objects[*in.Key] = string(body)
	return &s3.PutObjectOutput{VersionId: new("v7")}, err
}

// The parts have the form shown in https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html and used by AWS's samples.
func reports() *shelf {
	const folder = "reports/Detailed-Reports/task-0a1b2c3d4e5f67890/exec-0123456789abcdef0/exec-0123456789abcdef0."
	return &shelf{objects: map[string]string{
		folder + "files-transferred-v1-00001-0a123abc12d3b0e4f.json": `{"TaskExecutionId":"exec-0123456789abcdef0","Transferred":[
			{"RelativePath":"/a.txt","SrcMetadata":{"Type":"Regular"},"TransferType":"CONTENT_AND_METADATA","TransferStatus":"SUCCESS","DstS3VersionId":"v1"},
			{"RelativePath":"/b,\"c\".txt","TransferStatus":"FAILED","ErrorCode":"S3AccessDenied","ErrorDetail":"403"},
			{"RelativePath":"/folder","SrcMetadata":{"Type":"Directory"},"TransferStatus":"FAILED"}]}`,
		folder + "files-verified-v1-00001-0a123abc12d3b0e4f.json": `{"Verified":[{"RelativePath":"/a.txt","DstMetadata":{"Type":"Regular"},"VerifyStatus":"FAILED"},
			{"RelativePath":"/b,\"c\".txt","VerifyStatus":"FAILED"}],"Count":2}`,
		folder + "files-skipped-v1-00001-0a123abc12d3b0e4f.json": `{"Skipped":[{"RelativePath":"/old","ErrorCode":"ObjectInArchive"},{"RelativePath":"/same","SkipStatus":"SUCCESS"}]}`,
		folder + "files-deleted-v1-00001-0a123abc12d3b0e4f.json": `{"Deleted":[{"RelativePath":"/gone","DeleteStatus":"FAILED"}]}`,
		folder + "notes.txt": "not a report",
		"reports/Detailed-Reports/task-0a1b2c3d4e5f67890/exec-ffffffffffffffff0/x.json": "another run's",
	}}
}

var reported = Report{Bucket: "amzn-s3-demo-bucket", Prefix: "reports"}

func TestReadReport(t *testing.T) {
	s := reports()
	var got []ReportEntry
	for e, err := range ReadReport(t.Context(), s, reported, executionARN) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	want := []ReportEntry{
		{Kind: "Deleted", Key: "gone", Status: "FAILED"},
		{Kind: "Skipped", Key: "old", ErrorCode: "ObjectInArchive"},
		{Kind: "Skipped", Key: "same", Status: "SUCCESS"},
		{Kind: "Transferred", Key: "a.txt", Status: "SUCCESS", Version: "v1"},
		{Kind: "Transferred", Key: `b,"c".txt`, Status: "FAILED", ErrorCode: "S3AccessDenied", ErrorDetail: "403"},
		{Kind: "Transferred", Key: "folder", Folder: true, Status: "FAILED"},
		{Kind: "Verified", Key: "a.txt", Status: "FAILED"},
		{Kind: "Verified", Key: `b,"c".txt`, Status: "FAILED"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, o := range s.owners {
		if o != "111122223333" {
			t.Errorf("expected bucket owner %q", o)
		}
	}
}

func TestReadReportFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*shelf)
		arn  string
		want string
	}{
		{"not an execution", func(*shelf) {}, taskARN, "must be the ARN of an execution"},
		{"listing is denied", func(s *shelf) { s.err = map[string]error{"ListObjectsV2": denied} }, executionARN, "listing the reports in s3://amzn-s3-demo-bucket/reports/Detailed-Reports/"},
		{"reading is denied", func(s *shelf) { s.err = map[string]error{"GetObject": denied} }, executionARN, "reading the report"},
		{"cut off", func(s *shelf) {
			for k, v := range s.objects {
				s.objects[k] = v[:len(v)-1]
			}
		}, executionARN, "unexpected EOF"},
		{"not a list", func(s *shelf) {
			for k := range s.objects {
				s.objects[k] = `{"Deleted":{}}`
			}
		}, executionARN, "where a [ should be"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := reports()
			tt.edit(s)
			last := error(nil)
			for _, err := range ReadReport(t.Context(), s, reported, tt.arn) {
				if last != nil {
					t.Error("something comes after an error")
				}
				last = err
			}
			if last == nil || !strings.Contains(last.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", last, tt.want)
			}
		})
	}
}

// Reading a report of any size needs the memory of one entry.
func TestParseReportMemory(t *testing.T) {
	skipUnderRace(t)
	r, w := io.Pipe()
	const n = 200_000
	go func() {
		fmt.Fprint(w, `{"Transferred":[`)
		for i := range n {
			fmt.Fprintf(w, `{"RelativePath":"/some/folder/object-%d","TransferStatus":"SUCCESS"},`, i)
		}
		fmt.Fprint(w, `{"RelativePath":"/last","TransferStatus":"SUCCESS"}]}`)
		w.Close()
	}()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	i := 0
	for _, err := range ParseReport(r) {
		if err != nil {
			t.Fatal(err)
		}
		switch i++; i {
		case 1000:
			early = heap()
		case n:
			late = heap()
		}
	}
	if i != n+1 || late > early+1<<20 {
		t.Errorf("%d entries; %d bytes after a thousand, %d at the end", i, early, late)
	}
}

func FuzzParseReport(f *testing.F) {
	for _, body := range reports().objects {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		failed := false
		for e, err := range ParseReport(strings.NewReader(body)) {
			if failed {
				t.Error("something comes after an error")
			}
			if failed = err != nil; failed && e != (ReportEntry{}) {
				t.Errorf("%+v comes with the error %v", e, err)
			}
		}
	})
}
