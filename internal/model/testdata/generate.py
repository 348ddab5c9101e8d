# Prints the table of .ci/service-models from the models of botocore: a line for each operation and each shape. Operations that are listed here have
# their shapes in the table. Of S3, all other operations have their routes, so that a request for one is never mistaken for another.
import json

import botocore
import botocore.session

LISTED = {
    "cloudwatchlogs": ("logs", "CloudWatch Logs", """DescribeResourcePolicies PutResourcePolicy DeleteResourcePolicy
        DescribeLogGroups CreateLogGroup DeleteLogGroup PutRetentionPolicy AssociateKmsKey ListTagsForResource TagResource"""),
    "datasync": ("datasync", "DataSync", """CreateLocationS3 UpdateLocationS3 DescribeLocationS3 DeleteLocation ListLocations CreateTask UpdateTask
        DescribeTask DeleteTask ListTasks StartTaskExecution DescribeTaskExecution UpdateTaskExecution CancelTaskExecution ListTaskExecutions
        TagResource UntagResource ListTagsForResource"""),
    "iam": ("iam", "IAM", """GetRole ListRolePolicies GetRolePolicy ListAttachedRolePolicies GetPolicy GetPolicyVersion CreateRole
        UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy DeleteRole PutRolePermissionsBoundary TagRole UntagRole ListRoles ListRoleTags
        ListInstanceProfilesForRole AttachRolePolicy DetachRolePolicy CreatePolicy DeletePolicy ListPolicyVersions
        GetAccountAuthorizationDetails"""),
    "kms": ("kms", "KMS", "DescribeKey GetKeyPolicy PutKeyPolicy"),
    "s3": ("s3", "S3", """HeadBucket GetBucketPolicy PutBucketPolicy DeleteBucketPolicy GetBucketOwnershipControls PutBucketOwnershipControls
        DeleteBucketOwnershipControls GetBucketAcl GetPublicAccessBlock GetBucketPolicyStatus GetBucketEncryption GetBucketVersioning
        GetObjectLockConfiguration GetBucketRequestPayment ListObjectsV2 GetObject PutObject HeadObject DeleteObject GetObjectTagging
        CreateMultipartUpload UploadPart CompleteMultipartUpload AbortMultipartUpload ListParts CreateBucket DeleteBucket ListBuckets GetBucketLocation
        GetBucketTagging GetBucketCors GetBucketWebsite GetBucketLifecycleConfiguration GetBucketReplication GetBucketLogging
        GetBucketAccelerateConfiguration GetBucketNotificationConfiguration"""),
    "sts": ("sts", "STS", "GetCallerIdentity AssumeRole"),
}


class Shapes:
    """The shapes of a service that the listed operations reach."""

    def __init__(self, limits):
        self.limits, self.lines = limits, {}

    def add(self, shape, sent):
        known = self.lines.get(shape.name)
        if known is not None and (known["sent"] or not sent):
            return
        out = self.lines[shape.name] = {"type": shape.type_name, "sent": sent}
        if sent and self.limits:
            for key in ("min", "max", "pattern", "enum"):
                if key in shape.metadata:
                    out[key] = shape.metadata[key]
        of = shape.serialization
        if shape.type_name == "timestamp" and "timestampFormat" in of:
            out["format"] = of["timestampFormat"]
        if shape.type_name == "structure":
            out["members"] = {name: self.member(m) for name, m in sorted(shape.members.items())}
            out["required"] = sorted(shape.required_members)
            if "payload" in of:
                out["payload"] = of["payload"]
        elif shape.type_name == "list":
            out["item"] = self.member(shape.member)
        elif shape.type_name == "map":
            out["key"], out["item"] = self.member(shape.key), self.member(shape.value)
        for part in [*getattr(shape, "members", {}).values(), *(getattr(shape, a) for a in ("member", "key", "value") if hasattr(shape, a))]:
            self.add(part, sent)

    @staticmethod
    def member(m):
        of, out = m.serialization, {"shape": m.name}
        if "name" in of:
            out["name"] = of["name"]
        if "location" in of:
            out["in"] = of["location"]
        if of.get("flattened"):
            out["flat"] = True
        if of.get("xmlAttribute"):
            out["attribute"] = True
        if "timestampFormat" in of:
            out["format"] = of["timestampFormat"]
        if "xmlNamespace" in of and "prefix" in of["xmlNamespace"]:
            out["prefix"], out["uri"] = of["xmlNamespace"]["prefix"], of["xmlNamespace"]["uri"]
        if of.get("streaming") or m.metadata.get("streaming"):
            out["stream"] = True
        return out if len(out) > 1 else m.name


def operation(model, name, shapes):
    op = model.operation_model(name)
    out = {"http": op.http["method"] + " " + op.http["requestUri"]}
    if "responseCode" in op.http:
        out["status"] = op.http["responseCode"]
    needs = []
    for member in op.input_shape.required_members if op.input_shape else []:
        of = op.input_shape.members[member].serialization
        if of.get("location") in ("querystring", "header"):
            needs.append(of["location"] + " " + of["name"])
    if needs:
        out["needs"] = sorted(needs)
    if shapes is None:
        return out
    if op.input_shape:
        shapes.add(op.input_shape, True)
        out["input"] = op.input_shape.name
    if op.output_shape:
        shapes.add(op.output_shape, False)
        out["output"] = op.output_shape.name
        if "resultWrapper" in op.output_shape.serialization:
            out["wrapper"] = op.output_shape.serialization["resultWrapper"]
    return out


def line(value):
    return json.dumps({k: v for k, v in value.items() if k != "sent" and v is not False and v != []}, sort_keys=True)


def service(model, listed, limits):
    shapes, operations = Shapes(limits), {}
    for name in model.operation_names:
        deprecated = model.operation_model(name)._operation_model.get("deprecated", False)
        if name in listed:
            operations[name] = operation(model, name, shapes)
        elif model.metadata["protocol"] == "rest-xml" and not deprecated:
            operations[name] = operation(model, name, None)
    missing = set(listed) - set(operations)
    assert not missing, missing
    head = {"protocol": model.metadata["protocol"], "signing": model.signing_name}
    for key, of in (("target", "targetPrefix"), ("version", "apiVersion"), ("namespace", "xmlNamespace")):
        if of in model.metadata:
            head[key] = model.metadata[of]
    if "namespace" not in head and head["protocol"] == "rest-xml":
        head["namespace"] = "http://s3.amazonaws.com/doc/2006-03-01/"
    parts = [json.dumps(head, sort_keys=True)[:-1] + ', "operations": {']
    parts.append(",\n".join(f" {json.dumps(n)}: {line(o)}" for n, o in sorted(operations.items())))
    parts.append('}, "shapes": {')
    parts.append(",\n".join(f" {json.dumps(n)}: {line(s)}" for n, s in sorted(shapes.lines.items())))
    return "\n".join(parts) + "}}"


session = botocore.session.get_session()
services = []
for package, (endpoint, service_id, names) in sorted(LISTED.items()):
    services.append(json.dumps(service_id) + ": " + service(session.get_service_model(endpoint), names.split(), package == "datasync"))
print('{"botocore": ' + json.dumps(botocore.__version__) + ', "services": {\n' + ",\n".join(services) + "\n}}")
