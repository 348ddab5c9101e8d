package xaccttest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (keys that cannot be transferred).
func TestWhatIsCopied(t *testing.T) {
	filter := func(value string) []dstypes.FilterRule {
		return []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String(value)}}
	}
	tests := map[string]struct {
		source, before string // name=body, in words; before at the destination
		edit           func(*datasync.CreateTaskInput)
		want           map[string]string
		skipped        int64
	}{
		"prefixes are exchanged": {"a/1=x a/c/2=y b/3=z ab=n", "", nil, map[string]string{"b/1": "x", "b/c/2": "y"}, 0},
		"overwrite":              {"a/1=new", "b/1=old b/2=keep", nil, map[string]string{"b/1": "new", "b/2": "keep"}, 0},
		"never overwrite": {"a/1=new a/2=n", "b/1=old", option(func(o *dstypes.Options) { o.OverwriteMode = dstypes.OverwriteModeNever }),
			map[string]string{"b/1": "old", "b/2": "n"}, 1},
		"remove": {"a/1=x", "b/1=old b/2=gone other=stays", option(func(o *dstypes.Options) { o.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove }),
			map[string]string{"b/1": "x", "other": "stays"}, 0},
		"remove what is excluded": {"a/1=x", "b/2.tmp=stays", func(in *datasync.CreateTaskInput) {
			in.Options = &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
			in.Excludes = filter("*.tmp")
		}, map[string]string{"b/1": "x", "b/2.tmp": "stays"}, 0},
		"untransferable keys": {"a//1=x a/./2=x a/../3=x a/4=y", "", nil, map[string]string{"b/4": "y"}, 3},
		"helper folder":       {"a/.aws-datasync/1=x a/2=y", "", nil, map[string]string{"b/2": "y"}, 0},
		"include a folder":    {"a/1=x a/c/2=y a/cd/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/c") }, map[string]string{"b/c/2": "y"}, 0},
		"include a beginning": {"a/1=x a/c/2=y a/cd/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/c*") }, map[string]string{"b/c/2": "y", "b/cd/3": "z"}, 0},
		"exclude an ending":   {"a/1.tmp=x a/c/2.tmp=y a/c/3=z", "", func(in *datasync.CreateTaskInput) { in.Excludes = filter("*.tmp") }, map[string]string{"b/c/3": "z"}, 0},
		"exclude any folder":  {"a/temp/1=x a/c/temp/2=y a/c/3=z", "", func(in *datasync.CreateTaskInput) { in.Excludes = filter("*/temp") }, map[string]string{"b/c/3": "z"}, 0},
		"exclude wins":        {"a/c/1=x a/c/d/2=y", "", func(in *datasync.CreateTaskInput) { in.Includes, in.Excludes = filter("/c"), filter("/c/d") }, map[string]string{"b/c/1": "x"}, 0},
		"two patterns":        {"a/1=x a/2=y a/3=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter("/1|/3") }, map[string]string{"b/1": "x", "b/3": "z"}, 0},
		"an escaped bar":      {"a/x|y=x a/x=y a/y=z", "", func(in *datasync.CreateTaskInput) { in.Includes = filter(`/x\|y`) }, map[string]string{"b/x|y": "x"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put(strings.Fields(test.source)...)
				for _, o := range strings.Fields(test.before) {
					name, body, _ := strings.Cut(o, "=")
					w.cloud.PutObject("media-archive", name, []byte(body))
				}
				e := w.finish(w.task(source, destination, test.edit))
				if e.Status != dstypes.TaskExecutionStatusSuccess || e.FilesSkipped != test.skipped {
					t.Errorf("%s, %d skipped", e.Status, e.FilesSkipped)
				}
				w.wantArchive(test.want)
			})
		})
	}
}

// An object is skipped if the key of its copy would be longer than S3 allows.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
func TestKeysTooLongForTheDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *xaccttest.Options) { o.Phases = phases })
		source, destination := w.ready("a", "longer")
		long := strings.Repeat("k", 1024-len("longer/"))
		w.put("a/"+long+"=x", "a/"+long+"k=y")
		if e := w.finish(w.task(source, destination, nil)); e.Status != dstypes.TaskExecutionStatusSuccess || e.FilesSkipped != 1 {
			t.Errorf("%s, %d skipped", e.Status, e.FilesSkipped)
		}
		w.wantArchive(map[string]string{"longer/" + long: "x"})
	})
}

