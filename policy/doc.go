// Package policy reads, edits, compares and checks policy documents of AWS without losing anything of them: policies of roles, trust
// policies, bucket policies and key policies.
//
// A [Document] is an immutable value. It is parsed, or put together from statements:
//
//	d := policy.New(
//		policy.Allow("s3:GetObject").
//			WithSid("Read").
//			By(policy.AWS("arn:aws:iam::111122223333:role/sync")).
//			On("arn:aws:s3:::amzn-s3-demo-bucket/*").
//			When(policy.Bool("aws:SecureTransport", true)))
//
// prints as
//
//	{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/sync"},
//	"Action":"s3:GetObject","Resource":"arn:aws:s3:::amzn-s3-demo-bucket/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}
//
// # Policies that others write too
//
// A bucket has one policy, whoever shares the bucket. [Document.Merge] adds statements to what is there, and [Document.Without] takes
// them out again:
//
//	before, err := policy.Parse(fromS3)
//	after, err := before.Merge(ours)        // *ConflictError if someone else's statement bears our Sid
//	send(after.Bytes())
//	send(after.Without("Ours").Bytes())     // as it was
//
// Neither touches anything else: white space, order, the spelling of numbers, plain value or list, repeated Sids, Version, Id and
// members that are not in the grammar stay, byte for byte. [Document.With] does the same for documents that the caller owns alone:
// it replaces statements of the same Sid.
//
// S3 does not give back the bytes it was given. [Document.Equal] knows what it rewrites, so it tells whether anything really changed;
// [Document.EqualWith] in addition takes a role's unique id for its ARN. [Diff] and [Statement.Explain] put changes and statements
// into words.
//
// # Before it is sent
//
// [Document.Validate] lists everything for which the service would refuse the document, [Document.Size] says how much room is left,
// [Dangling] finds principals that no longer exist, and [Public] what S3 will take for a public grant. Who is let in by a set of
// documents is decided by package [github.com/xacct/xacct/policy/authz].
//
// # What is refused
//
// [Parse] takes what services return and accept, and nothing that it could not hold exactly. A decoder that keeps the last of two
// members of the same name turns a Deny into an Allow, so a repeated member is an error, like half a surrogate pair, bytes that are
// not UTF-8, and a second document behind the first. Errors give line and column.
//
// # Promises
//
//   - A document that was not edited prints the bytes that were parsed. One that was edited keeps the bytes of every statement that
//     was not named in the edit, and all text outside statements.
//   - Version is never raised: under 2008-10-17 the characters ${…} are plain text, and other people's statements may hold them.
//   - With twice is With once; Without of the new Sids undoes With.
//   - Equal never calls two documents the same that AWS may treat differently. It may call documents different that mean the same:
//     it does not reason about what patterns and conditions cover.
//   - The same calls print the same bytes. <, > and & are printed as they are.
//   - No value shares memory that a caller can write to; all values may be used by several goroutines at once. Zero values are
//     usable: no document, no statement.
//   - Nothing panics on any input, and nothing but the arguments is read: no files, no environment, no network.
//
// # What is assumed
//
// Not documented by AWS, and decided here: that S3 counts the document without white space between its elements (reported by users)
// and KMS the text as it is sent; that condition operators in another letter case are other operators; that two statements of one Sid
// are two statements; how S3 judges the limits of a public statement where its documentation leaves a doubt (then it counts as public).
// Actions and condition keys that this package does not know are never held against a document.
package policy
