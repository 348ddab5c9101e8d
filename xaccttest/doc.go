// Package xaccttest is an AWS in memory for tests: accounts with IAM, STS, S3 and DataSync.
package xaccttest
