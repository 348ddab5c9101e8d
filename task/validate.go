package task

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/problem"
)

// Problem is one violation of one rule: the field, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

const createPage = "https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html"
const locationsPage = "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html"

var (
	ruleName = problem.Rule{
		ID: "task-name", Text: "must be at most 256 ASCII letters, digits, spaces and + = . _ : / @ -",
		Remedy: "rename the task", Source: createPage,
	}
	ruleAccount = problem.Rule{
		ID: "account", Text: "must be a 12-digit account id",
		Remedy: "give the id of the account that owns the task and both locations", Source: createPage,
	}
	ruleRegion = problem.Rule{
		ID: "region", Text: "must be the name of a Region, such as eu-west-1",
		Remedy: "give the destination's Region", Source: locationsPage,
	}
	ruleLocationARN = problem.Rule{
		ID: "location-arn", Text: "must be the ARN of a DataSync location, such as arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890",
		Remedy: "give the location's ARN, not the bucket's", Source: createPage,
	}
	ruleLocationAccount = problem.Rule{
		ID: "location-account", Text: "must be in the account and partition of the task",
		Remedy: "make the location in the task's account; it reaches a bucket of another account by its role and that bucket's policy", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html",
	}
	ruleLocationsKnown = problem.Rule{
		ID: "locations-known", Text: "must be known when the task is made",
		Remedy: "make the location first and give its ARN", Source: createPage,
	}
	ruleLocationsDiffer = problem.Rule{
		ID: "locations-differ", Text: "must be another location than the source",
		Remedy: "make two locations", Source: "xacct",
	}
	ruleTaskRegion = problem.Rule{
		ID: "task-region", Text: "must be the Region of at least one of the two locations",
		Remedy: "make the task in the destination's Region", Source: locationsPage,
	}
	ruleLogGroup = problem.Rule{
		ID: "log-group", Text: "must be the ARN, of at most 562 characters, of a log group in the account and Region of the task, such as arn:aws:logs:eu-west-1:111122223333:log-group:datasync",
		Remedy: "give the group's ARN, without a log stream", Source: createPage,
	}
	ruleLogTwice = problem.Rule{
		ID: "log-twice", Text: "must not be given together with LogGroupARN",
		Remedy: "give Log for a group that is made with the task, or LogGroupARN for one that exists", Source: "xacct",
	}
	ruleLogName = problem.Rule{
		ID: "log-name", Text: "must be the name of a log group: 1 to 512 letters, digits and _ - / . #; names that begin with aws/ are those of AWS",
		Remedy: "choose a name such as /transfers/media", Source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
	}
	ruleLogRetention = problem.Rule{
		ID: "log-retention", Text: "must be a number of days that CloudWatch Logs knows",
		Remedy: "choose one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653, or leave it 0",
		Source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
	}
	ruleLogKey = problem.Rule{
		ID: "log-key", Text: "must be the full ARN of a KMS key in the task's account and Region",
		Remedy: "give the key's ARN, such as arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, not an id or an alias", Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
	}
	ruleModeChange = problem.Rule{
		ID: "mode-change", Text: "must be the mode that the task has: a task keeps its mode",
		Remedy: "leave it out, or make another task", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html",
	}
	ruleTaskARN = problem.Rule{
		ID: "task-arn", Text: "must be the ARN of a DataSync task, such as arn:aws:datasync:eu-west-1:111122223333:task/task-0a1b2c3d4e5f67890",
		Remedy: "give the task's ARN", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html",
	}
	ruleTaskPlace = problem.Rule{
		ID: "task-place", Text: "must be in the account, Region and partition of the spec",
		Remedy: "correct the ARN or the spec: a task cannot move", Source: "xacct",
	}
)

// rules is the table of all rules of this package.
var rules = slices.Concat([]problem.Rule{
	ruleName, ruleAccount, ruleRegion, ruleLocationARN, ruleLocationAccount, ruleLocationsKnown, ruleLocationsDiffer, ruleTaskRegion,
	ruleLogGroup, ruleLogTwice, ruleLogName, ruleLogRetention, ruleLogKey, ruleModeChange, ruleTaskARN, ruleTaskPlace,
}, rulesOf(true), filterRules, startRules, scheduleRules, dataRules, s3name.Rules, []problem.Rule{ruleExecutionARN, ruleBandwidth}, tag.DataSync.All())

var (
	nameShape      = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]*$`)
	locationShape  = regexp.MustCompile(`^arn:[a-z-]+:datasync:[a-z0-9-]+:[0-9]{12}:location/loc-[0-9a-z]{17}$`)
	taskShape      = regexp.MustCompile(`^arn:[a-z-]+:datasync:[a-z0-9-]+:[0-9]{12}:task/task-[0-9a-f]{17}$`)
	executionShape = regexp.MustCompile(`^arn:[a-z-]+:datasync:[a-z0-9-]+:[0-9]{12}:task/task-[0-9a-f]{17}/execution/exec-[0-9a-f]{17}$`)
	prefixShape    = regexp.MustCompile(`^[a-zA-Z0-9_\-+./()\p{Zs}]*$`)
	logNameShape   = regexp.MustCompile(`^[A-Za-z0-9_./#-]{1,512}$`)
	logGroupShape  = regexp.MustCompile(`^log-group:[^:*]+(:\*)?$`)
)

