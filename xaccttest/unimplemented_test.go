package xaccttest_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// apis are the types that fakes embed, and the interfaces that each of them stands for.
var apis = []struct {
	service    string
	fake       any
	interfaces []reflect.Type
}{
	{"STS", xaccttest.UnimplementedSTS{}, []reflect.Type{reflect.TypeFor[xacct.IdentityAPI]()}},
	{"IAM", xaccttest.UnimplementedIAM{}, []reflect.Type{reflect.TypeFor[iamrole.API]()}},
	{"S3", xaccttest.UnimplementedObjects{}, []reflect.Type{reflect.TypeFor[task.ObjectsAPI]()}},
	{"S3", xaccttest.UnimplementedS3{}, []reflect.Type{reflect.TypeFor[bucket.API](), reflect.TypeFor[task.ObjectsAPI]()}},
	{"KMS", xaccttest.UnimplementedKMS{}, []reflect.Type{reflect.TypeFor[kmskey.API]()}},
	{"DataSync", xaccttest.UnimplementedDataSync{}, []reflect.Type{reflect.TypeFor[xacct.DataSyncAPI](), reflect.TypeFor[location.API](),
		reflect.TypeFor[task.API](), reflect.TypeFor[task.ExecutionAPI]()}},
	{"CloudWatch Logs", xaccttest.UnimplementedLogs{}, []reflect.Type{reflect.TypeFor[task.LogsAPI]()}},
}

// Every method of every type returns no output and an error that names the call, and the types have the methods of their interfaces and no others.
func TestUnimplementedNamesTheCall(t *testing.T) {
	for _, api := range apis {
		fake := reflect.ValueOf(api.fake)
		t.Run(fake.Type().Name(), func(t *testing.T) {
			wanted := map[string]bool{}
			for _, in := range api.interfaces {
				if !fake.Type().Implements(in) {
					t.Errorf("is no %s", in)
				}
				for i := range in.NumMethod() {
					wanted[in.Method(i).Name] = true
				}
			}
			got := map[string]bool{}
			for i := range fake.NumMethod() {
				operation := fake.Type().Method(i).Name
				got[operation] = true
				in := []reflect.Value{reflect.ValueOf(context.Background()), reflect.Zero(fake.Method(i).Type().In(1))}
				out := fake.Method(i).Call(in)
				err, _ := out[1].Interface().(error)
				var typed *xaccttest.UnimplementedError
				if !out[0].IsNil() || !errors.As(err, &typed) {
					t.Errorf("%s returns %v, %v", operation, out[0], err)
					continue
				}
				if diff := cmp.Diff(&xaccttest.UnimplementedError{Service: api.service, Operation: operation}, typed); diff != "" {
					t.Errorf("%s (-want +got):\n%s", operation, diff)
				}
				if name := api.service + ":" + operation; !strings.Contains(err.Error(), name) || !strings.Contains(typed.Hint(), operation) {
					t.Errorf("%s: the error is %q and its hint %q", name, err, typed.Hint())
				}
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("methods (-want +got):\n%s", diff)
			}
		})
	}
}

// Every client that an account can have, and every client that the packages take, can be faked with one of the types.
func TestUnimplementedServesEveryClient(t *testing.T) {
	clients := reflect.TypeFor[xacct.AccountClients]()
	n := 0
	for i := range clients.NumField() {
		in := clients.Field(i).Type
		if in.Kind() == reflect.Func {
			in = in.Out(0)
		}
		if in.Kind() != reflect.Interface {
			continue
		}
		n++
		found := false
		for _, api := range apis {
			found = found || reflect.TypeOf(api.fake).Implements(in)
		}
		if !found {
			t.Errorf("AccountClients.%s: no Unimplemented type is a %s", clients.Field(i).Name, in)
		}
	}
	if n != 6 {
		t.Errorf("%d clients were looked at, want 6", n)
	}
}

// lacking are clients of one account that answer to STS alone.
func lacking(account string, cloud *xaccttest.Cloud) xacct.AccountClients {
	return xacct.AccountClients{
		STS:      cloud.Clients()[account].STS,
		IAM:      xaccttest.UnimplementedIAM{},
		S3:       func(string) bucket.API { return xaccttest.UnimplementedS3{} },
		DataSync: func(string) xacct.DataSyncAPI { return xaccttest.UnimplementedDataSync{} },
		KMS:      func(string) kmskey.API { return xaccttest.UnimplementedKMS{} },
		Logs:     func(string) task.LogsAPI { return xaccttest.UnimplementedLogs{} },
	}
}

