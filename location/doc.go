// Package location describes DataSync locations on S3 buckets: the inputs that make, change and delete one, and what one is.
package location
