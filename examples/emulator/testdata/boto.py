# Walks a transfer between two accounts with boto3, and holds every answer against botocore's models: types, required members, enums, patterns,
# lengths and statuses; pages of three entries go through botocore's paginators. With a botocore from before Enhanced mode the task is a BASIC one.
# Argument: the URL of the emulator, which was started with -page 3.
import hashlib
import io
import json
import re
import sys
import time

import boto3
import botocore.config
import botocore.exceptions
import botocore.validate

URL = sys.argv[1]
A, B = "111122223333", "444455556666"
requests, violations = [], []


def check(value, shape, path, found):
    """What breaks a rule of the shape and botocore's own validator does not look at."""
    rules = shape.metadata
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value and value[name] is not None:
                check(value[name], member, f"{path}.{name}", found)
        for name in set(value) - set(shape.members) - {"ResponseMetadata"}:
            found.append(f"{path}.{name} is not in the model")
    elif shape.type_name == "list":
        for i, item in enumerate(value):
            check(item, shape.member, f"{path}[{i}]", found)
        if "max" in rules and len(value) > rules["max"]:
            found.append(f"{path} has {len(value)} entries")
    elif shape.type_name == "string" and isinstance(value, str):
        if "enum" in rules and value not in rules["enum"]:
            found.append(f"{path} is {value!r}")
        if "max" in rules and len(value) > rules["max"]:
            found.append(f"{path} is {len(value)} characters long")
        try:
            fits = "pattern" not in rules or re.fullmatch(rules["pattern"], value)
        except re.error:  # a pattern that Python does not have
            fits = True
        if not fits:
            found.append(f"{path} is {value!r}, pattern {rules['pattern']}")


def texts(value, shape):
    """The answer as it was before botocore decoded the policy documents of IAM."""
    if shape.type_name == "string" and isinstance(value, dict):
        return json.dumps(value)
    if shape.type_name == "structure":
        return {k: texts(v, shape.members[k]) if k in shape.members else v for k, v in value.items()}
    if shape.type_name == "list":
        return [texts(v, shape.member) for v in value]
    return value


def look(http_response, parsed, model, **_):
    requests.append(model.name)
    status = http_response.status_code
    found = []
    if status < 300:
        if status != model.http.get("responseCode", 200) and status != 206:
            found.append(f"status {status}")
        if model.output_shape:
            body = texts({k: v for k, v in parsed.items() if k != "ResponseMetadata" and not hasattr(v, "read")}, model.output_shape)
            report = botocore.validate.ParamValidator().validate(body, model.output_shape)
            if report.has_errors():
                found.append(report.generate_report())
            check(body, model.output_shape, model.name, found)
    elif "Code" not in parsed.get("Error", {}):
        found.append("an error without code")
    if not parsed["ResponseMetadata"].get("RequestId"):
        found.append("no request id")
    violations.extend(f"{model.service_model.service_name} {model.name}: {f}" for f in found)


def client(service, account, region, token=None):
    c = boto3.client(service, region, endpoint_url=URL, aws_access_key_id=account, aws_secret_access_key="any", aws_session_token=token,
                     config=botocore.config.Config(retries={"max_attempts": 1}))
    c.meta.events.register("after-call", look)
    return c


