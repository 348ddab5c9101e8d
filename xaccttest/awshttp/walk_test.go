package awshttp_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/model"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// Every operation of the table: every field of the input, set once and sent by the real client, arrives equal, and so does every field of the
// output on the way back.
func TestEveryField(t *testing.T) {
	h := awshttp.New(xaccttest.NewCloud())
	clients := sdkClients(config(h, accountA, "eu-west-1"))
	operations, fieldsSet := 0, 0
	for _, id := range slices.Sorted(maps.Keys(model.Services())) {
		svc := model.Services()[id]
		for _, name := range slices.Sorted(maps.Keys(svc.Operations)) {
			if !svc.Operations[name].Listed {
				continue
			}
			operations++
			t.Run(id+" "+name, func(t *testing.T) {
				method := reflect.ValueOf(clients[id]).MethodByName(name)
				if !method.IsValid() {
					t.Fatal("the SDK has no such operation")
				}
				f := &filler{t: t}
				in, out := reflect.New(method.Type().In(1).Elem()), reflect.New(method.Type().Out(0).Elem())
				f.structure(in.Elem())
				f.structure(out.Elem())
				fieldsSet += f.fields
				var arrived any
				h.Play(func(_ context.Context, _ any, operation string, got any) (any, error) {
					settle(got)
					arrived = got
					if operation != name {
						t.Errorf("%s arrives as %s", name, operation)
					}
					return out.Interface(), nil
				})
				answers := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
				if err, _ := answers[1].Interface().(error); err != nil {
					t.Fatal(err)
				}
				for _, v := range []any{in.Interface(), out.Interface(), answers[0].Interface()} {
					if r := reflect.ValueOf(v).Elem().FieldByName("Body"); r.IsValid() && v != answers[0].Interface() {
						r.Set(reflect.ValueOf(newText(objectBody)))
					} else {
						settle(v)
					}
				}
				if diff := cmp.Diff(in.Interface(), arrived, fields); diff != "" {
					t.Errorf("input (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(out.Interface(), answers[0].Interface(), fields); diff != "" {
					t.Errorf("output (-want +got):\n%s", diff)
				}
			})
		}
	}
	t.Logf("%d operations, %d fields", operations, fieldsSet)
	if operations == 0 || fieldsSet == 0 {
		t.Error("nothing was walked")
	}
}

// What the walk leaves out is not in the table.
func TestNewerFields(t *testing.T) {
	for id, svc := range model.Services() {
		for name, s := range svc.Shapes {
			for _, field := range newer {
				if _, ok := s.Members[field]; ok {
					t.Errorf("%s of %s has %s: walk over it", name, id, field)
				}
			}
		}
	}
}

// Whatever the cloud plays, and so whatever xacct calls, is in the table.
func TestTableHasEveryCall(t *testing.T) {
	cloud := xaccttest.NewCloud()
	c := cloud.ClientsAs(cloud.OperatorARN(accountA))
	calls := 0
	for id, client := range map[string]any{
		"CloudWatch Logs": c.Logs("eu-west-1"), "DataSync": c.DataSync("eu-west-1"), "IAM": c.IAM, "KMS": c.KMS("eu-west-1"), "S3": c.S3("eu-west-1"), "STS": c.STS,
	} {
		for m := range reflect.TypeOf(client).Methods() {
			calls++
			if op := model.Services()[id].Operations[m.Name]; op == nil || !op.Listed {
				t.Errorf("%s:%s is played, and not in the table: name it in internal/model/testdata/generate.py", id, m.Name)
			}
		}
		for name, op := range model.Services()[id].Operations {
			if _, ok := reflect.TypeOf(client).MethodByName(name); op.Listed && !ok {
				t.Errorf("%s:%s is in the table, and not played", id, name)
			}
		}
	}
	t.Logf("%d calls", calls)
	if calls == 0 {
		t.Error("no call was looked at")
	}
}
