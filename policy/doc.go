// Package policy reads, edits, compares and checks AWS policy documents: identity policies, trust policies, bucket policies and key
// policies. A [Document] is an immutable value. Editing one changes the named statements and keeps every other byte:
//
//	before, err := policy.Parse(text) // what GetBucketPolicy returned
//	grant := policy.Allow("s3:GetObject").
//		WithSid("Read").
//		By(policy.AWS("arn:aws:iam::111122223333:role/sync")).
//		On("arn:aws:s3:::amzn-s3-demo-bucket/*")
//	after, err := before.Merge(grant)          // *ConflictError if a different statement already has the Sid Read
//	send(after.Bytes())                        // before, and one statement more
//	send(after.Without("Read").Bytes())        // before
//
// To decide what a set of documents allows, use package [github.com/xacct/xacct/policy/authz].
//
// # Building a document
//
// [Allow] and [Deny] begin a statement; [Statement.By], [Statement.On] and [Statement.When] complete it; [New] puts statements into a
// document:
//
//	policy.New(policy.Allow("s3:GetObject").WithSid("Read").On("arn:aws:s3:::amzn-s3-demo-bucket/*").
//		When(policy.Bool("aws:SecureTransport", true)))
//
// prints as
//
//	{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject",
//	"Resource":"arn:aws:s3:::amzn-s3-demo-bucket/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}
//
// # Policies that others write too
//
// A bucket has one policy, which all users of the bucket share. [Document.Merge] adds statements to it, and [Document.Without] removes
// them again. Both leave everything else byte for byte as it was: white space, order, the spelling of numbers, plain value or list,
// repeated Sids, Version, Id, and members that are not in the grammar. [Document.With] is for documents that the caller owns alone: it
// replaces statements that have the same Sid.
//
// # Comparing
//
// S3 does not return the bytes that it was sent. [Document.Equal] knows what S3 rewrites, and so tells whether anything really changed.
// [Document.EqualWith] also treats a role's unique id as the role's ARN. [Diff] and [Statement.Explain] put changes and statements into
// words.
//
// # Checking before sending
//
// [Document.Validate] lists every reason why the service would refuse the document. [Document.Warnings] gives advice: what can never match, or is
// probably refused, such as an action that the service does not have. [Document.Size] says how much of the quota is used.
// [Dangling] finds principals that no longer exist. [Public] finds statements that S3 treats as public.
//
// # What Parse refuses
//
// [Parse] accepts what services return and accept, and refuses what it could not keep exactly: a repeated member, half a surrogate
// pair, bytes that are not UTF-8, and anything after the document. (A decoder that keeps the last of two members with the same name can
// turn a Deny into an Allow.) Errors give line and column.
//
// # YAML
//
// [Document.UnmarshalYAML] and [Document.MarshalYAML] serve YAML libraries, and need none. YAML reads an unquoted account id as a number and
// an unquoted date as a time: such values are errors that say what to quote.
//
// # Guarantees
//
//   - A document that was not edited prints the bytes that were parsed. An edited one keeps the bytes of every statement that the edit
//     did not name, and all text outside statements.
//   - Version is never raised: under 2008-10-17 the characters ${…} are plain text, and statements of others may contain them.
//   - Calling With twice has the same result as calling it once. Without undoes With for Sids that were not there before.
//   - Equal never reports two documents as equal that AWS may treat differently. It may report documents as different that mean the
//     same, because it does not reason about what patterns and conditions cover.
//   - The same calls print the same bytes. The characters <, > and & are printed unescaped.
//   - No value shares memory that a caller can write to. All values are safe for concurrent use. Zero values are usable: a zero
//     Document is no document, a zero Statement is no statement.
//   - No input causes a panic. Functions read their arguments only: no files, no environment, no network.
//
// # Limits
//
// Actions and condition keys that this package does not know are never reported as errors; [Document.Warnings] lists those of six services. How
// S3 and KMS count the size of a document is assumed, and where the documentation is unclear whether S3 treats a statement as public, [Public]
// lists it. All assumptions are in docs/limits.md.
package policy
