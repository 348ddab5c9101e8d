package operator

import (
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// valid is a transfer that breaks no rule.
var valid = transfer.Resolve(transfer.Given{
	Name:        "media-archive",
	Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
})

func TestPhaseRules(t *testing.T) {
	of := func(phases ...plan.Phase) error {
		_, err := Policy("111122223333", []*transfer.Transfer{valid}, phases)
		return err
	}
	problemtest.Run(t, phaseRules, []problemtest.Case{
		{Rule: "phase", Name: "one of four", Err: of(plan.RunPhase)},
		{Rule: "phase", Name: "all", Err: of()},
		{Rule: "phase", Name: "unknown", Refuse: true, Err: of("preview")},
		{Rule: "phase", Name: "one known, one unknown", Refuse: true, Err: of(plan.RunPhase, "preview")},
	})
}
