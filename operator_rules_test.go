package xacct

import (
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
)

func TestPhaseRules(t *testing.T) {
	of := func(phases ...Phase) error {
		_, err := operatorPolicy("111122223333", resolveAll([]Transfer{valid()}), phases)
		return err
	}
	problemtest.Run(t, phaseRules, []problemtest.Case{
		{Rule: "phase", Name: "one of four", Err: of(RunPhase)},
		{Rule: "phase", Name: "all", Err: of()},
		{Rule: "phase", Name: "unknown", Refuse: true, Err: of("preview")},
		{Rule: "phase", Name: "one known, one unknown", Refuse: true, Err: of(RunPhase, "preview")},
	})
}
