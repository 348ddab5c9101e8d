#!/usr/bin/env bash
# Does the part of account 444455556666 for the set-up of media-archive. See README.md beside it.
# It needs bash, the AWS CLI with credentials of that account, and python3. It changes nothing else than:
# - 444455556666/us-east-2/bucket-policy/media-archive
# - 444455556666/us-east-2/key-policy/9662ccf2-2df7-3b7a-b9c4-6c5110925beb
# - 444455556666/us-east-2/bucket-ownership/media-archive
# With --dry-run it writes nothing, and prints what it would write. Otherwise it prints its report, to be handed back.
# Before each write it keeps what it read in the folder copies beside it, or in XACCT_COPIES.

account='444455556666'
region='us-east-2'
way='script'
# What is to be done by hand where this script cannot.
by_hand() {
	cat <<'XACCT_TEXT'
  the policy of bucket media-archive, by hand:
  1. Open the Amazon S3 console, General purpose buckets, the bucket media-archive, tab Permissions, section Bucket policy, Edit.
  2. Copy the whole policy as it is into a file, so that it can be put back.
  3. Add the statements of statements/bucket-policy-media-archive.json behind the last entry of the list Statement, after a comma: what stands between [ and ] in that file. Where a statement with the same Sid stands, put the new one in its place. Change nothing else. If there is no policy at all, paste the whole file.
  4. Save changes. If the console says Invalid principal, the role is not there, or was made a moment ago: wait two minutes and save again.
  {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Sid": "XacctMediaArchiveWrite317df6a3",
        "Effect": "Allow",
        "Principal": {
          "AWS": "arn:aws:iam::111122223333:role/media-archive-destination"
        },
        "Action": [
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
          "s3:PutObjectTagging"
        ],
        "Resource": [
          "arn:aws:s3:::media-archive",
          "arn:aws:s3:::media-archive/incoming/*"
        ]
      }
    ]
  }
  {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Sid": "XacctMediaArchiveList8abc7cf6",
        "Effect": "Allow",
        "Principal": {
          "AWS": "111122223333"
        },
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::media-archive",
        "Condition": {
          "ArnEquals": {
            "aws:PrincipalArn": "arn:aws:iam::111122223333:role/Operator"
          }
        }
      }
    ]
  }

  the policy of key arn:aws:kms:us-east-2:444455556666:key/9662ccf2-2df7-3b7a-b9c4-6c5110925beb, by hand:
  1. Open the AWS KMS console in Region us-east-2, Customer managed keys, the key 9662ccf2-2df7-3b7a-b9c4-6c5110925beb, tab Key policy, Switch to policy view, Edit.
  2. Copy the whole policy as it is into a file, so that it can be put back.
  3. Add the statement of statements/key-policy-9662ccf2-2df7-3b7a-b9c4-6c5110925beb.json behind the last entry of the list Statement, after a comma: what stands between [ and ] in that file. Where a statement with the same Sid stands, put the new one in its place. Change nothing else.
  4. Save changes. If the console says Invalid principal, the role is not there, or was made a moment ago: wait two minutes and save again.
  {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Sid": "XacctMediaArchiveEncrypt4b3bc3e0",
        "Effect": "Allow",
        "Principal": {
          "AWS": "arn:aws:iam::111122223333:role/media-archive-destination"
        },
        "Action": [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:DescribeKey"
        ],
        "Resource": "*"
      }
    ]
  }

  the Object Ownership of bucket media-archive, by hand:
  1. Open the Amazon S3 console, General purpose buckets, the bucket media-archive, tab Permissions, section Object Ownership, Edit.
  2. Note what is set.
  3. Choose ACLs disabled (Bucket owner enforced), acknowledge, Save changes. Whoever writes or reads this bucket by ACLs loses access. If the console refuses it because of the bucket's ACL, that ACL allows others something: allow them by the policy instead, take them out of it, and save again.

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
   "Op": "update",
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
   "Quota": 20480
  },
  {
   "ID": "444455556666/us-east-2/key-policy/9662ccf2-2df7-3b7a-b9c4-6c5110925beb",
   "Account": "444455556666",
   "Region": "us-east-2",
   "Kind": "key-policy",
   "Name": "9662ccf2-2df7-3b7a-b9c4-6c5110925beb",
   "ARN": "arn:aws:kms:us-east-2:444455556666:key/9662ccf2-2df7-3b7a-b9c4-6c5110925beb",
   "Transfers": [
    "media-archive"
   ],
   "Op": "update",
   "Wanted": [
    {
     "Sid": "XacctMediaArchiveEncrypt4b3bc3e0",
     "Text": "{\"Sid\":\"XacctMediaArchiveEncrypt4b3bc3e0\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/media-archive-destination\"},\"Action\":[\"kms:Encrypt\",\"kms:Decrypt\",\"kms:ReEncrypt*\",\"kms:GenerateDataKey*\",\"kms:DescribeKey\"],\"Resource\":\"*\"}"
    }
   ],
   "Ours": [
    "XacctMediaArchiveDecryptedebba6c",
    "XacctMediaArchiveEncrypt4b3bc3e0",
    "XacctMediaArchiveManifestKey7452b622",
    "XacctMediaArchiveReportKeyd3c3bdfb",
    "XacctMediaArchiveRetryKey853a867c"
   ],
   "Exact": {},
   "Shape": {
    "Accounts": [
     "111122223333"
    ],
    "Actions": [
     "kms:Decrypt",
     "kms:DescribeKey",
     "kms:Encrypt",
     "kms:Decrypt",
     "kms:ReEncrypt*",
     "kms:GenerateDataKey*",
     "kms:DescribeKey"
    ],
    "Resources": [
     "*",
     "arn:aws:kms:us-east-2:444455556666:key/9662ccf2-2df7-3b7a-b9c4-6c5110925beb"
    ],
    "Conditions": {
     "aws:principalarn": "ArnEquals",
     "kms:viaservice": "StringEquals"
    },
    "Free": [
     "aws:currenttime"
    ]
   },
   "Quota": 32768
  },
  {
   "ID": "444455556666/us-east-2/bucket-ownership/media-archive",
   "Account": "444455556666",
   "Region": "us-east-2",
   "Kind": "bucket-ownership",
   "Name": "media-archive",
   "Transfers": [
    "media-archive"
   ],
   "Op": "update",
   "Wanted": [],
   "Ours": [],
   "Exact": {},
   "Want": "BucketOwnerEnforced"
  }
 ]
}
XACCT_DATA
}

# Who looks without Python.
look_at() {
	echo '444455556666/us-east-2/bucket-policy/media-archive' >&2
	aws s3api get-bucket-policy --region 'us-east-2' --bucket 'media-archive' --expected-bucket-owner '444455556666' --output json | sids
	echo '444455556666/us-east-2/key-policy/9662ccf2-2df7-3b7a-b9c4-6c5110925beb' >&2
	aws kms get-key-policy --region 'us-east-2' --key-id 'arn:aws:kms:us-east-2:444455556666:key/9662ccf2-2df7-3b7a-b9c4-6c5110925beb' --policy-name default --output json | sids
	:
}

program() {
	cat <<'XACCT_PYTHON'
(parts/program.py)
XACCT_PYTHON
}

(parts/script.sh)
