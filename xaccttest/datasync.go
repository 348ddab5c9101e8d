package xaccttest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// syncClient is the DataSync of one account and Region.
type syncClient struct{ client }

// syncRegion is the state of DataSync for one account in one Region, and that of CloudWatch Logs.
type syncRegion struct {
	locations  map[string]*locationState // by ARN
	tasks      map[string]*taskState
	executions map[string]*execution
	logs       logsState

	locationList  list[*locationState]
	taskList      list[*taskState]
	executionList list[*execution]
}

// list is what list calls return: entries in the order of their creation, from which changes are missing while they are not visible.
type list[T any] []*listed[T]

type listed[T any] struct {
	item  T
	there eventual.Value[bool]
}

func (l *list[T]) add(item T, n int) {
	e := &listed[T]{item: item}
	e.there.Set(true, n)
	*l = append(*l, e)
}

func (l *list[T]) remove(is func(T) bool, n int) {
	for _, e := range *l {
		if is(e.item) {
			e.there.Set(false, n)
		}
	}
	l.forget()
}

// forget removes the entries whose deletion is visible to everybody.
func (l *list[T]) forget() {
	kept := (*l)[:0]
	for _, e := range *l {
		if e.there.Latest() || !e.there.Settled() {
			kept = append(kept, e)
		}
	}
	*l = kept
}

// visible are the entries that a list call returns. Only the first page of a list counts as a read.
func (l *list[T]) visible(firstPage bool) []T {
	var out []T
	for _, e := range *l {
		there := e.there.Peek(eventual.ByAPI)
		if firstPage {
			// Only the API reads lists, so that a change is settled once the API sees it.
			e.there.ReadAll()
		}
		if there {
			out = append(out, e.item)
		}
	}
	l.forget()
	return out
}

// here is DataSync in the client's account and Region.
func (rq *request) here() *syncRegion { return rq.cloud.accounts[rq.account].at(rq.region) }

func (a *account) at(region string) *syncRegion {
	r := a.regions[region]
	if r == nil {
		r = &syncRegion{locations: map[string]*locationState{}, tasks: map[string]*taskState{}, executions: map[string]*execution{}}
		a.regions[region] = r
	}
	return r
}

func invalidRequest(format string, args ...any) *fault.Error {
	return &fault.Error{Status: 400, Code: "InvalidRequestException", Message: fmt.Sprintf(format, args...)}
}

// violation is the error for a member that breaks the service model.
// The form is that of https://github.com/aws/aws-cli/issues/5293.
func violation(member, value, rule string) *fault.Error {
	return &fault.Error{Status: 400, Code: "ValidationException", Message: fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy %s", value, member, rule)}
}

// permit is DataSync's error for a request that the caller's policies do not allow; nil if they do.
func (rq *request) permit(action, resource string, context map[string][]string) error {
	text, err := rq.refusal(action, resource, context)
	if err == nil && text != "" {
		err = &fault.Error{Status: 400, Code: "AccessDeniedException", Message: text}
	}
	return err
}

// pass checks that the caller may pass the role to DataSync.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func (rq *request) pass(roleARN string) error {
	a, ok := region.ParseARN(roleARN)
	if !ok || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return violation("s3Config.bucketAccessRoleArn", roleARN, "regular expression pattern: ^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):iam::[0-9]{12}:role/.*$")
	}
	if a.Account != rq.account {
		return &fault.Error{Status: 400, Code: "AccessDeniedException", Message: "Cross-account pass role is not allowed."}
	}
	return rq.permit("iam:PassRole", roleARN, map[string][]string{"iam:PassedToService": {syncService}})
}

// syncService is the service principal of DataSync.
const syncService = "datasync.amazonaws.com"

// arn is the ARN of a DataSync resource in the client's account and Region.
func (rq *request) arn(resource string) string {
	return region.ARN{Partition: rq.cloud.accounts[rq.account].partition, Service: "datasync", Region: rq.region, Account: rq.account, Resource: resource}.String()
}

// ownARN checks that the ARN is one of DataSync in the caller's account.
// The text is that of https://github.com/hashicorp/terraform-provider-aws/issues/20922.
func (rq *request) ownARN(arn string) error {
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "datasync" || a.Account != rq.account {
		f := invalidRequest("Invalid parameter: ARN account (%s) must match authenticated user.", a.Account)
		f.ErrorCode = "InvalidParameter"
		return f
	}
	return nil
}

// syncTags checks the tags of a request and returns them by key.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html
func syncTags(tags []dstypes.TagListEntry) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		k, v := aws.ToString(t.Key), aws.ToString(t.Value)
		switch {
		case !tagKey.MatchString(k) || len(k) > 256 || strings.HasPrefix(k, "aws:"):
			return nil, violation("tags.key", k, "regular expression pattern: "+tagKey.String())
		case !tagValue.MatchString(v) || len(v) > 256:
			return nil, violation("tags.value", v, "regular expression pattern: "+tagValue.String())
		}
		out[k] = v
	}
	if len(tags) > 50 {
		return nil, violation("tags", fmt.Sprint(len(tags)), "length less than or equal to 50")
	}
	return out, nil
}

var (
	tagKey   = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:/-]+$`)
	tagValue = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]+$`)
)

func sdkTags(tags map[string]string) []dstypes.TagListEntry {
	var out []dstypes.TagListEntry
	for _, k := range sortedKeys(tags) {
		out = append(out, dstypes.TagListEntry{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}
