package operator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// change adds what the change needs. The reads of one that is not made are added too, because an apply reads before it decides.
func (g *planGrants) change(c *plan.Change) error {
	if !g.plan.covers(c) {
		c = &plan.Change{Account: c.Account, Region: c.Region, Kind: c.Kind, Name: c.Name, ARN: c.ARN, Before: c.Before}
	}
	switch c.Kind {
	case plan.IAMRole:
		return g.role(c)
	case plan.DataSyncLocation:
		return g.location(c)
	case plan.DataSyncTask:
		return g.task(c)
	case plan.BucketPolicy, plan.BucketOwnership:
		return g.bucket(c)
	case plan.KeyPolicy:
		return g.key(c)
	case plan.LogPolicy:
		g.readAlso(logNeeds, "ReadLogPolicies", "*")
		return g.calls(c, "WriteLogPolicies", "*", "logs:PutResourcePolicy", "logs:DeleteResourcePolicy")
	case plan.LogGroup:
		return g.logGroup(c)
	}
	return fmt.Errorf("its kind is %q", c.Kind)
}

// calls allows the calls of the change on the resource. A call that is none of the known ones is an error.
func (g *planGrants) calls(c *plan.Change, sid, resource string, known ...string) error {
	for _, call := range c.Calls {
		if !slices.Contains(known, call) {
			return fmt.Errorf("it calls %q", call)
		}
		g.allow(sid, "", call, resource)
	}
	return nil
}

// logGroup adds what the change of a log group needs. Actions on tags have the group's ARN without :*, the others with it.
func (g *planGrants) logGroup(c *plan.Change) error {
	arn, err := g.own(c.ARN, "logs", c.Region, "log-group:")
	if err != nil {
		return err
	}
	g.readAlso(logNeeds, "FindLogGroups", "*")
	g.readAlso(logNeeds, "ReadLogGroupTags", arn)
	for _, call := range c.Calls {
		switch call {
		case "logs:TagResource":
			g.allow("TagLogGroups", "", call, arn)
		case "logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:AssociateKmsKey", "logs:DeleteLogGroup":
			g.allow("WriteLogGroups", "", call, arn+":*")
		default:
			return fmt.Errorf("it calls %q", call)
		}
	}
	return nil
}

func (g *planGrants) role(c *plan.Change) error {
	arn, err := g.own(c.ARN, "iam", "", "role/")
	if err != nil {
		return err
	}
	g.readAlso(TaskNeeds, "ReadRoles", arn)
	if slices.Contains(c.Calls, "iam:UpdateAssumeRolePolicy") || slices.Contains(c.Calls, "iam:PutRolePolicy") {
		g.allow("WriteRoles", "", "iam:TagRole", arn) // tags note what the role's trust and policies told of
	}
	return g.calls(c, "WriteRoles", arn, "iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy",
		"iam:PutRolePermissionsBoundary", "iam:DeleteRole", "iam:UntagRole")
}

func (g *planGrants) location(c *plan.Change) error {
	arn, err := g.ownOrAny(c, "location/")
	if err != nil {
		return err
	}
	all := g.datasync(c.Region, "location/*")
	g.readAlso(TaskNeeds, "ReadLocations", all)
	var before struct{ RoleARN string }
	if json.Unmarshal([]byte(c.Before), &before) == nil { // the role that it had, which may be left over
		if role, err := g.own(before.RoleARN, "iam", "", "role/"); err == nil {
			g.readAlso(TaskNeeds, "ReadRoles", role)
		}
	}
	if len(c.Calls) == 0 {
		return nil
	}
	if slices.Contains(c.Calls, "datasync:CreateLocationS3") {
		arn = all // of one that does not exist yet
	}
	ends := g.ends(c)
	for _, call := range c.Calls {
		switch call {
		case "datasync:CreateLocationS3":
			g.allow("CreateLocations", "", call, "*")
		case "datasync:TagResource", "datasync:UpdateLocationS3":
			g.allow("WriteLocations", "", call, arn)
		case "datasync:UntagResource":
			g.allow("ReleaseAdopted", "", call, arn)
		case "datasync:DeleteLocation":
			g.allow("DeleteLocations", "", call, arn)
		case "iam:PassRole":
			for _, e := range ends {
				g.allow("PassRoles", "iam:PassedToService", call, e.DataSyncRole)
			}
		case "s3:ListBucket":
			for _, e := range ends {
				g.allow("ListBuckets", "", call, e.BucketARN)
			}
		default:
			return fmt.Errorf("it calls %q", call)
		}
	}
	if name, _, ok := location.ParseURI(c.Name); ok && g.plan.Mode == plan.SetUp && slices.Contains(c.Calls, "datasync:DeleteLocation") {
		g.forget(c, name)
	}
	return nil
}

