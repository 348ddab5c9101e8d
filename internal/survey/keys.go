package survey

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/transfer"
)

// mostKeys is how many keys a page of a list can have.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
const mostKeys = 1000

// errNoProgress ends a list whose pages would never end.
var errNoProgress = errors.New("the list of keys makes no progress: S3 gave no further page, or an empty one again and again")

// folder is what lies below a prefix of a bucket, "" for all of it.
type folder struct{ account, region, bucket, prefix string }

// LookAtKeys lists up to n keys below the source's prefix of each transfer and notes which of them DataSync skips. What lies below the same prefix is
// listed once. Credentials that expire meanwhile are a [plan.ConfigError], as in [Read]; another failure is noted.
func (s *Survey) LookAtKeys(ctx context.Context, transfers []*transfer.Transfer, n int) error {
	noted, flaws := client.WithNotebook(ctx)
	by := map[folder][]*transfer.Transfer{}
	var accounts []string
	for _, t := range transfers {
		e := t.Source
		f := folder{e.Account, e.Region, e.Bucket, transfer.Slashed(e.Prefix)}
		by[f] = append(by[f], t)
		accounts = append(accounts, e.Account)
	}
	var mu sync.Mutex
	var wg workers
	for f, of := range by {
		wg.Go(func() {
			looks := lookAtKeys(noted, s.Clients, f, of, n)
			mu.Lock()
			defer mu.Unlock()
			for i, t := range of {
				s.Snapshot.SourceKeys[t.Name] = looks[i]
			}
		})
	}
	wg.Wait()
	slices.Sort(accounts)
	return cmp.Or(ctx.Err(), flaws.Err(slices.Compact(accounts)))
}

// lookAtKeys lists up to n keys in the folder, and returns what each of the transfers makes of them.
func lookAtKeys(ctx context.Context, c client.Set, f folder, transfers []*transfer.Transfer, n int) []check.KeyLook {
	looks := make([]check.KeyLook, len(transfers))
	end := func(all bool, err error) []check.KeyLook {
		for i := range looks {
			looks[i].All, looks[i].Err = all, err
		}
		return looks
	}
	if _, ok := c[f.account]; !ok {
		return end(false, errors.New("the clients hold no client of its account"))
	}
	api, err := c.S3(f.account, f.region)
	if err != nil {
		return end(false, err)
	}
	in := &s3.ListObjectsV2Input{Bucket: &f.bucket, ExpectedBucketOwner: &f.account, EncodingType: s3types.EncodingTypeUrl}
	if f.prefix != "" {
		in.Prefix = &f.prefix
	}
	for looked, empty := 0, 0; ; {
		in.MaxKeys = new(int32(min(n-looked, mostKeys)))
		keys, next, err := pageOfKeys(ctx, api, in)
		if err != nil {
			return end(false, err)
		}
		keys = keys[:min(len(keys), n-looked)]
		looked += len(keys)
		for i, t := range transfers {
			note(&looks[i], f.prefix, transfer.Slashed(t.Destination.Prefix), keys)
		}
		if empty++; len(keys) > 0 {
			empty = 0
		}
		switch {
		case next == "":
			return end(true, nil)
		case looked == n:
			return end(false, nil)
		case next == aws.ToString(in.ContinuationToken), empty == 100:
			return end(false, errNoProgress)
		}
		in.ContinuationToken = &next
	}
}

// pageOfKeys returns the keys of a page, and the token of the next one, "" if it is the last.
func pageOfKeys(ctx context.Context, api bucket.API, in *s3.ListObjectsV2Input) (keys []string, next string, err error) {
	out, err := api.ListObjectsV2(ctx, in)
	if err != nil {
		return nil, "", err
	}
	for _, o := range out.Contents {
		key := aws.ToString(o.Key)
		if out.EncodingType == s3types.EncodingTypeUrl {
			if plain, err := url.QueryUnescape(key); err == nil {
				key = plain
			}
		}
		keys = append(keys, key)
	}
	if next = aws.ToString(out.NextContinuationToken); aws.ToBool(out.IsTruncated) && next == "" {
		return keys, "", errNoProgress
	}
	if !aws.ToBool(out.IsTruncated) {
		next = ""
	}
	return keys, next, nil
}

// note adds the keys to a look.
func note(look *check.KeyLook, source, destination string, keys []string) {
	for _, key := range keys {
		look.Looked++
		path := strings.TrimPrefix(key, source)
		why := s3name.Skipped(source, path, destination)
		if why == "" {
			continue
		}
		look.Skipped++
		look.Long = look.Long || s3name.Skipped(source, path, "") == ""
		if len(look.Some) < check.SomeKeys {
			look.Some = append(look.Some, check.SkippedKey{Key: key, Why: why})
		}
	}
}