// Keys of a page can be asked for in an encoding that XML can hold, and pages can be asked to be short.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func TestListedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.put("a b=x", "c\x01=y", "d+e=z")
		var got [][]string
		in := &s3.ListObjectsV2Input{Bucket: aws.String("media-raw"), MaxKeys: aws.Int32(2), EncodingType: s3types.EncodingTypeUrl}
		for more := true; more; {
			out, err := w.c[src].S3(srcRegion).ListObjectsV2(w.ctx, in)
			w.must(err)
			var page []string
			for _, o := range out.Contents {
				page = append(page, *o.Key)
			}
			got = append(got, page)
			in.ContinuationToken, more = out.NextContinuationToken, aws.ToBool(out.IsTruncated)
		}
		if diff := cmp.Diff([][]string{{"a+b", "c%01"}, {"d%2Be"}}, got); diff != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
	})
}

// A second run copies what changed only, unless told to copy all.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html (TransferMode)
func TestSecondRun(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x", "a/2=y")
		task := w.task(source, destination, nil)
		w.finish(task)
		w.put("a/2=z")
		if e := w.finish(task); e.FilesTransferred != 1 {
			t.Errorf("%d transferred, want 1", e.FilesTransferred)
		}
		if e := w.finish(task); e.FilesTransferred != 0 || e.EstimatedFilesToTransfer != 0 {
			t.Errorf("%d transferred, want none", e.FilesTransferred)
		}
		_, err := w.sync(dstRegion).UpdateTask(w.ctx, &datasync.UpdateTaskInput{TaskArn: aws.String(task), Options: &dstypes.Options{TransferMode: dstypes.TransferModeAll}})
		w.must(err)
		time.Sleep(time.Minute)
		if e := w.finish(task); e.FilesTransferred != 2 {
			t.Errorf("%d transferred, want both", e.FilesTransferred)
		}
		w.wantArchive(map[string]string{"b/1": "x", "b/2": "z"})
	})
}

// Objects that the role may not read or write fail one by one, and the run is a SUCCESS all the same.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html
func TestFailedObjects(t *testing.T) {
	deny := func(action, key string) policy.Statement {
		return policy.Deny(action).By(policy.AWS("arn:aws:iam::" + src + ":role/writer")).On("arn:aws:s3:::media-archive/" + key)
	}
	tests := map[string]struct {
		deny policy.Statement
		want dstypes.TaskExecutionFilesFailedDetail
		held map[string]string
	}{
		"not written":  {deny("s3:PutObject", "b/2"), dstypes.TaskExecutionFilesFailedDetail{Transfer: 1}, map[string]string{"b/1": "x", "b/old": "o"}},
		"not verified": {deny("s3:GetObject", "b/2"), dstypes.TaskExecutionFilesFailedDetail{Verify: 1}, map[string]string{"b/1": "x", "b/2": "y", "b/old": "o"}},
		"not deleted":  {deny("s3:DeleteObject", "*"), dstypes.TaskExecutionFilesFailedDetail{Delete: 1}, map[string]string{"b/1": "x", "b/2": "y", "b/old": "o"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				w.put("a/1=x", "a/2=y")
				w.cloud.PutObject("media-archive", "b/old", []byte("o"))
				w.cloud.SetBucketPolicy("media-archive", w.grant("arn:aws:iam::"+src+":role/writer").With(test.deny).Bytes())
				task := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					if name == "not deleted" {
						in.Options = &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
					}
				})
				e := w.finish(task)
				if e.Status != dstypes.TaskExecutionStatusSuccess {
					t.Errorf("status %s", e.Status)
				}
				if diff := cmp.Diff(test.want, *e.FilesFailed, cmp.AllowUnexported(dstypes.TaskExecutionFilesFailedDetail{})); diff != "" {
					t.Errorf("failed (-want +got):\n%s", diff)
				}
				w.wantArchive(test.held)
			})
		})
	}
}

// What another account owns cannot be read by the bucket's policies; tags need actions of their own.
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func TestObjectsOfOthersAndTags(t *testing.T) {
	tests := map[string]struct {
		object xaccttest.ObjectOptions
		lacks  string // an action that the role lacks
		want   int64  // failed
	}{
		"plain":                    {xaccttest.ObjectOptions{}, "", 0},
		"of another account":       {xaccttest.ObjectOptions{Owner: "999900001111"}, "", 1},
		"tags":                     {xaccttest.ObjectOptions{Tags: map[string]string{"k": "v"}}, "", 0},
		"tags that may not be put": {xaccttest.ObjectOptions{Tags: map[string]string{"k": "v"}}, "s3:PutObjectTagging", 1},
		"no tags to put":           {xaccttest.ObjectOptions{}, "s3:PutObjectTagging", 0},
		"tags that may not be got": {xaccttest.ObjectOptions{}, "s3:GetObjectTagging", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, func(o *xaccttest.Options) { o.Phases = phases })
				for _, b := range []string{"src-bucket", "dst-bucket"} {
					w.cloud.AddBucket(src, dstRegion, b, func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
				}
				identity := policy.New(on("src-bucket", readActions...), on("dst-bucket", writeActions...))
				if test.lacks != "" {
					identity = identity.With(policy.Deny(test.lacks).On("*"))
				}
				role := w.role("both", identity)
				task := w.task(w.location(dstRegion, "src-bucket", "", role), w.location(dstRegion, "dst-bucket", "", role), nil)
				time.Sleep(phases.Creating)
				run := w.start(task)
				w.cloud.AddObject("src-bucket", "1", []byte("x"), func(o *xaccttest.ObjectOptions) { *o = test.object })
				time.Sleep(70 * time.Second)
				if e := w.execution(run); e.FilesFailed.Transfer != test.want || e.FilesTransferred != 1-test.want {
					t.Errorf("%d failed, %d transferred", e.FilesFailed.Transfer, e.FilesTransferred)
				}
				if test.want == 0 {
					if diff := cmp.Diff(test.object.Tags, w.cloud.Object("dst-bucket", "1").Tags); diff != "" {
						t.Errorf("tags (-want +got):\n%s", diff)
					}
				}
			})
		})
	}
}

