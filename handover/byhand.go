package handover

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// byHand are the statements and the console's steps as plain text: what to do, or how to undo it.
func (w *work) byHand(undo bool) string {
	var b strings.Builder
	for _, s := range w.policies {
		fmt.Fprintf(&b, "%s, by hand:\n", text.Printable(s.title()))
		for i, line := range s.byHand(w.part.Mode, undo) {
			fmt.Fprintf(&b, "%d. %s\n", i+1, text.Printable(line))
		}
		if adds := (w.part.Mode == plan.SetUp) != undo; adds {
			for _, st := range s.wanted {
				b.WriteString(policy.New(st).String() + "\n")
			}
		}
		b.WriteString("\n")
	}
	for _, o := range w.ownership {
		fmt.Fprintf(&b, "the Object Ownership of bucket %s, by hand:\n", o.spec.Name)
		for i, line := range o.byHand(undo) {
			fmt.Fprintf(&b, "%d. %s\n", i+1, text.Printable(line))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// screen says which screen of the console shows the policy.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html
func (s shared) screen() string {
	if s.kind == policy.Key {
		return "Open the AWS KMS console in Region " + s.region + ", Customer managed keys, the key " + s.name() + ", tab Key policy, Switch to policy " +
			"view, Edit."
	}
	return "Open the Amazon S3 console, General purpose buckets, the bucket " + s.name() + ", tab Permissions, section Bucket policy, Edit."
}

// byHand are the console's steps for the policy.
func (s shared) byHand(mode plan.Mode, undo bool) []string {
	out := []string{s.screen(), "Copy the whole policy as it is into a file, so that it can be put back."}
	adds := mode == plan.SetUp
	added := len(s.wanted) > 0 && adds != undo
	if added {
		statements, file := "statement"+text.Plural(len(s.wanted)), "statements/"+s.file()+".json"
		out = append(out, fmt.Sprintf("Add the %s of %s behind the last entry of the list Statement, after a comma: what stands between [ and ] in that file. "+
			"Where a statement with the same Sid stands, put the new one in its place. Change nothing else.", statements, file))
		if s.kind != policy.Key {
			out[len(out)-1] += " If there is no policy at all, paste the whole file."
		}
	}
	var sids []string
	if adds && undo {
		for _, st := range s.wanted {
			sids = append(sids, st.Sid())
		}
	} else if !undo {
		sids = s.leaving(mode)
	}
	if len(sids) > 0 {
		step := "Take out each statement with one of these Sids, as far as it stands there, and nothing else: " + strings.Join(sids, ", ") + "."
		if s.kind != policy.Key {
			step += " If no statement is left then, leave the editor and choose Delete in the section Bucket policy."
		}
		out = append(out, step)
	}
	if !added {
		return append(out, "Save changes. If the console says Invalid principal, a statement that stays names a role that is gone: take nothing else out, and "+
			"ask whose statement it is.")
	}
	return append(out, "Save changes. If the console says Invalid principal, the role is not there, or was made a moment ago: wait two minutes and save again.")
}

// settings are what the console calls the settings of Object Ownership.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-existing-bucket.html
var settings = map[string]string{"BucketOwnerPreferred": "Bucket owner preferred", "ObjectWriter": "Object writer"}

// byHand are the console's steps for the ownership.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-existing-bucket.html
func (o ownership) byHand(undo bool) []string {
	out := []string{"Open the Amazon S3 console, General purpose buckets, the bucket " + o.spec.Name + ", tab Permissions, section Object Ownership, Edit.",
		"Note what is set."}
	switch {
	case undo:
		out = append(out, "Choose what was set before, and Save changes. If it was done by hand, that is what was noted then; if by the script, the first copy of "+
			"bucket-ownership."+o.spec.Name+" in the folder copies has it, and one that ends in .none is ACLs enabled, Object writer.")
	case o.want == "BucketOwnerEnforced":
		out = append(out, "Choose ACLs disabled (Bucket owner enforced), acknowledge, Save changes. Whoever writes or reads this bucket by ACLs loses access. If the "+
			"console refuses it because of the bucket's ACL, that ACL allows others something: allow them by the policy instead, take them out of it, and "+
			"save again.")
	default:
		out = append(out, "Choose ACLs enabled, acknowledge, "+settings[o.want]+", Save changes.")
	}
	return out
}
