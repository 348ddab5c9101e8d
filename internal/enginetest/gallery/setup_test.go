package gallery_test

import (
	"slices"
	"strings"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// setups are what a situation's files cannot say: things that have a history.
var setups = map[string]func(*stage){
	"unknown-account":      func(st *stage) { st.opts.HandOver = []string{"777788889999"} },
	"unknown-account-part": func(st *stage) { st.part = "777788889999" },
	"dead-principal": func(st *stage) {
		gone := st.cloud.AddRole(accountB, "gone")
		st.cloud.SetBucketPolicy("media-archive", policy.New(bucket.List("arn:aws:s3:::media-archive").WithSid("Gone").By(policy.AWS(gone))).Bytes())
		_, err := st.cloud.Clients()[accountB].IAM.DeleteRole(st.t.Context(), &iam.DeleteRoleInput{RoleName: new("gone")})
		st.must(err)
	},
	"caller": func(st *stage) {
		st.tr.Operators = []string{st.cloud.AddRole(accountA, "migrator", policy.New(policy.Allow("*").On("*")))}
	},
	"role-opens-more": func(st *stage) {
		st.tr.Destination.Role.Policies = map[string]policy.Document{"all-of-s3": policy.New(policy.Allow("s3:*").WithSid("Everything").On("*"))}
	},
	"role-opens-more-trust": func(st *stage) {
		st.tr.Source.Role.Trust = iamrole.DataSyncTrust("aws", accountA, "eu-west-1", "us-east-2").With(
			policy.Allow("sts:AssumeRole").WithSid("Vendor").By(policy.AWS("arn:aws:iam::777788889999:root")).When(policy.StringEquals("sts:ExternalId", "x")))
	},
	"role-opens-more-undecided": func(st *stage) {
		st.tr.Destination.Role.Policies = map[string]policy.Document{"homes": policy.New(
			policy.Allow("s3:*").WithSid("Home").On("arn:aws:s3:::${aws:PrincipalTag/bucket}", "arn:aws:s3:::${aws:PrincipalTag/bucket}/*"))}
		st.tr.Destination.Role.Tags = map[string]string{"bucket": "media-archive"}
	},
	"policy-advice-trust": func(st *stage) {
		st.tr.Source.RoleARN = madeRole(st.t, st.cloud, policy.New(policy.Allow("sts:AssumeRole").WithSid("DataSync").By(policy.Service("datasync.amazonaws.com")).
			When(policy.StringEquals("aws:SourceArn", "arn:aws:datasync:*:"+accountA+":*"))), policy.New(policy.Allow("s3:*").On("*")))
	},
	"policy-advice-role": func(st *stage) {
		res, err := st.tr.Resources()
		st.must(err)
		i := slices.IndexFunc(res.Roles, func(r xacct.AccountRole) bool { return r.Side == xacct.DestinationSide })
		st.tr.Destination.Role.Policies = res.Roles[i].Policies
		st.tr.Destination.Role.Policies["extra"] = policy.New(policy.Allow("s3:ListBucket", "s3:ListObjectsV2").WithSid("Extra").On("arn:aws:s3:::media-archive"))
	},
	"hand-made": func(st *stage) { st.handMade(st.tr.Destination.Prefix) },
	"hand-made-elsewhere": func(st *stage) {
		st.handMade("elsewhere")
	},
	"no-location": func(st *stage) {
		st.tr.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
	},
	"given-role-untrusted": func(st *stage) {
		st.tr.Destination.RoleARN = st.cloud.AddRole(accountA, "app", iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB))
	},
	"boundary": func(st *stage) {
		st.tr.Destination.Role.PermissionsBoundary = st.cloud.AddPolicy(accountA, "readers", policy.New(policy.Allow("s3:Get*", "s3:List*").On("*")))
	},
	"public-open-account": func(st *stage) { st.cloud.BlockPublicAccess(accountB, true, true) },
	"ids-member":          func(st *stage) { st.idList(":*") },
	"ids-without-session": func(st *stage) { st.idList("") },
	"candidate": func(st *stage) {
		st.handMade(st.tr.Destination.Prefix)
		st.tr.Destination.LocationARN = ""
	},
	"adopt": func(st *stage) {
		*st.tr = kittest.ByHand(st.cloud, *st.tr).Adopted(*st.tr)
		time.Sleep(time.Minute) // virtual: the task can be started now
	},
	"adopt-left": func(st *stage) {
		*st.tr = kittest.ByHand(st.cloud, *st.tr).Adopted(*st.tr)
		st.applied()
		time.Sleep(time.Minute) // virtual
		st.cloud.AddBucket(accountB, "us-east-2", "media-new")
		st.tr.Destination.Bucket, st.tr.Destination.Adopt, st.tr.Adopt = "media-new", xacct.Adopt{}, xacct.Adopt{}
		st.opts.AllowReplace = true
	},
	"adopt-missing": func(st *stage) {
		st.tr.Adopt.Task = "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0"
	},
	"foreign-role": func(st *stage) { st.cloud.AddRole(accountA, "media-archive-destination") },
	"no-role": func(st *stage) {
		st.tr.Destination.RoleARN = "arn:aws:iam::111122223333:role/nobody"
	},
	"sid-taken": func(st *stage) {
		res, err := st.tr.Resources()
		st.must(err)
		st.cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:DeleteBucket").WithSid(res.Buckets[0].Statements[0].Sid()).By(policy.Everyone()).On("arn:aws:s3:::media-archive")).Bytes())
	},
	"tutorial-grant":             func(st *stage) { st.tr.Grant = xacct.Tutorial },
	"tutorial-grant-no-operator": func(st *stage) { st.tr.Grant, st.tr.Operators = xacct.Tutorial, nil },
	"sid-taken-tutorial": func(st *stage) {
		st.tr.Grant = xacct.Tutorial
		theirs := st.cloud.AddRole(accountA, "source-datasync-role")
		st.cloud.SetBucketPolicy("media-archive", bucket.TutorialPolicy("arn:aws:s3:::media-archive", theirs).Bytes())
	},
	"size":      func(st *stage) { st.crowded(19) },
	"size-low":  func(st *stage) { st.crowded(18) },
	"size-soon": func(st *stage) { st.crowded(15) },
	"size-role": func(st *stage) {
		st.tr.Destination.Role.Name = "archive"
		st.applied()
		theirs := string(policy.New(policy.Deny("s3:DeleteBucket").On("arn:aws:s3:::" + strings.Repeat("x", 9000))).Bytes())
		_, err := st.cloud.Clients()[accountA].IAM.PutRolePolicy(st.t.Context(), &iam.PutRolePolicyInput{RoleName: new("archive"), PolicyName: new("theirs"), PolicyDocument: &theirs})
		st.must(err)
	},
	"opt-in": func(st *stage) { st.far("me-central-1") },
	"opt-in-unlisted": func(st *stage) {
		st.far("me-central-1")
		st.opts.Regions = map[string][]string{accountA: {"af-south-1"}}
	},
	"opt-in-given": func(st *stage) {
		st.far("me-central-1")
		st.absent, st.opts.Regions = accountA, map[string][]string{accountA: {"me-central-1"}}
	},
	"opt-in-unknown": func(st *stage) {
		st.far("me-central-1")
		st.absent = accountA
	},
	"opt-in-unknown-disabled": func(st *stage) {
		st.far("me-central-1")
		st.absent = accountA
		st.cloud.SetRegions(accountA)
	},
	"opt-in-disabled": func(st *stage) {
		st.far("me-central-1")
		st.absent, st.opts.Regions = accountA, map[string][]string{accountA: {}}
		st.cloud.SetRegions(accountA)
	},
	"opt-in-newer": func(st *stage) {
		st.far("eu-west-9")
		st.absent = accountA
	},
	"size-objects": func(st *stage) {
		st.tr.Task.Mode, st.tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: "/transfers/media", RetentionDays: 90}
	},
	"no-log-group": func(st *stage) {
		st.tr.Task.Mode, st.tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:transfers"
	},
	"no-log-group-enhanced": func(st *stage) {
		st.tr.Task.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync"
	},
	"foreign-log-group": func(st *stage) {
		st.tr.Task.Mode, st.tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: "/transfers/media", RetentionDays: 90}
		st.cloud.AddLogGroup(accountA, "us-east-2", "/transfers/media")
	},
	"log-group": func(st *stage) {
		st.cloud.AddLogGroup(accountA, "us-east-2", "/aws/datasync")
		st.tr.Task.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync"
	},
	"log-group-left": func(st *stage) {
		st.tr.Task.Mode, st.tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: "/transfers/media", RetentionDays: 90}
		st.applied()
		time.Sleep(time.Minute) // virtual
		st.tr.Task.Log, st.opts.AllowDelete = &task.Log{Name: "/transfers/renamed", RetentionDays: 90}, false
	},
	"log-group-retention": func(st *stage) {
		st.cloud.AddLogGroup(accountA, "us-east-2", "/aws/datasync")
		st.tr.Task.Log = &task.Log{Name: task.DataSyncLogGroup, RetentionDays: 90}
	},
	"ambiguous": func(st *stage) {
		st.taskAgain("/other")
	},
	"made-twice": func(st *stage) {
		st.tr.Task.Schedule = &task.Schedule{Expression: "rate(1 day)"}
		st.taskAgain("")
	},
	"replace": func(st *stage) {
		st.applied()
		st.tr.Task.Mode = dstypes.TaskModeBasic
	},
	"running": func(st *stage) {
		r := st.applied()
		api, err := st.cloud.Clients().DataSync(r.TaskARN(st.tr.Name))
		st.must(err)
		_, err = task.Start(st.t.Context(), api, r.TaskARN(st.tr.Name))
		st.must(err)
		st.tr.Task.Mode = dstypes.TaskModeBasic
		st.opts.AllowReplace = true
	},
	"not-given": func(st *stage) { st.opts.SCPs, st.opts.RCPs = nil, nil },
	"tags-denied": func(st *stage) {
		st.cloud.AddObject("media-raw", "2026/tagged.mov", []byte("x"), func(o *xaccttest.ObjectOptions) { o.Tags = map[string]string{"class": "a"} })
	},
	"task-option":   func(st *stage) { st.tr.Task.Options.LogLevel = dstypes.LogLevelOff },
	"storage-class": func(st *stage) { st.tr.Destination.StorageClass = dstypes.S3StorageClassDeepArchive },
	"schedule-disabled": func(st *stage) {
		st.tr.Task.Schedule = &task.Schedule{Expression: "rate(1 hour)", Status: dstypes.ScheduleStatusEnabled}
		st.applied()
		granted := st.cloud.BucketPolicy("media-archive")
		st.cloud.SetBucketPolicy("media-archive", nil)
		time.Sleep(10 * time.Hour)
		st.cloud.SetBucketPolicy("media-archive", granted)
	},
	"until-over": func(st *stage) { st.tr.Until = time.Now().UTC().AddDate(0, 0, -1) },
	"until-soon": func(st *stage) { st.tr.Until = time.Now().UTC().Add(2 * time.Minute) },
	"until-schedule": func(st *stage) {
		st.tr.Until = time.Now().UTC().AddDate(0, 0, 2)
		st.tr.Task.Schedule = &task.Schedule{Expression: "cron(0 3 * * ? *)"}
	},
	"empty-source":        func(st *stage) { st.tr.Source.Prefix = "2062/" },
	"empty-source-copies": func(st *stage) { st.tr.Source.Prefix = "2026-" },
	"overlap":             func(st *stage) { st.nightly(st.tr.Destination.Prefix + "/nightly") },
	"overlap-writes":      func(st *stage) { st.nightly(st.tr.Destination.Prefix) },
	"overlap-filtered": func(st *stage) {
		st.nightly(st.tr.Destination.Prefix + "/nightly")
		st.tr.Task.Excludes = []string{task.Folder("nightly")}
	},
	"overlap-source": func(st *stage) {
		st.cloud.AddBucket(accountA, "us-east-2", "media-copy")
		onward := *st.tr
		onward.Name, onward.Source = "onward", st.tr.Destination
		onward.Destination, onward.TaskAccount = xacct.Endpoint{Account: accountA, Region: "us-east-2", Bucket: "media-copy"}, accountA
		st.others = []xacct.Transfer{onward}
	},
	"wrong-owner-source": func(st *stage) {
		st.cloud.AddBucket("777788889999", "eu-west-1", "media-theirs")
		st.tr.Source.Bucket = "media-theirs"
	},
	"wrong-owner-elsewhere": func(st *stage) { st.tr.Destination.Account = "444455556665" },
	"wrong-owner-reader-denied": func(st *stage) {
		reader := st.cloud.OperatorARN(accountA)
		scps := [][]policy.Document{{policy.New(policy.Allow("*").On("*")), policy.New(policy.Deny("s3:*").On("arn:aws:s3:::media-raw", "arn:aws:s3:::media-raw/*").
			When(policy.ArnEquals("aws:PrincipalArn", reader)).WithSid("NotByPeople"))}}
		st.opts.SCPs = map[string][][]policy.Document{accountA: scps}
		st.cloud.SetOrganization(accountA, xaccttest.Organization{ID: "o-aaaaaaaaaa", SCPs: scps})
	},
	"deletes": func(st *stage) { st.opts.AllowDelete = false },
	"delete-protection-remove": func(st *stage) {
		st.cloud.PutObject("media-archive", "incoming/gone-from-the-source.mov", []byte("x"))
	},
	"source-acls-foreign": func(st *stage) {
		st.cloud.AddObject("media-archive", "incoming/theirs.mov", []byte("x"), func(o *xaccttest.ObjectOptions) { o.Owner = "777788889999" })
	},
	"trust-location-region":         func(st *stage) { st.sourceRole("eu-west-1") },
	"trust-location-region-by-task": func(st *stage) { st.sourceRole("eu-west-1") },
	"trust-task-region":             func(st *stage) { st.sourceRole("us-east-2") },
	"report-denied": func(st *stage) {
		st.tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
	},
	"report-missing": func(st *stage) { st.tr.Task.Report = &task.Report{Bucket: "reports"} },
	"report-elsewhere": func(st *stage) {
		st.cloud.AddBucket(accountA, "us-east-2", "reports")
		st.tr.Task.Report = &task.Report{Bucket: "reports"}
	},
	"report-role-untrusted": func(st *stage) {
		st.tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports",
			RoleARN: st.cloud.AddRole(accountA, "reporter", policy.New(policy.Allow("s3:PutObject").On("arn:aws:s3:::media-archive/reports/*")))}
	},
	"report-role-missing": func(st *stage) {
		st.tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports", RoleARN: "arn:aws:iam::111122223333:role/nobody"}
	},
	"manifest-denied":          func(st *stage) { st.manifest("1.mov\n") },
	"manifest-allowed":         func(st *stage) { st.manifest("1.mov\n") },
	"manifest-versions-denied": func(st *stage) { st.manifest("1.mov\n") },
	"manifest-versions-denied-named": func(st *stage) {
		out, err := st.cloud.Clients()[accountB].S3("us-east-2").(task.ObjectsAPI).GetObject(st.t.Context(), &s3.GetObjectInput{Bucket: new("media-archive"), Key: new("incoming/1.mov")})
		st.must(err)
		st.manifest("1.mov," + *out.VersionId + "\n")
	},
	"given-role": func(st *stage) { st.givenRole() },
	"key-not-listed-given-role": func(st *stage) { // the key's owner lets the account's roles use it
		st.defaultKey()
		st.givenRole(policy.Allow("s3:*", "kms:*").On("*"))
	},
	"key-not-listed-given-role-without": func(st *stage) {
		st.defaultKey()
		st.givenRole()
	},
	"given-role-limited": func(st *stage) {
		st.givenRole(policy.Allow("s3:*").On("arn:aws:s3:::media-archive"), policy.Allow("s3:Get*", "s3:List*").On("arn:aws:s3:::media-archive/*"))
	},
	"no-key": func(st *stage) {
		st.tr.Destination.KMSKeys = []string{"arn:aws:kms:us-east-2:444455556666:key/00000000-0000-4000-8000-000000000000"}
	},
	"key-unusable": func(st *stage) { st.cloud.SetKeyState(st.tr.Destination.KMSKeys[0], kmstypes.KeyStateDisabled) },
}
