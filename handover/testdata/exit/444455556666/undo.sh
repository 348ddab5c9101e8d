#!/usr/bin/env bash
# Undoes what script.sh did in account 444455556666 for the set-up of media-archive. See README.md beside it.
# It needs bash, the AWS CLI with credentials of that account, and python3. It changes nothing else than:
# - 444455556666/us-east-2/bucket-policy/media-archive
# With --dry-run it writes nothing, and prints what it would write. Otherwise it prints its report, to be handed back.
# Before each write it keeps what it read in the folder copies beside it, or in XACCT_COPIES.

account='444455556666'
region='us-east-2'
way='undo'
# What is to be done by hand where this script cannot.
by_hand() {
	cat <<'XACCT_TEXT'
  the policy of bucket media-archive, by hand:
  1. Open the Amazon S3 console, General purpose buckets, the bucket media-archive, tab Permissions, section Bucket policy, Edit.
  2. Copy the whole policy as it is into a file, so that it can be put back.
  3. Take out each statement with one of these Sids, as far as it stands there, and nothing else: XacctMediaArchiveWrite317df6a3, XacctMediaArchiveList8abc7cf6. If no statement is left then, leave the editor and choose Delete in the section Bucket policy.
  4. Save changes. If the console says Invalid principal, a statement that stays names a role that is gone: take nothing else out, and ask whose statement it is.

XACCT_TEXT
}

# What the statements are, and where they go.
data() {
	cat <<'XACCT_DATA'
{
 "Account": "444455556666",
 "Mode": "set-up",
 "Steps": [
  {
   "ID": "444455556666/us-east-2/bucket-policy/media-archive",
   "Account": "444455556666",
   "Region": "us-east-2",
   "Kind": "bucket-policy",
   "Name": "media-archive",
   "ARN": "arn:aws:s3:::media-archive",
   "Transfers": [
    "media-archive"
   ],
   "Op": "no-op",
   "Wanted": [
    {
     "Sid": "XacctMediaArchiveWrite317df6a3",
     "Text": "{\"Sid\":\"XacctMediaArchiveWrite317df6a3\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/media-archive-destination\"},\"Action\":[\"s3:GetBucketLocation\",\"s3:ListBucket\",\"s3:ListBucketMultipartUploads\",\"s3:GetObject\",\"s3:GetObjectTagging\",\"s3:GetObjectVersion\",\"s3:GetObjectVersionTagging\",\"s3:ListMultipartUploadParts\",\"s3:AbortMultipartUpload\",\"s3:DeleteObject\",\"s3:PutObject\",\"s3:PutObjectTagging\"],\"Resource\":[\"arn:aws:s3:::media-archive\",\"arn:aws:s3:::media-archive/incoming/*\"]}"
    },
    {
     "Sid": "XacctMediaArchiveList8abc7cf6",
     "Text": "{\"Sid\":\"XacctMediaArchiveList8abc7cf6\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::media-archive\",\"Condition\":{\"ArnEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::111122223333:role/Operator\"}}}"
    }
   ],
   "Ours": [
    "XacctMediaArchiveList8abc7cf6",
    "XacctMediaArchiveManifest563f291b",
    "XacctMediaArchiveReport48b79913",
    "XacctMediaArchiveRetry30c337e7",
    "XacctMediaArchiveWrite317df6a3"
   ],
   "Exact": {},
   "Shape": {
    "Accounts": [
     "111122223333"
    ],
    "Actions": [
     "s3:GetBucketLocation",
     "s3:ListBucket",
     "s3:ListBucketMultipartUploads",
     "s3:GetObject",
     "s3:GetObjectTagging",
     "s3:GetObjectVersion",
     "s3:GetObjectVersionTagging",
     "s3:ListMultipartUploadParts",
     "s3:GetBucketLocation",
     "s3:ListBucket",
     "s3:ListBucketMultipartUploads",
     "s3:GetObject",
     "s3:GetObjectTagging",
     "s3:GetObjectVersion",
     "s3:GetObjectVersionTagging",
     "s3:ListMultipartUploadParts",
     "s3:AbortMultipartUpload",
     "s3:DeleteObject",
     "s3:PutObject",
     "s3:PutObjectTagging",
     "s3:ListBucket"
    ],
    "Resources": [
     "arn:aws:s3:::media-archive"
    ],
    "Below": [
     "arn:aws:s3:::media-archive/"
    ],
    "Conditions": {
     "aws:principalarn": "ArnEquals",
     "kms:viaservice": "StringEquals"
    },
    "Free": [
     "aws:currenttime"
    ]
   },
   "Quota": 20480,
   "Owner": true
  }
 ]
}
XACCT_DATA
}

# Who looks without Python.
look_at() {
	echo '444455556666/us-east-2/bucket-policy/media-archive' >&2
	aws s3api get-bucket-policy --region 'us-east-2' --bucket 'media-archive' --expected-bucket-owner '444455556666' --output json | sids
	:
}

program() {
	cat <<'XACCT_PYTHON'
(parts/program.py)
XACCT_PYTHON
}

(parts/script.sh)