def expect(code, call, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return
    raise AssertionError(f"no {code}")


def pages(c, operation, key, **arguments):
    return [x for page in c.get_paginator(operation).paginate(**arguments) for x in page.get(key, [])]


def objects():
    """What is put comes back, byte for byte."""
    s3 = client("s3", A, "eu-west-1")
    s3.create_bucket(Bucket="boto-new", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    big = bytes(range(256)) * 4096 * 20  # 20 MiB
    s3.upload_fileobj(io.BytesIO(big), "boto-new", "big", ExtraArgs={"Metadata": {"a": "b"}, "Tagging": "c=d"})
    back = io.BytesIO()
    s3.download_fileobj("boto-new", "big", back)
    assert hashlib.sha256(back.getvalue()).digest() == hashlib.sha256(big).digest(), f"{len(back.getvalue())} bytes came back"
    head = s3.head_object(Bucket="boto-new", Key="big")
    assert head["ETag"].endswith('-3"') and head["Metadata"] == {"a": "b"}, head
    assert s3.get_object_tagging(Bucket="boto-new", Key="big")["TagSet"] == [{"Key": "c", "Value": "d"}]
    keys = ["a b+c", "dir/1", "dir/2", "ü&<>", "z/%2F"]
    for key in keys:
        s3.put_object(Bucket="boto-new", Key=key, Body=key.encode(), ContentType="text/plain")
        got = s3.get_object(Bucket="boto-new", Key=key)
        assert got["Body"].read() == key.encode() and got["ContentType"] == "text/plain", key
    assert sorted(o["Key"] for o in pages(s3, "list_objects_v2", "Contents", Bucket="boto-new")) == sorted(keys + ["big"])
    assert [p["Prefix"] for p in pages(s3, "list_objects_v2", "CommonPrefixes", Bucket="boto-new", Delimiter="/")] == ["dir/", "z/"]
    upload = s3.create_multipart_upload(Bucket="boto-new", Key="parts")["UploadId"]
    for n in range(1, 6):
        s3.upload_part(Bucket="boto-new", Key="parts", UploadId=upload, PartNumber=n, Body=b"x")
    assert len(pages(s3, "list_parts", "Parts", Bucket="boto-new", Key="parts", UploadId=upload)) == 5
    s3.abort_multipart_upload(Bucket="boto-new", Key="parts", UploadId=upload)
    for code, call in (("NoSuchTagSet", s3.get_bucket_tagging), ("NoSuchCORSConfiguration", s3.get_bucket_cors), ("NoSuchBucketPolicy", s3.get_bucket_policy),
                       ("NoSuchWebsiteConfiguration", s3.get_bucket_website), ("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration),
                       ("ReplicationConfigurationNotFoundError", s3.get_bucket_replication), ("NotImplemented", s3.list_object_versions),
                       ("ObjectLockConfigurationNotFoundError", s3.get_object_lock_configuration)):
        expect(code, call, Bucket="boto-new")
    for call in (s3.get_bucket_logging, s3.get_bucket_notification_configuration, s3.get_bucket_accelerate_configuration, s3.get_bucket_versioning,
                 s3.get_bucket_location, s3.get_bucket_acl, s3.get_bucket_encryption, s3.get_public_access_block, s3.get_bucket_request_payment,
                 s3.get_bucket_ownership_controls, s3.head_bucket):
        call(Bucket="boto-new")
    assert client("s3", A, "us-east-2").head_object(Bucket="boto-new", Key="dir/1")["ContentLength"] == 5  # boto3 follows the redirect
    expect("BucketNotEmpty", s3.delete_bucket, Bucket="boto-new")
    for key in keys + ["big"]:
        s3.delete_object(Bucket="boto-new", Key=key)
    s3.delete_bucket(Bucket="boto-new")
    assert {b["Name"] for b in s3.list_buckets()["Buckets"]} == {"media-raw"}


def callers(iam):
    """A session with its name, and what it may not do."""
    sts = client("sts", A, "us-east-1")
    out = sts.assume_role(RoleArn=f"arn:aws:iam::{A}:role/Operator", RoleSessionName="boto", Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}]}))
    key, token = out["Credentials"]["AccessKeyId"], out["Credentials"]["SessionToken"]
    session = client("iam", key, "us-east-1", token)
    expect("InvalidClientTokenId", client("iam", key, "us-east-1").list_roles)
    assert client("sts", key, "us-east-1", token).get_caller_identity()["Arn"].endswith("/boto")
    session.get_role(RoleName="Operator")
    expect("AccessDenied", session.list_roles)
    expect("InvalidClientTokenId", client("sts", "AKIAUNKNOWN", "us-east-1").get_caller_identity)
    expect("NoSuchEntity", iam.get_role, RoleName="none")


