// Package xacct moves data between S3 buckets of different AWS accounts with AWS DataSync.
package xacct
