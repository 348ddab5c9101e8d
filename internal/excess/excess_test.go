package excess

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy"
)

const (
	openTask  = "111122223333"
	openOther = "444455556666"
	openKey   = "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// openTransfer is a push into a prefix of another account's encrypted bucket.
func openTransfer(name string, edit func(*iamrole.Spec)) *transfer.Transfer {
	g := transfer.Given{Name: name,
		Source:      transfer.Endpoint{Account: openTask, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: transfer.Endpoint{Account: openOther, Region: "us-east-2", Bucket: "media-archive", Prefix: "in/", KMSKeys: []string{openKey}},
	}
	edit(&g.Destination.Role)
	return transfer.Resolve(g)
}

// opens are the details of the findings on the roles of the transfers, without what all have in common.
func opens(transfers ...*transfer.Transfer) []string {
	users, sets := Users{}, []*transfer.Resources(nil)
	for _, t := range transfers {
		sets = append(sets, t.Resources())
		users.Add(sets[len(sets)-1])
	}
	var out []string
	for _, r := range sets {
		for _, f := range Findings(r, users, func() bool { return false }) {
			out = append(out, fmt.Sprintf("%s %s %s", f.Severity, f.Side, f.Detail))
		}
	}
	return out
}

func parsed(t *testing.T, statements string) policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asked are the two conditions of the preset.
const asked = `"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:*"}`

// trusted is a statement that lets the principal assume the role under the conditions.
func trusted(principal, conditions string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole","Condition":{` + conditions + `}}`
}

const dataSync = `{"Service":"datasync.amazonaws.com"}`

var trustCases = []struct {
	name, trust string
	want        []string // parts of the one finding; nil is none
}{
	{"the preset", trusted(dataSync, asked), nil},
	{"the preset with other operators", trusted(dataSync,
		`"StringLike":{"aws:SourceAccount":"111122223333"},"ArnEquals":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:*"}`), nil},
	{"one task alone", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":"111122223333"},`+
		`"ArnLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0"}`), nil},
	{"an ARN compared as text", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":"111122223333"},`+
		`"StringLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:task/*"}`), nil},
	{"one condition more", trusted(dataSync, asked+`,"StringEqualsIfExists":{"aws:SourceOrgID":"o-abcdefghij"}`), nil},
	{"the preset and a Deny", trusted(dataSync, asked) + `,{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, nil},
	{"DataSync and a Deny of what the preset does not have", `{"Effect":"Allow","Principal":` + dataSync + `,"Action":"sts:AssumeRole"},` +
		`{"Effect":"Deny","Principal":` + dataSync + `,"Action":"sts:*","Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}},` +
		`{"Effect":"Deny","Principal":` + dataSync + `,"Action":"sts:*","Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:*"}}}`, nil},
	{"only a Deny", `{"Effect":"Deny","Principal":"*","Action":"sts:*"}`, nil},
	{"a user whom a Deny shuts out", trusted(dataSync, asked) + `,{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/ann"},"Action":"sts:AssumeRole"},` +
		`{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:*"}`, nil},
	{"no conditions", `{"Effect":"Allow","Principal":` + dataSync + `,"Action":"sts:AssumeRole"}`,
		[]string{"it does not ask that aws:SourceAccount is 111122223333, aws:SourceArn matches arn:aws:datasync:us-east-2:111122223333:*"}},
	{"no source account", trusted(dataSync, `"ArnLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:*"}`), []string{"ask that aws:SourceAccount is 111122223333"}},
	{"no source ARN", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":"111122223333"}`), []string{"ask that aws:SourceArn matches"}},
	{"a second account", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":["111122223333","777788889999"]},`+
		`"ArnLike":{"aws:SourceArn":["arn:aws:datasync:us-east-2:111122223333:*","arn:aws:datasync:us-east-2:777788889999:*"]}`), []string{"aws:SourceAccount", "aws:SourceArn"}},
	{"any Region", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:datasync:*:111122223333:*"}`),
		[]string{"ask that aws:SourceArn matches"}},
	{"if the keys exist", trusted(dataSync, strings.NewReplacer("StringEquals", "StringEqualsIfExists", "ArnLike", "ArnLikeIfExists").Replace(asked)),
		[]string{"aws:SourceAccount", "aws:SourceArn"}},
	{"an organisation in place of an account", trusted(dataSync, `"StringEquals":{"aws:SourceOrgID":"o-abcdefghij"}`), []string{"aws:SourceAccount", "aws:SourceArn"}},
	{"all accounts but one", trusted(dataSync, `"StringNotEquals":{"aws:SourceAccount":"777788889999"}`), []string{"aws:SourceAccount", "aws:SourceArn"}},
	{"a user of another account", trusted(`{"AWS":"arn:aws:iam::444455556666:user/ann"}`, `"Bool":{"aws:MultiFactorAuthPresent":"true"}`),
		[]string{"assumed by arn:aws:iam::444455556666:user/ann"}},
	{"another account by its id", trusted(`{"AWS":"444455556666"}`, `"StringEquals":{"sts:ExternalId":"x"}`), []string{"assumed by account 444455556666"}},
	{"a role of another account by a condition", trusted(`{"AWS":"arn:aws:iam::444455556666:root"}`, `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/app"}`),
		[]string{"assumed by arn:aws:iam::444455556666:root"}},
	{"another account, and a Deny of all but one role", trusted(`{"AWS":"444455556666"}`, ``) + `,{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:*",` +
		`"Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/app"}}}`, []string{"assumed by account 444455556666"}},
	{"the task account itself", trusted(`{"AWS":"arn:aws:iam::111122223333:root"}`, ``), []string{"assumed by arn:aws:iam::111122223333:root"}},
	{"a second service", trusted(`{"Service":["datasync.amazonaws.com","lambda.amazonaws.com"]}`, asked), []string{"assumed by service lambda.amazonaws.com"}},
	{"another partition's DataSync", trusted(`{"Service":"datasync.amazonaws.com.cn"}`, asked), []string{"assumed by service datasync.amazonaws.com.cn"}},
	{"an identity provider", `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"},"Action":"sts:AssumeRoleWithSAML"}`,
		[]string{"assumed by Federated arn:aws:iam::111122223333:saml-provider/corp"}},
	{"every call of STS", `{"Sid":"All","Effect":"Allow","Principal":` + dataSync + `,"Action":"sts:*","Condition":{` + asked + `}}`, []string{`in statement "All": it allows sts:*`}},
	{"tags of the session", `{"Effect":"Allow","Principal":` + dataSync + `,"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{` + asked + `}}`,
		[]string{"it allows sts:TagSession"}},
	{"all but some calls", `{"Effect":"Allow","Principal":` + dataSync + `,"NotAction":"sts:TagSession","Condition":{` + asked + `}}`, []string{"it allows every action but sts:TagSession"}},
	{"the preset and another account", trusted(dataSync, asked) + "," + trusted(`{"AWS":"444455556666"}`, ``), []string{"in statement 2 of the trust policy: it may be assumed by account 444455556666"}},
	{"too many keys", trusted(dataSync, asked+`,"Null":{`+many(13, `"aws:PrincipalTag/k%d":"true"`)+`}`), []string{"is not decided", "15 condition keys"}},
	{"a policy variable", trusted(dataSync, `"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"},"ArnLike":{"aws:SourceArn":"arn:aws:datasync:us-east-2:111122223333:*"}`),
		[]string{"may open more", "not decided, because it depends on"}},
}

// many repeats a form with numbers.
func many(n int, form string) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(form, i))
	}
	return strings.Join(out, ",")
}

