package enginetest_test

import (
	"errors"
	"fmt"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/xaccttest"
)

// plans plans again what is set up, in other ways.
func (c *calling) plans(t *testing.T) {
	t.Helper()
	for name, option := range map[string]func(*xacct.PlanOptions){
		bulkName:  func(o *xacct.PlanOptions) { o.BulkIAM = true },
		driftName: func(o *xacct.PlanOptions) { o.Drift = true },
	} {
		as := map[string]xacct.Phase{bulkName: inBulk, driftName: xacct.PlanPhase}[name]
		c.note(t, name, func() error {
			_, err := planned(xacct.NewPlan(t.Context(), c.as(as), []xacct.Transfer{c.transfer}, option))
			return err
		})
	}
}

// runFleet runs the transfer as a fleet of one, of which an object is left behind and retried.
func (c *calling) runFleet(t *testing.T, p *xacct.Plan, r *xacct.Result) {
	t.Helper()
	left := 1
	c.cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "2026/02.mov" && left > 0 {
			left--
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
	defer c.cloud.OnStep(nil)
	c.cloud.PutObject("media-raw", "2026/02.mov", []byte("new"))
	c.note(t, runnerName, func() error {
		runner, err := fleet.New(p, c.as(byName), r, func(o *fleet.Options) { o.MaxRunning, o.Retries = 1, 1 })
		if err != nil {
			return err
		}
		for _, err := range runner.Run(t.Context()) {
			if err != nil {
				return err
			}
		}
		row := runner.Results()[0]
		if row.ReceiptErr != nil || row.Receipt == nil || len(row.Earlier) != 1 {
			err = fmt.Errorf("%d earlier runs, receipt %v: %v", len(row.Earlier), row.Receipt, row.ReceiptErr)
		}
		return errors.Join(runner.Err(), err)
	})
}
