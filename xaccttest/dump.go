package xaccttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// DumpOptions leave parts out of a [Cloud.Dump]. The zero value leaves out nothing.
type DumpOptions struct {
	NoObjects            bool // the objects of every bucket
	NoServiceLinkedRoles bool // the service-linked role of DataSync, which AWS makes and does not delete
}

// Dump is the state of all accounts as text, in a fixed order and without times, for comparing before and after. It shows every change, also
// those that are not visible yet.
func (c *Cloud) Dump(optFns ...func(*DumpOptions)) string {
	var opts DumpOptions
	option.Apply(&opts, optFns)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(time.Now())
	var out strings.Builder
	for _, id := range sortedKeys(c.accounts) {
		a := c.accounts[id]
		fmt.Fprintf(&out, "account %s (%s)\n", id, a.partition)
		c.dumpIdentities(&out, a, opts)
		for _, name := range sortedKeys(c.buckets) {
			if b := c.buckets[name]; b.account == id {
				c.dumpBucket(&out, b, opts)
			}
		}
		for _, arn := range sortedKeys(c.keys) {
			if k := c.keys[arn]; k.account == id {
				fmt.Fprintf(&out, "  key %s %s\n", arn, k.state)
				line(&out, "policy", string(c.compactKeyPolicy(k.policy.Latest())))
			}
		}
		for _, name := range sortedKeys(a.regions) {
			a.regions[name].dump(&out, name)
		}
	}
	return out.String()
}

func (c *Cloud) dumpIdentities(out *strings.Builder, a *account, opts DumpOptions) {
	for _, key := range sortedKeys(a.identities) {
		i := a.identities[key].Latest()
		if i == nil || i.serviceLinked && opts.NoServiceLinkedRoles {
			continue
		}
		fmt.Fprintf(out, "  %s %s%s %s\n", i.kind, i.path, i.name, i.id)
		line(out, "description", i.description)
		if i.kind == "role" {
			line(out, "trust", string(i.trust.Bytes()))
		}
		for _, name := range sortedKeys(i.policies) {
			line(out, "policy "+name, string(i.policies[name].Bytes()))
		}
		line(out, "attached", strings.Join(i.attached, " "))
		line(out, "boundary", i.boundary)
		dumpTags(out, i.tags)
	}
	for _, arn := range sortedKeys(a.managed) {
		fmt.Fprintf(out, "  managed policy %s %s\n", arn, a.managed[arn].Bytes())
	}
}

func (c *Cloud) dumpBucket(out *strings.Builder, b *bucketState, opts DumpOptions) {
	fmt.Fprintf(out, "  bucket %s %s\n", b.name, b.region)
	line(out, "ownership", string(b.ownership.Latest()))
	for _, g := range b.grants {
		line(out, "grant", strings.TrimSpace(g.Account+" "+g.Group)+" "+string(g.Permission))
	}
	if b.versioning {
		line(out, "versioning", "on")
	}
	if b.defaultKey != "" || b.encryption != s3types.ServerSideEncryptionAes256 {
		line(out, "encryption", strings.TrimSpace(string(b.encryption)+" "+b.defaultKey))
	}
	if p := b.policy.Latest(); p != nil {
		line(out, "policy", string(c.render(b, p, 0, false)))
	}
	if opts.NoObjects {
		return
	}
	for _, key := range sortedKeys(b.objects) {
		o := b.objects[key]
		line(out, "object", fmt.Sprintf("%q %d bytes %s owner %s %s", key, len(o.body), ids.Digest(8, string(o.body)), b.ownerOf(o), o.class))
	}
}

func (r *syncRegion) dump(out *strings.Builder, name string) {
	for _, n := range sortedKeys(r.logs.policies) {
		line(out, "log policy "+n, string(r.logs.policies[n].Bytes()))
	}
	for _, n := range sortedKeys(r.logs.groups) {
		g := r.logs.groups[n]
		if g.datasyncs {
			continue // as what runs leave
		}
		fmt.Fprintf(out, "  log group %s\n", n)
		line(out, "retention", strings.TrimPrefix(fmt.Sprint(g.retention), "0"))
		line(out, "key", g.key)
		dumpTags(out, g.tags)
	}
	for _, arn := range sortedKeys(r.locations) {
		l := r.locations[arn]
		fmt.Fprintf(out, "  location %s %s\n", arn, l.uri())
		line(out, "role", l.role)
		line(out, "class", string(l.class))
		dumpTags(out, l.tags)
	}
	for _, arn := range sortedKeys(r.tasks) {
		t := r.tasks[arn]
		fmt.Fprintf(out, "  task %s %s %s\n", arn, t.mode, t.name)
		line(out, "source", t.source.arn)
		line(out, "destination", t.destination.arn)
		o := t.options
		line(out, "options", fmt.Sprintf("verify=%s overwrite=%s deleted=%s transfer=%s tags=%s times=%s/%s queueing=%s log=%s bytesPerSecond=%d",
			o.VerifyMode, o.OverwriteMode, o.PreserveDeletedFiles, o.TransferMode, o.ObjectTags, o.Atime, o.Mtime, o.TaskQueueing, o.LogLevel, *o.BytesPerSecond))
		for _, f := range t.includes {
			line(out, "include", *f.Value)
		}
		for _, f := range t.excludes {
			line(out, "exclude", *f.Value)
		}
		line(out, "log group", t.logGroup)
		if s := t.schedule; s.expression != "" {
			line(out, "schedule", strings.TrimSpace(fmt.Sprintf("%s %s %s", s.expression, s.status, s.by)))
		}
		if t.manifest != nil {
			m := t.manifest.Source.S3
			line(out, "manifest", strings.TrimSpace(fmt.Sprintf("%s %s as %s %s", *m.S3BucketArn, *m.ManifestObjectPath, *m.BucketAccessRoleArn, aws.ToString(m.ManifestObjectVersionId))))
		}
		if t.report != nil {
			r := t.report.Destination.S3
			line(out, "report", fmt.Sprintf("%s %s as %s, %s %s %s", *r.S3BucketArn, aws.ToString(r.Subdirectory), *r.BucketAccessRoleArn, t.report.OutputType, t.report.ReportLevel, t.report.ObjectVersionIds))
		}
		dumpTags(out, t.tags)
	}
	for _, arn := range sortedKeys(r.executions) {
		e := r.executions[arn]
		fmt.Fprintf(out, "  execution %s %s\n", arn, e.status())
		dumpTags(out, e.tags)
	}
}

func line(out *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(out, "    %s: %s\n", name, value)
	}
}

func dumpTags(out *strings.Builder, tags map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		fmt.Fprintf(out, "    tag %s=%s\n", k, tags[k])
	}
}
