package xaccttest

import (
	"errors"

	"github.com/xacct/xacct/internal/model"
)

// obeysModel refuses an input that breaks DataSync's service model. It is asked last, when nothing else refused: DataSync has been seen to answer
// some such inputs with words of its own (https://github.com/hashicorp/terraform-provider-aws/issues/20922). What comes here is taken by this
// package's own checks and not by the model, which no input of xacct does.
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
