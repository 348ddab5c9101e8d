package enginetest_test

import (
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// Every function that takes option functions skips those that are nil, and runs the others.
func TestNilOptionFunctionsAreSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := map[string]int{}
		cloud := xaccttest.NewCloud(nil, func(*xaccttest.Options) { ran["NewCloud"]++ }, nil)
		cloud.AddBucket(kittest.AccountA, "eu-west-1", "media-raw", nil, func(*xaccttest.BucketOptions) { ran["AddBucket"]++ })
		cloud.AddBucket(kittest.AccountB, "us-east-2", "media-archive", nil)
		cloud.AddObject("media-raw", "2026/a.mov", []byte("x"), nil, func(*xaccttest.ObjectOptions) { ran["AddObject"]++ })
		cloud.AddKey(kittest.AccountA, "eu-west-1", nil, func(*xaccttest.KeyOptions) { ran["AddKey"]++ })
		cloud.Dump(nil, func(*xaccttest.DumpOptions) { ran["Dump"]++ })

		c, tr := cloud.Clients(), kittest.Push(cloud)
		p, err := xacct.NewPlan(t.Context(), c, []xacct.Transfer{tr}, nil, func(*xacct.PlanOptions) { ran["NewPlan"]++ })
		if err != nil {
			t.Fatal(err)
		}
		result, err := p.Apply(t.Context(), c, nil, func(*xacct.ApplyOptions) { ran["Apply"]++ })
		if err != nil {
			t.Fatal(err)
		}
		api, err := c.DataSync(result.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		execution, err := task.Start(t.Context(), api, result.TaskARN(tr.Name), nil, func(*task.StartOptions) { ran["Start"]++ })
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range execution.Watch(t.Context(), nil, func(*task.WatchOptions) { ran["Watch"]++ }) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := execution.Wait(t.Context(), nil, func(*task.WatchOptions) { ran["Wait"]++ }); err != nil {
			t.Fatal(err)
		}
		if _, err := xacct.NewDestroyPlan(t.Context(), c, []xacct.Transfer{tr}, nil, func(*xacct.PlanOptions) { ran["NewDestroyPlan"]++ }); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"NewCloud", "AddBucket", "AddObject", "AddKey", "Dump", "NewPlan", "Apply", "Start", "Watch", "Wait", "NewDestroyPlan"} {
			if ran[name] != 1 {
				t.Errorf("%s ran the function %d times, want once", name, ran[name])
			}
		}
	})
}
