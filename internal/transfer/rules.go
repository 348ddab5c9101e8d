package transfer

import "github.com/xacct/xacct/problem"

// sourceTags is the page with the characters and lengths of DataSync's tags.
const sourceTags = "https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html"

// The rules of a transfer. The rules of a location, a role or a task alone stand in the packages location, iamrole and task.
var (
	ruleName = problem.Rule{
		ID:     "transfer-name",
		Text:   "must start with a letter, hold letters, digits and hyphens only, and have at most 52 characters",
		Remedy: "choose a short name such as media-archive: roles, tags and statement ids are made from it",
		Source: "xacct",
	}
	ruleDuplicateName = problem.Rule{
		ID:     "transfer-name-unique",
		Text:   "is used by two transfers of this plan",
		Remedy: "give every transfer a name of its own",
		Source: "xacct",
	}
	ruleAccount = problem.Rule{
		ID:     "account-id",
		Text:   "must be a 12-digit account id",
		Remedy: "give the id with its leading zeros, not an alias or an ARN",
		Source: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
	}
	ruleRegion = problem.Rule{
		ID:     "region",
		Text:   "must be the name of an AWS Region",
		Remedy: "give the Region the bucket lives in, such as us-east-2",
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html",
	}
	rulePartition = problem.Rule{
		ID:     "partition",
		Text:   "is in another partition than the source's Region",
		Remedy: "use buckets of one partition; between partitions, model one side as an object storage location with an access key",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html",
	}
	ruleNested = problem.Rule{
		ID:     "source-destination",
		Text:   "is the source, or lies inside it, or holds it",
		Remedy: "choose prefixes of which neither begins with the other",
		Source: "xacct",
	}
	ruleRoleExcludes = problem.Rule{
		ID:     "role-excluded",
		Text:   "cannot be given together with RoleARN or LocationARN",
		Remedy: "either let xacct make the role (Role) or use an existing one (RoleARN, LocationARN)",
		Source: "xacct",
	}
	ruleRoleARN = problem.Rule{
		ID:     "role-arn",
		Text:   "must be the ARN of a role of the task account, in the same partition",
		Remedy: "DataSync can only be passed a role of the account that owns the location: give arn:PARTITION:iam::TASK-ACCOUNT:role/NAME",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
	}
	ruleBoundary = problem.Rule{
		ID:     "boundary-account",
		Text:   "must be a policy of the task account or of AWS, in the same partition",
		Remedy: "IAM finds no policy of another account: give arn:PARTITION:iam::TASK-ACCOUNT:policy/NAME",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
	}
	ruleLocationARN = problem.Rule{
		ID:     "location-arn",
		Text:   "must be the ARN of a DataSync location of the task account in the bucket's Region",
		Remedy: "give arn:PARTITION:datasync:REGION:TASK-ACCOUNT:location/loc-…",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html",
	}
	ruleTaskARN = problem.Rule{
		ID:     "task-arn",
		Text:   "must be the ARN of a DataSync task of the task account in the destination's Region",
		Remedy: "give arn:PARTITION:datasync:REGION:TASK-ACCOUNT:task/task-…",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html",
	}
	ruleAdoptTask = problem.Rule{
		ID:     "adopt-task",
		Text:   "is no part of an end",
		Remedy: "name the task in Adopt.Task of the transfer",
		Source: "xacct",
	}
	ruleAdoptEnd = problem.Rule{
		ID:     "adopt-end",
		Text:   "is a part of one end",
		Remedy: "name it in Source.Adopt or Destination.Adopt",
		Source: "xacct",
	}
	ruleAdoptExcludes = problem.Rule{
		ID:     "adopt-excluded",
		Text:   "cannot be given together with the RoleARN or LocationARN that it would replace",
		Remedy: "adopt what is to become the transfer's own (Adopt), or use it as it is (RoleARN, LocationARN)",
		Source: "xacct",
	}
	ruleAdoptName = problem.Rule{
		ID:     "adopt-name",
		Text:   "is not that of the role to adopt",
		Remedy: "leave it empty: an adopted role keeps its name and path",
		Source: "xacct",
	}
	ruleAdoptOnce = problem.Rule{
		ID:     "adopt-once",
		Text:   "is to be adopted twice in this plan",
		Remedy: "name it in one transfer: a location or task is never shared",
		Source: "xacct",
	}
	ruleFittingRole = problem.Rule{
		ID:     "adopt-fitting-role",
		Text:   "is the role of a location that is not named",
		Remedy: "name the location in Adopt.Location too, or give the role's ARN",
		Source: "xacct",
	}
	ruleUnfitted = problem.Rule{
		ID:     "adopt-unfitted",
		Text:   "is known only to a plan, which looks for it",
		Remedy: "give the role's ARN, or take the transfer from Plan.Transfers",
		Source: "xacct",
	}
	ruleSharedRole = problem.Rule{
		ID:     "shared-role",
		Text:   "has the name of the other end's role but is another role",
		Remedy: "make the two Role values equal, or give them different names",
		Source: "xacct",
	}
	ruleOperator = problem.Rule{
		ID:     "operator-arn",
		Text:   "must be the ARN of a role or user of the task account, in the same partition",
		Remedy: "give the role's ARN with its path (iam:GetRole tells it), not the ARN of a session",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
	}
	ruleKeyRegion = problem.Rule{
		ID:     "kms-region",
		Text:   "must be a key of the end's Region",
		Remedy: "give the key that encrypts this bucket: a bucket's key is in the bucket's Region",
		Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
	}
	ruleKeyTwice = problem.Rule{
		ID:     "kms-unique",
		Text:   "is listed twice",
		Remedy: "list every key of an end once",
		Source: "xacct",
	}
	ruleDestinationOnly = problem.Rule{
		ID:     "destination-only",
		Text:   "has a meaning for the destination only",
		Remedy: "leave it empty on the source",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html",
	}
	ruleNoDelete = problem.Rule{
		ID:     "no-delete",
		Text:   "takes away what a task needs that removes objects at the destination",
		Remedy: "leave Task.Options.PreserveDeletedFiles at PRESERVE, or leave NoDelete false",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html",
	}
	ruleNoDeleteRun = problem.Rule{
		ID:     "no-delete-run",
		Text:   "needs s3:DeleteObject, which Destination.NoDelete of the transfer withholds",
		Remedy: "leave it out of the options of this run",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html",
	}
	ruleKeysMany = problem.Rule{
		ID:     "kms-many",
		Text:   "are so many that the role's policy exceeds the 10,240 characters that IAM allows",
		Remedy: "list the keys only that the objects are encrypted under, or write Role.Policies yourself",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
	}
	ruleTagOurs = problem.Rule{
		ID:     "tag-ours",
		Text:   "begins with TagPrefix, which marks what is ours",
		Remedy: "rename the key, or choose another TagPrefix",
		Source: "xacct",
	}
	ruleGrant = problem.Rule{
		ID:     "grant-shape",
		Text:   "must be ByRole, ByAccount or Tutorial",
		Remedy: "leave it empty for ByRole",
		Source: "xacct",
	}
	ruleTutorial = problem.Rule{
		ID:     "grant-tutorial",
		Text:   "is the tutorial's statement on the destination's bucket, for a task in the source's account and a bucket in another one",
		Remedy: "leave Grant empty for ByRole, whose statements fit every transfer",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html",
	}
	ruleTutorialDeletes = problem.Rule{
		ID:     "grant-tutorial-deletes",
		Text:   "contradicts the Grant Tutorial, whose statement allows s3:DeleteObject",
		Remedy: "leave NoDelete false, or leave Grant empty for ByRole",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html",
	}
	ruleTutorialOnce = problem.Rule{
		ID:     "grant-tutorial-once",
		Text:   "is Tutorial for two transfers into one bucket, whose policy has that statement, with its constant Sid, for one role",
		Remedy: "leave Grant of one of them empty for ByRole, whose statements have Sids of their own",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html",
	}
	ruleUntil = problem.Rule{
		ID:     "until",
		Text:   "must be in UTC, in whole seconds and between the years 1970 and 9999, as policies and the JSON of a plan hold it",
		Remedy: "give a time of these years, such as time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC), or leave it zero for no end",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime",
	}
	ruleUntilRemote = problem.Rule{
		ID:     "until-remote",
		Text:   "ends nothing: the transfer has no statement in a policy of another account",
		Remedy: "leave it zero, or check the Account of both ends and TaskAccount",
		Source: "xacct",
	}
	ruleUntilTutorial = problem.Rule{
		ID:     "until-tutorial",
		Text:   "contradicts the Grant Tutorial, whose statement is AWS's to the letter and has no end",
		Remedy: "leave it zero, or leave Grant empty for ByRole",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html",
	}
	ruleComputed = problem.Rule{
		ID:     "task-computed",
		Text:   "is computed from the two ends and must be empty",
		Remedy: "remove it from Task",
		Source: "xacct",
	}
	ruleTags = problem.Rule{
		ID: "tags",
		Text: "must be at most 47 tags of DataSync's characters (letters, digits, spaces and + = . _ : / -; values also @), with keys of 1 " +
			"to 128 and values of 1 to 256, without the prefixes aws: and TagPrefix",
		Remedy: "remove or rename the tag; three tags are ours",
		Source: sourceTags,
	}
	ruleTrust = problem.Rule{
		ID:     "trust-wildcard",
		Text:   "must not let everybody assume the role",
		Remedy: "name datasync.amazonaws.com and whoever else must assume it, or leave Trust empty",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
	}
	ruleOneRole = problem.Rule{
		ID:     "role-once",
		Text:   "is the name of two different roles of this plan; IAM takes names that differ in letter case only for the same",
		Remedy: "make the Role values that share a name equal, or give them different names",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
	}
	ruleOneLogGroup = problem.Rule{
		ID:     "log-group-once",
		Text:   "is the log group of two transfers of this plan; one is made for a single transfer, and deleted with it",
		Remedy: "give Log to one of them and the group's ARN in LogGroupARN to the others, or choose different names",
		Source: "xacct",
	}
	ruleOneBucket = problem.Rule{
		ID:     "bucket-once",
		Text:   "is given with two accounts or Regions in this plan",
		Remedy: "a bucket has one owner and one Region: correct the wrong one",
		Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html",
	}
	ruleTagCase = problem.Rule{
		ID:     "tag-case",
		Text:   "has the key of another tag but for letter case, which IAM refuses",
		Remedy: "remove one of the two",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html",
	}
	ruleTagPrefix = problem.Rule{
		ID:     "tag-prefix",
		Text:   "must be at most 100 letters, digits and + = . _ : / - and not begin with aws:",
		Remedy: "leave it empty for xacct:",
		Source: sourceTags,
	}
)

