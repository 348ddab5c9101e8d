package plan

// Adopt names what was set up by hand or by another tool and is to become the transfer's own. A plan shows how: the resource gets our tags, what
// differs from the transfer is changed, and what of a bucket's policy our statements replace leaves it in the same write. Its name and its history
// stay. A tag says that it was adopted: a tear-down leaves it, without our tags, unless PlanOptions.DeleteAdopted says otherwise. Keep the field
// filled for as long as the transfer exists: RoleARN or LocationARN in its place blocks the plan, because what is used as it is would keep our traces.
//
// A tear-down takes the statements of the transfer out of the bucket's policy and puts none back, because what stood there before is not kept anywhere: a
// task that is left cannot reach a bucket of another account until the bucket's owner allows the role again. A warning of the plan ([CodeAdopt]) names bucket and
// role, and has the statement to write. The trust policy stays as it was made.
//
// Each field is the ARN of a resource of the task account, or [Fitting]. "" adopts nothing.
type Adopt struct {
	// Role is that of an end: the role that DataSync is to assume. It keeps its other policies, but its trust policy becomes ours: a role that
	// trusts others than DataSync, or has a Deny or conditions that ours has not, is refused unless Role.Trust says what it is to have. Fitting is the
	// role of the end's location. It excludes RoleARN, LocationARN and Role.Name.
	Role string `json:",omitempty"`

	// Location is that of an end: a location of the end's bucket. Fitting is the only one with the end's bucket and prefix. It excludes LocationARN.
	Location string `json:",omitempty"`

	// Task is that of a transfer: a task of the destination's Region. Fitting is the only one that uses the locations of both ends.
	Task string `json:",omitempty"`
}

// Fitting stands for the ARN of the one resource that fits. A plan names the ARN in its place. Where none fits, or several do, the plan blocks the
// transfer.
const Fitting = "the one that fits"
