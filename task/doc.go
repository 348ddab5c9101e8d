// Package task describes DataSync tasks between S3 locations and runs them.
package task