// sourceACLs is ruleDestinationOnly for DisableACLs, which is not empty or a value but a request.
func sourceACLs() problem.Rule {
	rule := ruleDestinationOnly
	rule.Text = "would change who owns the objects of a bucket that is only read: it has a meaning for the destination only"
	rule.Remedy = "leave it false on the source; if the destination's ACLs are meant, set Destination.DisableACLs"
	return rule
}

// sourceNoDelete is ruleDestinationOnly for NoDelete.
func sourceNoDelete() problem.Rule {
	rule := ruleDestinationOnly
	rule.Text = "asks for what holds anyway: nothing may be deleted at a source; it has a meaning for the destination only"
	rule.Remedy = "leave it false on the source; if the destination is meant, set Destination.NoDelete"
	return rule
}

// The rules of manifests and reports.
var (
	ruleDataBucket = problem.Rule{
		ID:     "data-bucket",
		Text:   "must be a bucket of the task account, or that of one end of the transfer",
		Remedy: "use such a bucket, or grant the access yourself and name the role in RoleARN",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html",
	}
	ruleDataNoRole = problem.Rule{
		ID:     "data-no-role",
		Text:   "must be given if the end has a LocationARN: which role that location has is not known",
		Remedy: "give the role that DataSync assumes to read the manifest (the source's) or to write the report (the destination's)",
		Source: "xacct",
	}
	RuleReportDeleted = problem.Rule{
		ID:     "report-deleted",
		Text:   "must not lie in the destination's prefix if the task deletes there: the next run would delete it",
		Remedy: "give reports and manifests another prefix or bucket",
		Source: "https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html",
	}
)

// rules lists all of them, for the test that wants an accepted and a refused case of each.
var rules = []problem.Rule{
	ruleName, ruleDuplicateName, ruleAccount, ruleRegion, rulePartition, ruleNested, ruleRoleExcludes, ruleRoleARN, ruleBoundary, ruleLocationARN,
	ruleKeysMany, ruleTagOurs, ruleSharedRole, ruleOperator, ruleKeyRegion, ruleKeyTwice, ruleDestinationOnly, ruleNoDelete, ruleNoDeleteRun, ruleGrant, ruleTutorial, ruleTutorialDeletes, ruleTutorialOnce,
	ruleUntil, ruleUntilRemote, ruleUntilTutorial,
	ruleComputed, ruleTags, ruleTagCase,
	ruleTaskARN, ruleAdoptTask, ruleAdoptEnd, ruleAdoptExcludes, ruleAdoptName, ruleAdoptOnce, ruleFittingRole, ruleUnfitted,
	ruleTagPrefix, ruleTrust, ruleOneRole, ruleOneLogGroup, ruleOneBucket, ruleDataBucket, ruleDataNoRole, RuleReportDeleted,
}
