package xaccttest

import (
	"errors"

	"github.com/xacct/xacct/internal/model"
)

// obeysModel checks an input against DataSync's service model. It runs after all other checks, because DataSync has been seen to answer some
// inputs outside the model with messages of its own (https://github.com/hashicorp/terraform-provider-aws/issues/20922). An input that only the
// model refuses is one that the other checks miss; xacct sends none.
func obeysModel(call Call) error {
	if call.Service != "DataSync" {
		return nil
	}
	err := model.Check(call.Operation, call.Input)
	if v := (*model.Violation)(nil); errors.As(err, &v) {
		return violation(v.Member, v.Value, v.Rule)
	}
	return err
}