// forget allows taking off the roles of the change's transfers the tags by which they tell of the bucket that the location used. New ones have none.
func (g *planGrants) forget(c *plan.Change, bucket string) {
	for _, t := range g.of(c) {
		for _, side := range transfer.Sides {
			e := t.End(side)
			isNew := slices.ContainsFunc(g.plan.Changes, func(r plan.Change) bool {
				return r.Kind == plan.IAMRole && r.Op == plan.Create && r.ARN == e.DataSyncRole
			})
			if e.OwnsRole && bucket != e.Bucket && !isNew && (c.Side == side || c.Side == "" || t.SharesRole) {
				g.allow("WriteRoles", "", "iam:UntagRole", e.DataSyncRole)
			}
		}
	}
}

func (g *planGrants) task(c *plan.Change) error {
	arn, err := g.ownOrAny(c, "task/")
	if err != nil {
		return err
	}
	all := g.datasync(c.Region, "task/*")
	g.readAlso(TaskNeeds, "ReadTasks", all)
	g.formerLogGroup(c)
	makes := slices.Contains(c.Calls, "datasync:CreateTask")
	for _, call := range c.Calls {
		switch {
		case call == "datasync:CreateTask":
			g.createTask(c)
		case call == "datasync:TagResource" && makes:
			g.allow("WriteTasks", "", call, all)
		case call == "datasync:TagResource", call == "datasync:UpdateTask":
			g.allow("WriteTasks", "", call, arn)
		case call == "datasync:UntagResource":
			g.allow("ReleaseAdopted", "", call, arn)
		case call == "datasync:DeleteTask":
			g.allow("DeleteTasks", "", call, arn)
			if g.plan.Mode == plan.TearDown && g.plan.CancelRuns {
				g.allow("CancelRuns", "", "datasync:CancelTaskExecution", arn+"/execution/*")
			}
		default:
			return fmt.Errorf("it calls %q", call)
		}
	}
	if makes || slices.Contains(c.Calls, "datasync:UpdateTask") {
		for _, t := range g.of(c) {
			g.allow("PassRoles", "iam:PassedToService", "iam:PassRole", t.JobRoles(t.Task.Manifest, t.Task.Report)...)
		}
	}
	return nil
}

// formerLogGroup allows reading the log group that the task has and that no transfer names: it may be left over.
func (g *planGrants) formerLogGroup(c *plan.Change) {
	var before struct{ Mode, LogGroupARN string }
	if json.Unmarshal([]byte(c.Before), &before) != nil || before.Mode != string(dstypes.TaskModeBasic) {
		return
	}
	group, err := g.own(before.LogGroupARN, "logs", c.Region, "log-group:")
	if err != nil || slices.ContainsFunc(g.plan.Transfers, func(t *transfer.Transfer) bool { return t.LogGroup() == group }) {
		return
	}
	g.readAlso(logNeeds, "FindLogGroups", "*")
	g.readAlso(logNeeds, "ReadLogGroupTags", group)
}

