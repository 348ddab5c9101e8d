package xaccttest

import (
	"strings"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/pattern"
)

// item is an object or a folder that a run finds. A folder is a prefix of objects. It may have an empty object of its own, and only that object
// is copied. Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
type item struct {
	key      string // key relative to the location; that of a folder ends in a slash
	folder   bool
	marked   bool    // it is an object, or a folder with an object of its own
	excluded bool    // an exclude leaves it out
	missing  bool    // a manifest names it, and the source does not have it
	named    *object // the version that the manifest names; nil is the current version
	drop     bool    // the run deletes it at the destination

	wanted        bool // the run transfers it
	same          bool // the destination has the same already
	copied        bool
	read, written *object // the original and its copy
	size          int64
}

// prepare tests the access to both ends and lists them.
func (e *execution) prepare(c *Cloud, at time.Time) error {
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	// The codes are those of https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html; the texts are assumed.
	if e.mode == dstypes.TaskModeBasic && e.source.region != e.destination.region && e.task.region != e.destination.region {
		return &fault.Error{Code: "FsS3UnableToConnectToEndpoint", Message: "DataSync could not connect to the endpoint of the destination bucket."}
	}
	if !from.open() {
		return &fault.Error{Code: "SrcLocHitAccess", Message: "DataSync could not access the source location."}
	}
	if !to.open() {
		return &fault.Error{Code: "FsS3HeadBucketFailed", Message: "DataSync could not perform s3:HeadBucket on the destination bucket."}
	}
	if e.manifest != nil {
		return e.prepareListed(c, from, at)
	}
	e.found = e.scan(from)
	if quota := c.opts.Quotas.BasicObjects; quota > 0 && e.mode == dstypes.TaskModeBasic && len(e.found) > quota {
		return &fault.Error{Code: "NoMem", Message: "Cannot allocate memory"}
	}
	e.folders = map[string]bool{}
	for key := range to.bucket.objects {
		if path, ok := strings.CutPrefix(key, e.destination.prefix); ok {
			for _, f := range foldersOf(path) {
				e.folders[f] = true
			}
		}
	}
	if e.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove {
		e.extra = e.scan(to)
		e.chooseDrops(to)
	}
	return nil
}

// scan lists the objects and folders of one end, in the order of their paths. Those that an exclude leaves out are marked as such.
func (e *execution) scan(s side) []*item {
	var out []*item
	folders := map[string]*item{}
	for _, key := range sortedKeys(s.bucket.objects) {
		path, ok := strings.CutPrefix(key, s.l.prefix)
		if !ok || path == "" || helper(path) || !pattern.Included(path, e.includes) {
			continue
		}
		it := &item{key: path, folder: strings.HasSuffix(path, "/") && len(s.bucket.objects[key].body) == 0, marked: true, excluded: pattern.Any(e.excludes, path)}
		for _, f := range foldersOf(path) {
			if folders[f] == nil {
				folders[f] = &item{key: f, folder: true, excluded: true}
				out = append(out, folders[f])
			}
			folders[f].excluded = folders[f].excluded && it.excluded
		}
		if it.folder {
			folders[path] = it
		}
		out = append(out, it)
	}
	return out
}

// foldersOf are the folders above a path, the outermost first. A path that cannot be transferred has none.
func foldersOf(path string) []string {
	if untransferable(path) {
		return nil
	}
	var out []string
	for i := range len(path) - 1 {
		if path[i] == '/' {
			out = append(out, path[:i+1])
		}
	}
	return out
}

// chooseDrops marks what the run deletes: what the destination has and the source has not. A folder is deleted if it becomes empty.
func (e *execution) chooseDrops(to side) {
	atSource, drops, stay := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, it := range e.found {
		atSource[it.key] = true
	}
	for _, it := range e.extra {
		it.drop = !it.excluded && !atSource[it.key]
		drops[it.key] = it.drop
	}
	for key := range to.bucket.objects {
		path, ok := strings.CutPrefix(key, e.destination.prefix)
		if !ok || drops[path] {
			continue
		}
		for _, f := range foldersOf(path) {
			stay[f] = true
		}
	}
	for _, it := range e.extra {
		it.drop = it.drop && !stay[it.key]
	}
}

// prepareListed lists the objects of the manifest. A run with a manifest deletes nothing.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func (e *execution) prepareListed(c *Cloud, from side, at time.Time) error {
	list, err := e.readManifest(c, at)
	if err != nil {
		return err
	}
	for _, l := range list {
		it := &item{key: l.path, marked: true}
		o := from.bucket.objects[e.source.prefix+l.path]
		if l.version != "" {
			o = from.bucket.version(e.source.prefix+l.path, l.version)
			it.named = o
		}
		it.missing = o == nil || o.deleted
		e.found = append(e.found, it)
	}
	return nil
}

// list counts an item as listed.
func (e *execution) list(it *item) {
	if !it.missing {
		e.tally(it).listed++
	}
}

// compare decides whether an item of the source is transferred, skipped or failed.
func (e *execution) compare(c *Cloud, it *item, at time.Time) {
	n := e.tally(it)
	switch {
	case it.excluded:
	case !it.marked:
		it.wanted = e.options.TransferMode == dstypes.TransferModeAll || !e.folders[it.key]
	default:
		if list, code := e.compareObject(c, it, at); list == "Skipped" {
			n.skipped++
			e.note(list, it, code, "")
		} else if code != "" {
			n.failedPrepare++
			e.note(list, it, code, "")
		}
	}
	if it.wanted {
		n.estimated++
		e.estimatedBytes += it.size
	}
}

// compareObject compares an object with its copy. If it cannot be transferred, it returns the list of the report in which it belongs, and its
// code; otherwise both are empty.
func (e *execution) compareObject(c *Cloud, it *item, at time.Time) (list, code string) {
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	o := it.named
	if o == nil {
		o = from.bucket.objects[e.source.prefix+it.key]
	}
	old := to.bucket.objects[e.destination.prefix+it.key]
	switch {
	case it.missing, o == nil:
		return "Transferred", "FileNotAtSource"
	case untransferable(it.key), e.overlong(it.key):
		return "Skipped", "InvalidObjectKey"
	case o.archived():
		return "Skipped", "ObjectInArchive"
	case old != nil && e.options.OverwriteMode == dstypes.OverwriteModeNever:
		return "Skipped", ""
	}
	it.size = int64(len(o.body))
	it.same = e.options.TransferMode != dstypes.TransferModeAll && old != nil && !e.changed(o, old)
	it.wanted = !it.same
	return "", ""
}
