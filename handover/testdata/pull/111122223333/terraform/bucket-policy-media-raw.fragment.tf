# A fragment for the configuration that owns this policy. Do not make another resource for it: aws_s3_bucket_policy replaces the whole policy, so that a second one would take away what others wrote.
# Add it to the policy of its aws_s3_bucket_policy, as a further entry of source_policy_documents of its aws_iam_policy_document:
# source_policy_documents = [local.xacct_bucket_policy_media_raw]
# or, where the policy is made by jsonencode, its statements:
# Statement = concat([ … ], jsondecode(local.xacct_bucket_policy_media_raw).Statement)
locals {
  xacct_bucket_policy_media_raw = file("${path.module}/policies/bucket-policy-media-raw.json")
}
