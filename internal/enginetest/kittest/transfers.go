package kittest

import (
	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// Push is the tutorial's transfer: the source's account runs the task.
func Push(cloud *xaccttest.Cloud) xacct.Transfer {
	return xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: AccountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: AccountB, Region: "us-east-2", Bucket: "media-archive", Prefix: "incoming"},
		Operators:   []string{cloud.OperatorARN(AccountA)},
	}
}

// Pull is Push with the task in the destination's account.
func Pull(cloud *xaccttest.Cloud) xacct.Transfer {
	tr := Push(cloud)
	tr.TaskAccount = AccountB
	tr.Operators = []string{cloud.OperatorARN(AccountB)}
	return tr
}

// WithEveryKind is the transfer with DisableACLs set, so that it touches every kind of resource.
func WithEveryKind(tr xacct.Transfer) xacct.Transfer {
	tr.Destination.DisableACLs = true
	return tr
}

// EncryptedPush is Push of every kind with a key on each end; the destination's key is of the other account.
func EncryptedPush(c *xaccttest.Cloud) []xacct.Transfer {
	tr := WithEveryKind(Push(c))
	tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{FirstKey(AccountA, "eu-west-1")}, []string{FirstKey(AccountB, "us-east-2")}
	return []xacct.Transfer{tr}
}

// Demo is the tutorial's pair of accounts with names of our own.
func Demo() xacct.Transfer {
	return xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: AccountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: AccountB, Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/ops"},
	}
}

// Variants are transfers of each kind by name, made from Demo.
func Variants() map[string]xacct.Transfer {
	pull := Demo()
	pull.TaskAccount, pull.Operators = AccountB, []string{"arn:aws:iam::444455556666:role/ops"}
	local := Demo()
	local.Destination.Account = AccountA
	byAccount := Demo()
	byAccount.Grant = xacct.ByAccount
	shared := Demo()
	shared.Source.Role.Name, shared.Destination.Role.Name = "datasync", "datasync"
	given := Demo()
	given.Source.RoleARN = "arn:aws:iam::111122223333:role/existing"
	given.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
	third := Demo()
	third.TaskAccount, third.Operators = "777788889999", nil
	china := Demo()
	china.Source.Region, china.Destination.Region = "cn-north-1", "cn-northwest-1"
	china.Operators = []string{"arn:aws-cn:iam::111122223333:role/ops"}
	return map[string]xacct.Transfer{"push": Demo(), "pull": pull, "same-account": local, "push-by-account": byAccount, "one-role": shared,
		"given": given, "third-account": third, "china": china}
}
