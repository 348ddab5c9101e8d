// Package bucket describes the part of an S3 bucket that a transfer needs: statements of its policy and its object ownership.
package bucket
