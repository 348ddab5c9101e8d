package desired

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// Shape tells a statement of ours from one of others with the same Sid, for those who cannot call [Bucket.Diff] or [Key.Diff]: a statement of ours allows
// roles or users of Accounts, or these accounts with a condition on aws:PrincipalArn, some of Actions on Resources or on what begins with one of Below,
// under no conditions but those of Conditions and Free.
type Shape struct {
	Accounts   []string          // the task accounts
	Actions    []string          // in any letter case
	Resources  []string          // ARNs, or "*"
	Below      []string          `json:",omitempty"` // beginnings of ARNs
	Conditions map[string]string // condition keys in lower case, with their operators
	Free       []string          // condition keys in lower case that whoever set an end may have put there, with any operator
}

func (w SharedPolicy) shape(actions []string) Shape {
	s := Shape{Actions: actions, Conditions: maps.Clone(ourConditions), Free: []string{strings.ToLower(transfer.KeyNow)}}
	for _, t := range w.Transfers {
		if !slices.Contains(s.Accounts, t.TaskAccount) {
			s.Accounts = append(s.Accounts, t.TaskAccount)
		}
	}
	return s
}

// Shape is that of our statements in the bucket's policy, apart from those of Exact.
func (w Bucket) Shape() Shape {
	s := w.shape(ourActions)
	s.Resources, s.Below = []string{w.arn()}, []string{w.arn() + "/"}
	return s
}

// Exact are the statements that are ours only to the letter, by Sid: the tutorial's, whose Sid is everybody's. A Sid of ours that has no statement here
// is somebody else's wherever it stands. nil is none.
func (w Bucket) Exact() map[string]policy.Statements {
	if !slices.Contains(w.Ours, bucket.TutorialSid) {
		return nil
	}
	out := policy.Statements{}
	for _, role := range w.Tutorial {
		out = append(out, bucket.TutorialStatement(w.arn(), role))
	}
	return map[string]policy.Statements{bucket.TutorialSid: out}
}

// Shape is that of our statements in the key's policy.
func (w Key) Shape() Shape {
	s := w.shape(ourKeyActions)
	s.Resources = []string{kmskey.Everywhere, w.Spec.ARN}
	return s
}