func TestRoleTrustThatOpensMore(t *testing.T) {
	for _, tt := range trustCases {
		t.Run(tt.name, func(t *testing.T) {
			tr := openTransfer("media", func(r *iamrole.Spec) { r.Trust = parsed(t, tt.trust) })
			compareOpens(t, "the trust policy of role media-destination", tt.want, opens(tr))
		})
	}
}

// compareOpens wants no finding, or one about the subject that has all parts.
func compareOpens(t *testing.T, subject string, want, got []string) {
	t.Helper()
	if want == nil || len(got) != 1 {
		if len(want) > 0 || len(got) > 0 {
			t.Errorf("found %q, want %q", got, want)
		}
		return
	}
	for _, part := range append(want, "warning destination", subject) {
		if !strings.Contains(got[0], part) {
			t.Errorf("found %q, want it to say %q", got[0], part)
		}
	}
}

const (
	owned   = `"Condition":{"StringEquals":{"aws:ResourceAccount":"444455556666"}}`
	objects = `"arn:aws:s3:::media-archive/in/*"`
)

var policyCases = []struct {
	name, statements string
	want             []string
}{
	{"one object of the prefix", `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/in/a.mov",` + owned + `}`, nil},
	{"a deeper prefix, another letter case", `{"Effect":"Allow","Action":["s3:putobject","S3:GetObject"],"Resource":"arn:aws:s3:::media-archive/in/2026/*",` + owned + `}`, nil},
	{"a list of the bucket", `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::media-archive","Condition":{"StringEquals":{"aws:ResourceAccount":"444455556666"},` +
		`"StringLike":{"s3:prefix":"in/*"}}}`, nil},
	{"the key through S3", `{"Effect":"Allow","Action":"kms:GenerateDataKey","Resource":"` + openKey + `","Condition":{"StringEquals":{"kms:ViaService":"s3.us-east-2.amazonaws.com"}}}`, nil},
	{"only a Deny", `{"Effect":"Deny","Action":"*","Resource":"*"}`, nil},
	{"everything, and a Deny of all but the preset", `{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","NotAction":["s3:PutObject","s3:GetObject"],"Resource":"*"},` +
		`{"Effect":"Deny","Action":"*","NotResource":` + objects + `},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"444455556666"}}}`, nil},
	{"everything, and a Deny with a gap", `{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","NotAction":["s3:PutObject","s3:PutObjectAcl"],"Resource":"*"},` +
		`{"Effect":"Deny","Action":"*","NotResource":` + objects + `},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"444455556666"}}}`,
		[]string{"it allows s3:*"}},
	{"everything", `{"Effect":"Allow","Action":"*","Resource":"*"}`, []string{"it allows *", "it covers *"}},
	{"all of S3 on the objects", `{"Sid":"All","Effect":"Allow","Action":"s3:*","Resource":` + objects + `,` + owned + `}`, []string{`in statement "All": it allows s3:*`}},
	{"a pattern of actions", `{"Effect":"Allow","Action":["s3:PutObject","s3:PutObject*"],"Resource":` + objects + `,` + owned + `}`, []string{"it allows s3:PutObject*"}},
	{"passing roles", `{"Effect":"Allow","Action":["s3:PutObject","iam:PassRole"],"Resource":` + objects + `,` + owned + `},{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`,
		[]string{"it allows iam:PassRole"}},
	{"ACLs of objects", `{"Effect":"Allow","Action":"s3:PutObjectAcl","Resource":` + objects + `,` + owned + `}`, []string{"it allows s3:PutObjectAcl"}},
	{"the whole bucket", `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/*",` + owned + `}`, []string{"it covers arn:aws:s3:::media-archive/*"}},
	{"a prefix that begins alike", `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/in*",` + owned + `}`, []string{"it covers arn:aws:s3:::media-archive/in*"}},
	{"buckets that begin alike", `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::media-archive*",` + owned + `}`, []string{"it covers arn:aws:s3:::media-archive*"}},
	{"the other end's bucket", `{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::media-raw/*",` + objects + `],` + owned + `}`, []string{"it covers arn:aws:s3:::media-raw/*"}},
	{"all keys", `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`, []string{"it covers *"}},
	{"all keys of the account", `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*",` + owned + `}`, []string{"it covers *"}},
	{"keys of any account in the Region", `{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:us-east-2:*:key/*",` + owned + `}`,
		[]string{"it covers arn:aws:kms:us-east-2:*:key/*"}},
	{"a folder of buckets that a Deny spares", `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::*/in/*",` + owned + `},` +
		`{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::media*"}`, []string{"it covers arn:aws:s3:::*/in/*"}},
	{"actions that a Deny spares", `{"Effect":"Allow","Action":"s3:*Object","Resource":` + objects + `,` + owned + `},{"Effect":"Deny","NotAction":"s3:Re*","Resource":"*"}`,
		[]string{"it allows s3:*Object"}},
	{"crossing patterns", `{"Effect":"Allow","Action":"s3:PutObject","Resource":[` + many(90, `"arn:aws:s3:::*/%d/*"`) + `],` + owned + `},` +
		`{"Effect":"Deny","Action":"*","NotResource":[` + many(90, `"arn:aws:s3:::m%d*"`) + `]}`, []string{"is not decided", "requests"}},
	{"the key's deletion", `{"Effect":"Allow","Action":"kms:ScheduleKeyDeletion","Resource":"` + openKey + `"}`, []string{"it allows kms:ScheduleKeyDeletion"}},
	{"all but some actions", `{"Effect":"Allow","NotAction":"iam:*","Resource":` + objects + `,` + owned + `}`, []string{"it allows every action but iam:*"}},
	{"all but some resources", `{"Effect":"Allow","Action":"s3:PutObject","NotResource":"arn:aws:s3:::secrets/*",` + owned + `}`, []string{"it covers every resource but arn:aws:s3:::secrets/*"}},
	{"no owner of the bucket", `{"Effect":"Allow","Action":"s3:PutObject","Resource":` + objects + `}`, []string{"it does not ask that aws:ResourceAccount is 444455556666"}},
	{"two owners of the bucket", `{"Effect":"Allow","Action":"s3:PutObject","Resource":` + objects + `,"Condition":{"StringEquals":{"aws:ResourceAccount":["444455556666","777788889999"]}}}`,
		[]string{"it does not ask that aws:ResourceAccount is 444455556666"}},
	{"an owner if there is one, and S3 always tells one", `{"Effect":"Allow","Action":"s3:PutObject","Resource":` + objects + `,"Condition":{"StringEqualsIfExists":{"aws:ResourceAccount":"444455556666"}}}`, nil},
	{"a single letter", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::media-archiv?/in/*",` + owned + `}`, []string{"it covers arn:aws:s3:::media-archiv?/in/*"}},
	{"many objects", `{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":[` + many(180, `"arn:aws:s3:::media-archive/in/%d/*"`) + `],` + owned + `}`, nil},
	{"two statements", `{"Effect":"Allow","Action":"s3:PutObject","Resource":` + objects + `,` + owned + `},{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`,
		[]string{"in statement 2 of the inline policy: it allows sqs:SendMessage"}},
	{"a home of each principal", `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::${aws:PrincipalTag/bucket}/in/*",` + owned + `}`,
		[]string{"may open more", "it covers arn:aws:s3:::${aws:PrincipalTag/bucket}/in/*", "not decided"}},
	{"too many resources", `{"Effect":"Allow","Action":"s3:PutObject","Resource":[` + many(201, `"arn:aws:s3:::b%d/*"`) + `]}`, []string{"is not decided"}},
	{"text that draws", `{"Sid":"All","Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::x/\u001b[2J*",` + owned + `}`, []string{`arn:aws:s3:::x/\x1b[2J*`}},
}

func TestRolePoliciesThatOpenMore(t *testing.T) {
	for _, tt := range policyCases {
		t.Run(tt.name, func(t *testing.T) {
			tr := openTransfer("media", func(r *iamrole.Spec) { r.Policies = map[string]policy.Document{"own": parsed(t, tt.statements)} })
			compareOpens(t, "policy own of role media-destination", tt.want, opens(tr))
		})
	}
}

// A role of several transfers has the presets of all of them.
func TestRoleOfSeveralTransfersOpensNoMore(t *testing.T) {
	first, second := openTransfer("first", func(r *iamrole.Spec) { r.Name = "writer" }), openTransfer("second", func(r *iamrole.Spec) { r.Name = "writer" })
	own := map[string]policy.Document{}
	for _, r := range []*transfer.Resources{first.Resources(), second.Resources()} {
		for _, role := range r.Roles {
			if role.Name == "writer" {
				for _, d := range role.Policies {
					own["both"] = own["both"].With(d)
				}
			}
		}
	}
	edit := func(r *iamrole.Spec) { r.Name, r.Policies = "writer", own }
	if diff := cmp.Diff([]string(nil), opens(openTransfer("first", edit), openTransfer("second", edit))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := opens(openTransfer("first", func(*iamrole.Spec) {})); got != nil {
		t.Errorf("the preset itself: %q", got)
	}
}
