# aws_s3_bucket_ownership_controls holds all there is to say of a bucket's Object Ownership: if your configuration has one for this bucket, change that one
# and leave this file out.
# Whoever writes or reads the bucket by ACLs loses access.
resource "aws_s3_bucket_ownership_controls" "media_archive" {
  bucket = "media-archive"
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}