// A call that a fake lacks is a finding or the error of the plan, which names the call. It does not end the program.
func TestUnimplementedCallsAreNamedByThePlan(t *testing.T) {
	const source, destination = "111122223333", "444455556666"
	tr := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: source, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: destination, Region: "us-east-2", Bucket: "media-archive"},
	}
	for _, tt := range []struct {
		name string
		with func(*xacct.Transfer)
		lack func(whole, lacking xacct.AccountClients) xacct.AccountClients
		want []string
	}{
		{"STS", nil, func(whole, _ xacct.AccountClients) xacct.AccountClients {
			whole.STS = xaccttest.UnimplementedSTS{}
			return whole
		}, []string{"STS:GetCallerIdentity"}},
		{"IAM", nil, func(whole, lacking xacct.AccountClients) xacct.AccountClients {
			whole.IAM = lacking.IAM
			return whole
		}, []string{"IAM:ListRolePolicies"}},
		{"S3", nil, func(whole, lacking xacct.AccountClients) xacct.AccountClients {
			whole.S3 = lacking.S3
			return whole
		}, []string{"S3:HeadBucket", "S3:GetBucketEncryption"}},
		{"DataSync", nil, func(whole, lacking xacct.AccountClients) xacct.AccountClients {
			whole.DataSync = lacking.DataSync
			return whole
		}, []string{"DataSync:ListLocations"}},
		{"KMS", func(tr *xacct.Transfer) {
			tr.Source.KMSKeys = []string{"arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"}
		}, func(whole, lacking xacct.AccountClients) xacct.AccountClients {
			whole.KMS = lacking.KMS
			return whole
		}, []string{"KMS:DescribeKey"}},
		{"CloudWatch Logs", func(tr *xacct.Transfer) {
			tr.Task.Mode, tr.Task.LogGroupARN = "BASIC", "arn:aws:logs:us-east-2:111122223333:log-group:media"
		}, func(whole, lacking xacct.AccountClients) xacct.AccountClients {
			whole.Logs = lacking.Logs
			return whole
		}, []string{"CloudWatch Logs:DescribeResourcePolicies"}},
		{"everything but STS", nil, func(_, lacking xacct.AccountClients) xacct.AccountClients { return lacking },
			[]string{"IAM:ListRolePolicies", "S3:HeadBucket", "DataSync:ListLocations"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := xaccttest.NewCloud()
			cloud.AddBucket(source, "eu-west-1", "media-raw")
			cloud.AddBucket(destination, "us-east-2", "media-archive")
			clients, tr := cloud.Clients(), tr
			if tt.with != nil {
				tt.with(&tr)
			}
			clients[source] = tt.lack(clients[source], lacking(source, cloud))
			p, err := xacct.NewPlan(t.Context(), clients, []xacct.Transfer{tr})
			text := ""
			if err != nil {
				text = err.Error()
			} else {
				for _, f := range p.Findings {
					text += f.Detail + "\n"
				}
			}
			for _, want := range tt.want {
				if !strings.Contains(text, want+" is not implemented by this fake") {
					t.Errorf("neither the error nor a finding names %s:\n%s", want, text)
				}
			}
		})
	}
}

// A fake of objects reads a report and writes a manifest as far as it has methods.
func TestUnimplementedObjects(t *testing.T) {
	objects := xaccttest.UnimplementedObjects{}
	run := "arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890/execution/exec-0a1b2c3d4e5f67890"
	var typed *xaccttest.UnimplementedError
	for _, err := range task.ReadReport(t.Context(), objects, task.Report{Bucket: "media-archive"}, run) {
		if !errors.As(err, &typed) || typed.Operation != "ListObjectsV2" {
			t.Errorf("ReadReport: %v", err)
		}
	}
	if typed == nil {
		t.Error("ReadReport yields no error")
	}
	m := task.Manifest{Bucket: "media-raw", Key: "retry.csv", RoleARN: "arn:aws:iam::111122223333:role/source"}
	_, _, err := task.WriteManifest(t.Context(), objects, m, func(yield func(string, error) bool) { yield("a.mov", nil) })
	if !errors.As(err, &typed) || typed.Operation != "PutObject" {
		t.Errorf("WriteManifest: %v", err)
	}
}
