# A fragment for the configuration that owns this policy. Do not make another resource for it: aws_kms_key_policy replaces the whole policy, so that a second one would take away what others wrote.
# Add it to the policy of its aws_kms_key or aws_kms_key_policy, as a further entry of source_policy_documents of its aws_iam_policy_document:
# source_policy_documents = [local.xacct_key_policy_9662ccf2_2df7_3b7a_b9c4_6c5110925beb]
# or, where the policy is made by jsonencode, its statements:
# Statement = concat([ … ], jsondecode(local.xacct_key_policy_9662ccf2_2df7_3b7a_b9c4_6c5110925beb).Statement)
locals {
  xacct_key_policy_9662ccf2_2df7_3b7a_b9c4_6c5110925beb = file("${path.module}/policies/key-policy-9662ccf2-2df7-3b7a-b9c4-6c5110925beb.json")
}