def enhanced(sync):
    """Whether the model of DataSync has Enhanced mode."""
    return "TaskMode" in sync.meta.service_model.operation_model("CreateTask").input_shape.members


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def journey(iam):
    """The two-account transfer, there and back."""
    actions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetObject", "s3:GetObjectTagging", "s3:PutObject",
               "s3:PutObjectTagging", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = [f"arn:aws:s3:::{b}{s}" for b in ("media-raw", "media-archive") for s in ("", "/*")]
    trust = document({"Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="boto", AssumeRolePolicyDocument=trust, Tags=[{"Key": f"t{i}", "Value": "v"} for i in range(5)])["Role"]["Arn"]
    iam.put_role_policy(RoleName="boto", PolicyName="access", PolicyDocument=document({"Effect": "Allow", "Action": actions, "Resource": resources}))
    managed = iam.create_policy(PolicyName="boto", PolicyDocument=document({"Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": "*"}))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="boto", PolicyArn=managed)
    iam.get_policy(PolicyArn=managed)
    iam.get_policy_version(PolicyArn=managed, VersionId="v1")
    iam.list_policy_versions(PolicyArn=managed)
    assert iam.get_role_policy(RoleName="boto", PolicyName="access")["PolicyDocument"]["Statement"][0]["Action"] == actions
    assert iam.get_role(RoleName="boto")["Role"]["AssumeRolePolicyDocument"] == json.loads(trust)
    assert len(pages(iam, "list_role_tags", "Tags", RoleName="boto")) == 5 and len(pages(iam, "list_roles", "Roles")) >= 2
    assert pages(iam, "list_role_policies", "PolicyNames", RoleName="boto") == ["access"]
    assert len(pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName="boto")) == 1
    iam.list_instance_profiles_for_role(RoleName="boto")
    iam.tag_role(RoleName="boto", Tags=[{"Key": "x", "Value": ""}])
    iam.untag_role(RoleName="boto", TagKeys=["x", "t0"])
    iam.update_assume_role_policy(RoleName="boto", PolicyDocument=trust)

    owner = client("s3", B, "us-east-2")
    owner.put_bucket_policy(Bucket="media-archive", Policy=document(
        {"Sid": "Write", "Effect": "Allow", "Principal": {"AWS": role}, "Action": actions, "Resource": resources[2:]},
        {"Sid": "List", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{A}:role/Operator"}, "Action": "s3:ListBucket", "Resource": resources[2]}))
    owner.get_bucket_policy(Bucket="media-archive")
    owner.get_bucket_policy_status(Bucket="media-archive")
    owner.put_bucket_ownership_controls(Bucket="media-archive", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})

    here, there = client("datasync", A, "eu-west-1"), client("datasync", A, "us-east-2")
    config = {"BucketAccessRoleArn": role}
    tags = [{"Key": f"t{i}", "Value": "v"} for i in range(4)]
    source = here.create_location_s3(S3BucketArn="arn:aws:s3:::media-raw", Subdirectory="/2026", S3Config=config, Tags=tags)["LocationArn"]
    destination = there.create_location_s3(S3BucketArn="arn:aws:s3:::media-archive", S3Config=config)["LocationArn"]
    here.describe_location_s3(LocationArn=source)
    if hasattr(here, "update_location_s3"):  # since December 2024
        here.update_location_s3(LocationArn=source, Subdirectory="/2026/")
    assert len(pages(here, "list_tags_for_resource", "Tags", ResourceArn=source)) == 4 and len(pages(here, "list_locations", "Locations")) == 1
    here.tag_resource(ResourceArn=source, Tags=[{"Key": "x", "Value": "y"}])
    here.untag_resource(ResourceArn=source, Keys=["x"])
    expect("InvalidRequestException", here.describe_location_s3, LocationArn=source[:-1] + ("0" if source[-1] != "0" else "1"))
    task = there.create_task(SourceLocationArn=source, DestinationLocationArn=destination, Name="boto", Options={"VerifyMode": "ONLY_FILES_TRANSFERRED"},
                             **({"TaskMode": "ENHANCED"} if enhanced(there) else {}))["TaskArn"]
    while there.describe_task(TaskArn=task)["Status"] != "AVAILABLE":
        time.sleep(0.05)
    there.update_task(TaskArn=task, Name="boto-2")
    runs = []
    for _ in range(4):
        run = there.start_task_execution(TaskArn=task)["TaskExecutionArn"]
        runs.append(run)
        while (now := there.describe_task_execution(TaskExecutionArn=run))["Status"] not in ("SUCCESS", "ERROR"):
            time.sleep(0.2)
        assert now["Status"] == "SUCCESS", now
    assert len(pages(there, "list_task_executions", "TaskExecutions", TaskArn=task)) == 4 and len(pages(there, "list_tasks", "Tasks")) == 1
    assert len(pages(owner, "list_objects_v2", "Contents", Bucket="media-archive")) == 20
    expect("InvalidRequestException", here.delete_location, LocationArn=source)
    there.delete_task(TaskArn=task)
    there.delete_location(LocationArn=destination)
    here.delete_location(LocationArn=source)
    owner.delete_bucket_policy(Bucket="media-archive")
    expect("DeleteConflict", iam.delete_role, RoleName="boto")
    iam.detach_role_policy(RoleName="boto", PolicyArn=managed)
    iam.delete_policy(PolicyArn=managed)
    iam.delete_role_policy(RoleName="boto", PolicyName="access")
    iam.delete_role(RoleName="boto")


def rest():
    logs = client("logs", A, "eu-west-1")
    text = document({"Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"})
    for i in range(5):
        logs.put_resource_policy(policyName=f"p{i}", policyDocument=text)
    assert len(pages(logs, "describe_resource_policies", "resourcePolicies")) == 5
    for i in range(5):
        logs.delete_resource_policy(policyName=f"p{i}")
    expect("NotFoundException", client("kms", A, "eu-west-1").describe_key, KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")


iam_a = client("iam", A, "us-east-1")
objects()
callers(iam_a)
journey(iam_a)
rest()
for v in violations:
    print(v)
mode = "Enhanced mode" if enhanced(client("datasync", A, "eu-west-1")) else "BASIC mode, Enhanced mode not run"
print(f"boto3 {boto3.__version__}, {mode}: {len(requests)} requests of {len(set(requests))} operations, {len(violations)} violations of the models")
sys.exit(1 if violations or len(requests) < 130 else 0)
