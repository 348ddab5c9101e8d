// Package transfer resolves the transfers that users give.
//
// [Resolve] takes a [Given] and returns a [Transfer]: the task account, the partition, the role, the policy and the Sids of each end, and what
// the roles may do with buckets and keys. [Validate] reports what is wrong with the transfers of one plan, and [Transfer.Resources] tells what
// each account should hold for a valid transfer. Nothing here calls AWS, and nobody changes a Transfer once it is resolved.
//
// The package also has the names that everything else agrees on: Sids, tag keys, ids of changes.
package transfer
