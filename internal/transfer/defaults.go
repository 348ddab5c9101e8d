package transfer

import (
	"cmp"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// roleDescription is that of roles that we make.
const roleDescription = "Assumed by AWS DataSync, which copies between S3 buckets"

// defaultRole is the name of the side's role if the user gives none.
func (t *Transfer) defaultRole(side plan.Side) string { return t.Name + "-" + string(side) }

// withDefaults returns the role with the defaults that do not depend on the transfer.
func withDefaults(s iamrole.Spec) iamrole.Spec {
	s.Path, s.Description = cmp.Or(s.Path, "/"), cmp.Or(s.Description, roleDescription)
	return s
}

// Defaults returns what the user gave with every default filled in: a value that means the same as the empty field, so that the result makes the
// same resources. What would overrule an existing task (its mode and options), what is made from the rest (documents of roles, ARNs of roles for
// manifests and reports) and what has no default stays empty.
func (t *Transfer) Defaults() Given {
	g := t.Given
	g.TaskAccount, g.TagPrefix = t.TaskAccount, t.TagKey("")
	g.Source, g.Destination = t.endDefaults(plan.SourceSide), t.endDefaults(plan.DestinationSide)
	g.Task.Name = cmp.Or(g.Task.Name, t.Name)
	g.Task.Manifest, g.Retries = t.manifestDefaults(g.Task.Manifest), t.manifestDefaults(g.Retries)
	if r := g.Task.Report; r != nil {
		filled := *r
		filled.Account, filled.Prefix = cmp.Or(r.Account, t.TaskAccount), Slashed(r.Prefix)
		filled.Type = cmp.Or(r.Type, dstypes.ReportOutputTypeStandard)
		if filled.Type == dstypes.ReportOutputTypeStandard {
			filled.Level = cmp.Or(r.Level, dstypes.ReportLevelErrorsOnly)
		}
		filled.ObjectVersionIDs = cmp.Or(r.ObjectVersionIDs, dstypes.ObjectVersionIdsNone)
		g.Task.Report = &filled
	}
	return g
}

func (t *Transfer) endDefaults(side plan.Side) Endpoint {
	e := t.End(side)
	out := e.Endpoint
	out.Prefix = Slashed(e.Prefix)
	if side == plan.DestinationSide {
		out.StorageClass = cmp.Or(e.StorageClass, dstypes.S3StorageClassStandard)
	}
	if e.OwnsRole {
		out.Role = withDefaults(e.Role)
		out.Role.Name = e.RoleName
	}
	return out
}

func (t *Transfer) manifestDefaults(m *task.Manifest) *task.Manifest {
	if m == nil {
		return nil
	}
	filled := *m
	filled.Account = cmp.Or(m.Account, t.TaskAccount)
	return &filled
}
