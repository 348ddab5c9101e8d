#!/usr/bin/env bash
# Does the part of account 111122223333 for the set-up of media-archive. See README.md beside it.
# It needs bash, the AWS CLI with credentials of that account, and python3. It changes nothing else than:
# - 111122223333/eu-west-1/bucket-policy/media-raw
# With --dry-run it writes nothing, and prints what it would write. Otherwise it prints its report, to be handed back.
# Before each write it keeps what it read in the folder copies beside it, or in XACCT_COPIES.

account='111122223333'
region='eu-west-1'
way='script'
# What is to be done by hand where this script cannot.
by_hand() {
	cat <<'XACCT_TEXT'
  the policy of bucket media-raw, by hand:
  1. Open the Amazon S3 console, General purpose buckets, the bucket media-raw, tab Permissions, section Bucket policy, Edit.
  2. Copy the whole policy as it is into a file, so that it can be put back.
  3. Add the statements of statements/bucket-policy-media-raw.json behind the last entry of the list Statement, after a comma: what stands between [ and ] in that file. Where a statement with the same Sid stands, put the new one in its place. Change nothing else. If there is no policy at all, paste the whole file.
  4. Save changes. If the console says Invalid principal, the role is not there, or was made a moment ago: wait two minutes and save again.
  {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Sid": "XacctMediaArchiveReada503ae1a",
        "Effect": "Allow",
        "Principal": {
          "AWS": "arn:aws:iam::444455556666:role/media-archive-source"
        },
        "Action": [
          "s3:GetBucketLocation",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
          "s3:GetObject",
          "s3:GetObjectTagging",
          "s3:GetObjectVersion",
          "s3:GetObjectVersionTagging",
          "s3:ListMultipartUploadParts"
        ],
        "Resource": [
          "arn:aws:s3:::media-raw",
          "arn:aws:s3:::media-raw/2026/*"
        ]
      }
    ]
  }
  {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Sid": "XacctMediaArchiveList36fa0184",
        "Effect": "Allow",
        "Principal": {
          "AWS": "444455556666"
        },
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::media-raw",
        "Condition": {
          "ArnEquals": {
            "aws:PrincipalArn": "arn:aws:iam::444455556666:role/Operator"
          }
        }
      }
    ]
  }

XACCT_TEXT
}

# What the statements are, and where they go.
data() {
	cat <<'XACCT_DATA'
{
 "Account": "111122223333",
 "Mode": "set-up",
 "Steps": [
  {
   "ID": "111122223333/eu-west-1/bucket-policy/media-raw",
   "Account": "111122223333",
   "Region": "eu-west-1",
   "Kind": "bucket-policy",
   "Name": "media-raw",
   "ARN": "arn:aws:s3:::media-raw",
   "Transfers": [
    "media-archive"
   ],
   "Op": "update",
   "Wanted": [
    {
     "Sid": "XacctMediaArchiveReada503ae1a",
     "Text": "{\"Sid\":\"XacctMediaArchiveReada503ae1a\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:role/media-archive-source\"},\"Action\":[\"s3:GetBucketLocation\",\"s3:ListBucket\",\"s3:ListBucketMultipartUploads\",\"s3:GetObject\",\"s3:GetObjectTagging\",\"s3:GetObjectVersion\",\"s3:GetObjectVersionTagging\",\"s3:ListMultipartUploadParts\"],\"Resource\":[\"arn:aws:s3:::media-raw\",\"arn:aws:s3:::media-raw/2026/*\"]}"
    },
    {
     "Sid": "XacctMediaArchiveList36fa0184",
     "Text": "{\"Sid\":\"XacctMediaArchiveList36fa0184\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::media-raw\",\"Condition\":{\"ArnEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::444455556666:role/Operator\"}}}"
    }
   ],
   "Ours": [
    "XacctMediaArchiveList36fa0184",
    "XacctMediaArchiveManifest68a3a641",
    "XacctMediaArchiveReada503ae1a",
    "XacctMediaArchiveReport0175543d",
    "XacctMediaArchiveRetry5455ceea"
   ],
   "Exact": {},
   "Shape": {
    "Accounts": [
     "444455556666"
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
     "arn:aws:s3:::media-raw"
    ],
    "Below": [
     "arn:aws:s3:::media-raw/"
    ],
    "Conditions": {
     "aws:principalarn": "ArnEquals",
     "kms:viaservice": "StringEquals"
    },
    "Free": [
     "aws:currenttime"
    ]
   },
   "Quota": 20480
  }
 ]
}
XACCT_DATA
}

# Who looks without Python.
look_at() {
	echo '111122223333/eu-west-1/bucket-policy/media-raw' >&2
	aws s3api get-bucket-policy --region 'eu-west-1' --bucket 'media-raw' --expected-bucket-owner '111122223333' --output json | sids
	:
}

program() {
	cat <<'XACCT_PYTHON'
(parts/program.py)
XACCT_PYTHON
}

(parts/script.sh)
