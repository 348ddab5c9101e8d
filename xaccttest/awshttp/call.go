package awshttp

import (
	"context"
	"reflect"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/model"
)

// player performs an operation with the input and returns its output.
type player func(ctx context.Context, client any, operation string, in any) (any, error)

// clientOf is the cloud's client of a service.
func clientOf(c xacct.AccountClients, service, region string) any {
	switch service {
	case "STS":
		return c.STS
	case "IAM":
		return c.IAM
	case "S3":
		return c.S3(region)
	case "DataSync":
		return c.DataSync(region)
	case "KMS":
		return c.KMS(region)
	default:
		return c.Logs(region)
	}
}

// newInput is an empty input of the operation; false if the client does not play it.
func newInput(client any, op *model.Operation) (reflect.Value, bool) {
	m, ok := reflect.TypeOf(client).MethodByName(op.Name)
	if !ok || !op.Listed {
		return reflect.Value{}, false
	}
	return reflect.New(m.Type.In(2).Elem()), true
}

// callMethod performs an operation by the client's method of that name.
func callMethod(ctx context.Context, client any, operation string, in any) (any, error) {
	out := reflect.ValueOf(client).MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}
