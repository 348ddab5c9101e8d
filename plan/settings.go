package plan

import (
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
)

// Schema is the version of a plan's JSON. A version reads the plans of its own major version, the number before the dot, that are not newer.
const Schema = "1.0"

// Mode is the direction of a plan.
type Mode string

// The modes of plans.
const (
	SetUp    Mode = "set-up"    // made by NewPlan
	TearDown Mode = "tear-down" // made by NewDestroyPlan
	Drift    Mode = "drift"     // made by NewPlan with PlanOptions.Drift: it shows what differs, and nothing was checked for it
)

// Settings are the options that a plan was made with and that Apply keeps to. They are described at xacct.PlanOptions, under the same names.
type Settings struct {
	AllowReplace  bool                               `json:",omitempty"` // a task may be replaced
	DeleteAdopted bool                               `json:",omitempty"` // what was adopted goes like what was made
	CancelRuns    bool                               `json:",omitempty"` // a tear-down may cancel executions under way
	Ownership     map[string]s3types.ObjectOwnership `json:",omitempty"` // by bucket name: what a tear-down puts back
	AllowDelete   bool                               `json:",omitempty"` // a task may delete at the destination, and log groups that were left may go
	HandOver      []string                           `json:",omitempty"` // accounts that are read and never written
	Override      []string                           `json:",omitempty"` // codes of blocking findings that only warn
	OrgIDs        map[string]string                  `json:",omitempty"` // by account: its organisation
	Regions       map[string][]string                `json:",omitempty"` // by account: the opt-in Regions that it has enabled
	SCPs          map[string][][]policy.Document     `json:",omitempty"` // by account: its service control policies, outermost level first
	RCPs          map[string][][]policy.Document     `json:",omitempty"` // by account: its resource control policies, outermost level first
	Reported      []Claim                            `json:",omitempty"` // what operators of other accounts reported, as far as it is about what the transfers want
}

// Phase is a part of the work that an operator can be allowed separately.
type Phase string

// The phases.
const (
	PlanPhase    Phase = "plan"     // NewPlan and NewDestroyPlan: reads only
	ApplyPhase   Phase = "apply"    // Apply of a set-up plan, which reads again
	RunPhase     Phase = "run"      // start, watch and cancel
	DestroyPhase Phase = "destroy"  // Apply of a tear-down plan, which reads again
	BulkIAMPhase Phase = "bulk-iam" // what PlanOptions.BulkIAM needs beside the PlanPhase; never among all phases
)