// With ACLs enabled, what a role of another account writes belongs to that account.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func TestOwner(t *testing.T) {
	for ownership, want := range map[s3types.ObjectOwnership]string{
		s3types.ObjectOwnershipBucketOwnerEnforced:  dst,
		s3types.ObjectOwnershipBucketOwnerPreferred: src,
		s3types.ObjectOwnershipObjectWriter:         src,
		"":                                          src,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *xaccttest.Options) { o.Phases = phases })
			w.cloud.AddBucket(dst, dstRegion, "owned", func(o *xaccttest.BucketOptions) { o.Ownership = ownership })
			role := w.role("both", policy.New(on("owned", writeActions...), on("media-raw", readActions...)))
			w.cloud.SetBucketPolicy("owned", policy.New(
				on("owned", writeActions...).By(policy.AWS(role)),
				policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::owned"),
			).Bytes())
			w.put("1=x")
			w.finish(w.task(w.location(srcRegion, "media-raw", "", role), w.location(dstRegion, "owned", "", role), nil))
			if got := w.cloud.Object("owned", "1").Owner; got != want {
				t.Errorf("%q: owner %q, want %s", ownership, got, want)
			}
			// With ACLs enabled again, what was written meanwhile stays the bucket owner's.
			_, err := w.c[dst].S3(dstRegion).PutBucketOwnershipControls(w.ctx, &s3.PutBucketOwnershipControlsInput{Bucket: aws.String("owned"), OwnershipControls: &s3types.OwnershipControls{
				Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}},
			}})
			w.must(err)
			if got := w.cloud.Object("owned", "1").Owner; got != want {
				t.Errorf("%q, then ObjectWriter: owner %q, want %s", ownership, got, want)
			}
		})
	}
}

// Small objects are not worth an expensive class, and archived ones cannot be read.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func TestStorageClasses(t *testing.T) {
	const small, large = 40<<10 - 1, 128 << 10
	for class, want := range map[dstypes.S3StorageClass][2]s3types.StorageClass{
		dstypes.S3StorageClassStandard:                {s3types.StorageClassStandard, s3types.StorageClassStandard},
		dstypes.S3StorageClassStandardIa:              {s3types.StorageClassStandard, s3types.StorageClassStandardIa},
		dstypes.S3StorageClassIntelligentTiering:      {s3types.StorageClassIntelligentTiering, s3types.StorageClassIntelligentTiering},
		dstypes.S3StorageClassGlacierInstantRetrieval: {s3types.StorageClassStandard, s3types.StorageClassGlacierIr},
		dstypes.S3StorageClassDeepArchive:             {s3types.StorageClassStandard, s3types.StorageClassDeepArchive},
	} {
		inTime(t, func(w *world, source, destination string) {
			_, err := w.sync(dstRegion).UpdateLocationS3(w.ctx, &datasync.UpdateLocationS3Input{LocationArn: aws.String(destination), S3StorageClass: class})
			w.must(err)
			w.cloud.PutObject("media-raw", "a/small", make([]byte, small))
			w.cloud.PutObject("media-raw", "a/large", make([]byte, large))
			w.finish(w.task(source, destination, nil))
			got := [2]s3types.StorageClass{w.cloud.Object("media-archive", "b/small").StorageClass, w.cloud.Object("media-archive", "b/large").StorageClass}
			if got != want {
				t.Errorf("%s: small and large are %v, want %v", class, got, want)
			}
		})
	}
	inTime(t, func(w *world, source, destination string) {
		w.cloud.AddObject("media-raw", "a/1", make([]byte, large), func(o *xaccttest.ObjectOptions) { o.StorageClass = s3types.StorageClassGlacier })
		if e := w.finish(w.task(source, destination, nil)); e.FilesSkipped != 1 || e.FilesTransferred != 0 {
			t.Errorf("%d skipped, %d transferred", e.FilesSkipped, e.FilesTransferred)
		}
	})
}