// Validate reports all problems of the spec: the error joins one *Problem for each. It is nil if there is none. A spec without a mode is checked as an
// ENHANCED task.
func (s Spec) Validate() error {
	var l problem.List
	twice := s.Log != nil && s.LogGroupARN != "" && canonicalLogGroup(s.LogGroupARN) != s.Log.ARN(s.Account, s.Region)
	s = s.created()
	l.Check(nameShape.MatchString(s.Name) && utf8.RuneCountInString(s.Name) <= 256, ruleName, "Name", s.Name)
	l.Check(region.ValidAccount(s.Account), ruleAccount, "Account", s.Account)
	l.Check(region.Valid(s.Region), ruleRegion, "Region", s.Region)
	s.checkLocations(&l)
	s.settings().check(&l)
	checkFilter(&l, "Includes", s.Includes, true)
	checkFilter(&l, "Excludes", s.Excludes, false)
	s.checkLogGroup(&l)
	s.checkLog(&l, twice)
	if s.Schedule != nil {
		l.Under("Schedule", s.Schedule.Validate())
	}
	s.Manifest.check(&l, "Manifest", s)
	s.Report.check(&l, "Report", s)
	tag.DataSync.Check(&l, "Tags", s.Tags)
	return l.Err()
}

func (s Spec) settings() settings {
	a, _ := region.ParseARN(s.DestinationLocationARN)
	return settings{mode: s.Mode, class: s.DestinationStorageClass, options: s.Options, filters: len(s.Includes)+len(s.Excludes) > 0,
		manifest: s.Manifest != nil, schedule: s.Schedule, logGroup: s.LogGroupARN, log: s.Log, report: s.Report, region: s.Region, target: a.Region}
}

func (s Spec) checkLocations(l *problem.List) {
	var regions []string
	for _, f := range []struct{ path, arn string }{{"SourceLocationARN", s.SourceLocationARN}, {"DestinationLocationARN", s.DestinationLocationARN}} {
		if f.arn == "" {
			continue
		}
		if !locationShape.MatchString(f.arn) {
			l.Add(ruleLocationARN, f.path, f.arn)
			continue
		}
		a, _ := region.ParseARN(f.arn)
		l.Check(a.Account == s.Account && a.Partition == region.Partition(s.Region), locationAccount(s), f.path, f.arn)
		regions = append(regions, a.Region)
	}
	if len(regions) < 2 {
		return
	}
	l.Check(s.SourceLocationARN != s.DestinationLocationARN, ruleLocationsDiffer, "DestinationLocationARN", s.DestinationLocationARN)
	l.Check(slices.Contains(regions, s.Region), ruleTaskRegion, "Region", s.Region)
}

// locationAccount is the rule for the account of a location, with that of the task.
func locationAccount(s Spec) problem.Rule {
	rule := ruleLocationAccount
	if region.ValidAccount(s.Account) {
		rule.Text = strings.Replace(rule.Text, "the account and partition of the task", "the task's account "+s.Account+" and its partition", 1)
	}
	return rule
}

// retentions are the numbers of days after which CloudWatch Logs can delete lines.
// Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// checkLog checks the log group that is made with the task. twice is whether LogGroupARN names another one.
func (s Spec) checkLog(l *problem.List, twice bool) {
	if s.Log == nil {
		return
	}
	l.Check(!twice, ruleLogTwice, "Log", s.Log.Name)
	l.Check(logNameShape.MatchString(s.Log.Name) && !strings.HasPrefix(s.Log.Name, "aws/"), ruleLogName, "Log.Name", s.Log.Name)
	l.Check(s.Log.RetentionDays == 0 || slices.Contains(retentions, s.Log.RetentionDays), ruleLogRetention, "Log.RetentionDays", strconv.Itoa(s.Log.RetentionDays))
	key, _ := region.ParseARN(s.Log.KMSKey)
	here := (key.Region == s.Region || !region.Valid(s.Region)) && (key.Account == s.Account || !region.ValidAccount(s.Account))
	l.Check(s.Log.KMSKey == "" || region.ValidKey(s.Log.KMSKey) && here, ruleLogKey, "Log.KMSKey", s.Log.KMSKey)
}

func (s Spec) checkLogGroup(l *problem.List) {
	if s.LogGroupARN == "" || s.Log != nil {
		return
	}
	a, ok := region.ParseARN(s.LogGroupARN)
	ok = ok && a.Service == "logs" && a.Account == s.Account && a.Region == s.Region && a.Partition == region.Partition(s.Region) && logGroupShape.MatchString(a.Resource)
	rule := ruleLogGroup
	if region.ValidAccount(s.Account) && region.Valid(s.Region) {
		rule.Text = strings.Replace(rule.Text, "the account and Region of the task", "the task's account "+s.Account+" and Region "+s.Region, 1)
		rule.Text = strings.Replace(rule.Text, "arn:aws:logs:eu-west-1:111122223333", "arn:"+region.Partition(s.Region)+":logs:"+s.Region+":"+s.Account, 1)
	}
	l.Check(ok && len(s.LogGroupARN) <= 562, rule, "LogGroupARN", s.LogGroupARN)
}

// checkARN checks that arn is a task's and, as far as s gives them, in the account and Region of s.
func (s Spec) checkARN(arn string) error {
	var l problem.List
	if !taskShape.MatchString(arn) {
		l.Add(ruleTaskARN, "", arn)
		return l.Err()
	}
	a, _ := region.ParseARN(arn)
	same := (s.Account == "" || a.Account == s.Account) && (s.Region == "" || a.Region == s.Region && a.Partition == region.Partition(s.Region))
	l.Check(same, ruleTaskPlace, "", arn)
	return l.Err()
}
