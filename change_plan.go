package xacct

import (
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
)

// schema is the version of a plan's JSON: of one with the same number before the dot, what is newer can read what is older.
const schema = "1.0"

// Mode is the direction of a plan.
type Mode string

const (
	SetUp    Mode = "set-up"    // made by NewPlan
	TearDown Mode = "tear-down" // made by NewDestroyPlan
)

// Settings are the options that Apply has to know about.
type Settings struct {
	AllowReplace bool                               `json:",omitempty"`
	CancelRuns   bool                               `json:",omitempty"`
	Ownership    map[string]s3types.ObjectOwnership `json:",omitempty"`
	AllowDelete  bool                               `json:",omitempty"`
	HandOver     []string                           `json:",omitempty"`
	Override     []string                           `json:",omitempty"`
	OrgIDs       map[string]string                  `json:",omitempty"`
	SCPs         map[string][][]policy.Document     `json:",omitempty"`
	RCPs         map[string][][]policy.Document     `json:",omitempty"`
}

// Phase is a part of the work that an operator may be allowed by itself.
type Phase string

const (
	PlanPhase    Phase = "plan"    // NewPlan and NewDestroyPlan: reads only
	ApplyPhase   Phase = "apply"   // Apply of a set-up plan, which reads again
	RunPhase     Phase = "run"     // start, watch and cancel
	DestroyPhase Phase = "destroy" // Apply of a tear-down plan, which reads again
)