// createTask allows making a task between the locations of its transfers, which may have to be made first.
func (g *planGrants) createTask(c *plan.Change) {
	g.allow("CreateServiceLinkedRole", "iam:AWSServiceName", "iam:CreateServiceLinkedRole", serviceLinkedRole(g.partition(), g.account))
	for _, t := range g.of(c) {
		for _, side := range transfer.Sides {
			e := t.End(side)
			g.allow("CreateTasks", "", "datasync:CreateTask", cmp.Or(e.LocationARN, g.existing(t, side), g.datasync(e.Region, "location/*")))
		}
	}
}

// existing is the ARN of the location of the transfer's end, "" if the plan knows of none that stays.
func (g *planGrants) existing(t *transfer.Transfer, side plan.Side) string {
	id := transfer.ChangeID(t.TaskAccount, t.End(side).Region, plan.DataSyncLocation, t.Name+"/"+string(side))
	for _, c := range g.plan.Changes {
		if c.ID == id && (c.Op == plan.NoOp || c.Op == plan.Update) {
			if arn, err := g.own(c.ARN, "datasync", t.End(side).Region, "location/"); err == nil {
				return arn
			}
		}
	}
	return ""
}

func (g *planGrants) bucket(c *plan.Change) error {
	if err := bucketName(c.Name); err != nil {
		return err
	}
	arn := region.Bucket(g.partition(), c.Name)
	g.allow("ReadBuckets", "", "s3:GetBucketPolicy", arn) // all that is read of a former one
	if c.Kind == plan.BucketOwnership {
		return g.calls(c, "EnforceBuckets", arn, "s3:PutBucketOwnershipControls")
	}
	return g.calls(c, "WriteBuckets", arn, "s3:PutBucketPolicy", "s3:DeleteBucketPolicy")
}

func (g *planGrants) key(c *plan.Change) error {
	if a, _ := region.ParseARN(c.ARN); !region.ValidKey(c.ARN) || a.Account != g.account || a.Region != c.Region {
		return fmt.Errorf("its ARN %q is no key's of account %s in %s", c.ARN, g.account, c.Region)
	}
	g.readAlso(keyNeeds, "ReadKeys", c.ARN)
	return g.calls(c, "WriteKeys", c.ARN, "kms:PutKeyPolicy")
}

// own returns the ARN if it is that of one resource of the account, with the service, the Region, and the kind of resource before its name.
func (g *planGrants) own(arn, service, reg, kind string) (string, error) {
	a, _ := region.ParseARN(arn)
	want := region.ARN{Partition: g.partition(), Service: service, Region: reg, Account: g.account, Resource: a.Resource}
	if a != want || !strings.HasPrefix(a.Resource, kind) || a.Resource == kind || strings.ContainsAny(a.Resource, "*?$") {
		return "", fmt.Errorf("its ARN %q is none of %s %s… of account %s", arn, service, kind, g.account)
	}
	return arn, nil
}

// ownOrAny is own for a resource of DataSync, and all of the Region where the change does not say which one.
func (g *planGrants) ownOrAny(c *plan.Change, kind string) (string, error) {
	switch {
	case !region.Valid(c.Region):
		return "", fmt.Errorf("its Region is %q", c.Region)
	case c.ARN == "":
		return g.datasync(c.Region, kind+"*"), nil
	}
	return g.own(c.ARN, "datasync", c.Region, kind)
}

// datasync is the ARN of a resource of DataSync in the account.
func (g *planGrants) datasync(reg, resource string) string {
	return region.ARN{Partition: g.partition(), Service: "datasync", Region: reg, Account: g.account, Resource: resource}.String()
}

// of are the transfers of the change whose task is in the account.
func (g *planGrants) of(c *plan.Change) []*transfer.Transfer {
	var out []*transfer.Transfer
	for _, t := range g.plan.Transfers {
		if t.TaskAccount == g.account && slices.Contains(c.Transfers, t.Name) {
			out = append(out, t)
		}
	}
	return out
}

// ends are the ends of the change's transfers whose location it is.
func (g *planGrants) ends(c *plan.Change) []*transfer.End {
	var out []*transfer.End
	for _, t := range g.of(c) {
		if slices.Contains(transfer.Sides, c.Side) {
			out = append(out, t.End(c.Side))
		}
	}
	return out
}
