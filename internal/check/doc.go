// Package check reports what stands in the way of transfers, and what is allowed.
//
// [All] takes the resources of the transfers and the facts that were read or given about their accounts, and returns findings. It decides with
// package verdict which requests of DataSync and of the operators are allowed, and compares buckets, keys, given roles and given locations
// with what the transfers need. What could not be read is reported as unread and never taken for absent.
//
// [Explain] and [AccessError] add to an error of AWS what the findings say about its cause. The package does not call AWS.
package check
