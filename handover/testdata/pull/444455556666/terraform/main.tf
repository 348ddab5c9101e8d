# What account 444455556666 has of its own for media-archive.
# See README.md one folder up. What exists already is imported, not made.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.100" }
  }
}

provider "aws" {
  alias               = "eu_west_1"
  region              = "eu-west-1"
  allowed_account_ids = ["444455556666"]
}

provider "aws" {
  alias               = "us_east_2"
  region              = "us-east-2"
  allowed_account_ids = ["444455556666"]
}

resource "aws_iam_role" "media_archive_destination" {
  provider           = aws.us_east_2
  name               = "media-archive-destination"
  description        = "Assumed by AWS DataSync, which copies between S3 buckets"
  assume_role_policy = file("${path.module}/policies/media_archive_destination.trust.json")
  tags = {
    "xacct:managed-by" = "xacct"
    "xacct:transfer"   = "media-archive"
  }
}

resource "aws_iam_role_policy" "media_archive_destination_1" {
  provider = aws.us_east_2
  name     = "xacct-media-archive-destination"
  role     = aws_iam_role.media_archive_destination.name
  policy   = file("${path.module}/policies/media_archive_destination_1.json")
}

resource "aws_iam_role" "media_archive_source" {
  provider           = aws.us_east_2
  name               = "media-archive-source"
  description        = "Assumed by AWS DataSync, which copies between S3 buckets"
  assume_role_policy = file("${path.module}/policies/media_archive_source.trust.json")
  tags = {
    "xacct:managed-by" = "xacct"
    "xacct:transfer"   = "media-archive"
  }
}

resource "aws_iam_role_policy" "media_archive_source_1" {
  provider = aws.us_east_2
  name     = "xacct-media-archive-source"
  role     = aws_iam_role.media_archive_source.name
  policy   = file("${path.module}/policies/media_archive_source_1.json")
}

resource "aws_datasync_location_s3" "media_archive_source" {
  provider      = aws.eu_west_1
  s3_bucket_arn = "arn:aws:s3:::media-raw"
  subdirectory  = "/2026/"
  depends_on    = [aws_iam_role_policy.media_archive_source_1]
  s3_config {
    bucket_access_role_arn = aws_iam_role.media_archive_source.arn
  }
  tags = {
    "xacct:managed-by" = "xacct"
    "xacct:region"     = "us-east-2"
    "xacct:side"       = "source"
    "xacct:transfer"   = "media-archive"
  }
}

resource "aws_datasync_location_s3" "media_archive_destination" {
  provider      = aws.us_east_2
  s3_bucket_arn = "arn:aws:s3:::media-archive"
  subdirectory  = "/incoming/"
  depends_on    = [aws_iam_role_policy.media_archive_destination_1]
  s3_config {
    bucket_access_role_arn = aws_iam_role.media_archive_destination.arn
  }
  tags = {
    "xacct:managed-by" = "xacct"
    "xacct:side"       = "destination"
    "xacct:transfer"   = "media-archive"
  }
}

resource "aws_datasync_task" "media_archive" {
  provider                 = aws.us_east_2
  name                     = "media-archive"
  source_location_arn      = aws_datasync_location_s3.media_archive_source.arn
  destination_location_arn = aws_datasync_location_s3.media_archive_destination.arn
  task_mode                = "ENHANCED"
  options {
    verify_mode            = "ONLY_FILES_TRANSFERRED"
    overwrite_mode         = "ALWAYS"
    preserve_deleted_files = "PRESERVE"
    transfer_mode          = "CHANGED"
    object_tags            = "PRESERVE"
    task_queueing          = "ENABLED"
    log_level              = "BASIC"
    atime                  = "BEST_EFFORT"
    mtime                  = "PRESERVE"
    bytes_per_second       = -1
    uid                    = "NONE"
    gid                    = "NONE"
    posix_permissions      = "NONE"
    preserve_devices       = "NONE"
  }
  tags = {
    "xacct:managed-by" = "xacct"
    "xacct:transfer"   = "media-archive"
  }
}
