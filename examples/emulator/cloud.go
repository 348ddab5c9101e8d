package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// The accounts of the quickstart.
const (
	accountA, regionA = "111122223333", "eu-west-1"
	accountB, regionB = "444455556666", "us-east-2"
)

// settings are the flags.
type settings struct {
	buckets, keys string
	page          int
	seed          bool

	made []string // the buckets
}

// cloud makes the cloud with its buckets. Runs take seconds.
func (s *settings) cloud() (*xaccttest.Cloud, error) {
	if s.page < 1 {
		return nil, fmt.Errorf("-page %d must be at least 1", s.page)
	}
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.PageSize, o.KeepCalls = s.page, 1000
		o.Phases = xaccttest.Phases{Creating: 50 * time.Millisecond, Launching: 300 * time.Millisecond, Preparing: 300 * time.Millisecond,
			Transferring: time.Second, Verifying: 300 * time.Millisecond}
	})
	list := split(s.buckets)
	if s.seed {
		list = append([]string{accountA + "/" + regionA + "/media-raw", accountB + "/" + regionB + "/media-archive"}, list...)
	}
	for _, b := range list {
		account, rest, _ := strings.Cut(b, "/")
		region, name, ok := strings.Cut(rest, "/")
		if !ok {
			return nil, fmt.Errorf("-buckets %q must have the form account/region/name", b)
		}
		if err := try(func() { cloud.AddBucket(account, region, name) }); err != nil {
			return nil, fmt.Errorf("-buckets %q: %w", b, err)
		}
		s.made = append(s.made, b)
	}
	if s.seed {
		for i := range 20 {
			cloud.PutObject("media-raw", fmt.Sprintf("2026/clip-%02d.mov", i), []byte(strings.Repeat("x", 1000+i)))
		}
	}
	return cloud, nil
}

// register makes the access keys, and the roles and users that do not exist.
func (s *settings) register(cloud *xaccttest.Cloud, h *awshttp.Handler) ([]string, error) {
	list := split(s.keys)
	made := map[string]bool{}
	for _, k := range list {
		id, arn, ok := strings.Cut(k, "=")
		parts := strings.SplitN(arn, ":", 6)
		if !ok || id == "" || len(parts) != 6 || parts[2] != "iam" {
			return nil, fmt.Errorf("-keys %q must have the form id=ARN of a role or user", k)
		}
		if made[id] {
			return nil, fmt.Errorf("-keys %q: the access key id %s is given twice", k, id)
		}
		made[id] = true
		kind, name, _ := strings.Cut(parts[5], "/")
		if try(func() { h.Key(id, arn) }) == nil {
			continue
		}
		err := try(func() {
			switch kind {
			case "role":
				cloud.AddRole(parts[4], name)
			case "user":
				cloud.AddUser(parts[4], name)
			}
			h.Key(id, arn)
		})
		if err != nil {
			return nil, fmt.Errorf("-keys %q: %w", k, err)
		}
	}
	return list, nil
}

// try is the error of a set-up that AWS would not accept, at which the cloud panics.
func try(setUp func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s", strings.TrimPrefix(fmt.Sprint(p), "xaccttest: "))
		}
	}()
	setUp()
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}
