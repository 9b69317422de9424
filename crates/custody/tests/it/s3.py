"""A bucket with Object Lock for tests: moto behind TLS, with signatures checked.

Usage: s3.py CERTIFICATE KEY. Prints one line of JSON (port, key_id, secret), then obeys lines of JSON on standard input
and answers each with one, until the input ends.
"""

import json
import os
import sys
import threading

# What is done before this many calls needs no permission: making the user who needs it afterwards.
SETUP = 8
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(SETUP)

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.s3.models import s3_backends  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


certificate, key = sys.argv[1:3]
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet, ssl_context=(certificate, key))
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://127.0.0.1:{server.server_port}"


def client(service, key_id="setup", secret="setup"):
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        verify=certificate,
        config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
    )


iam, setup = client("iam"), client("s3")
iam.create_user(UserName="ward")
made = iam.create_access_key(UserName="ward")["AccessKey"]
allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
iam.put_user_policy(
    UserName="ward", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
)
setup.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
setup.create_bucket(Bucket="plain")
setup.create_bucket(Bucket="versioned")
setup.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
setup.list_buckets()
s3 = client("s3", made["AccessKeyId"], made["SecretAccessKey"])
print(json.dumps({"port": server.server_port, "key_id": made["AccessKeyId"], "secret": made["SecretAccessKey"]}), flush=True)


def stored(name):
    (account,) = s3_backends
    return s3_backends[account]["aws"].buckets["locked"].keys.getlist(name)


def obey(order):
    what, name = order["do"], order.get("name")
    if what == "list":
        found = s3.list_object_versions(Bucket="locked").get("Versions", [])
        return [{"name": v["Key"], "version": v["VersionId"], "bytes": v["Size"]} for v in found]
    if what == "delete":
        version = {"VersionId": order["version"]} if order.get("version") else {}
        return s3.delete_object(Bucket="locked", Key=name, **version).get("DeleteMarker", False)
    if what == "head":
        found = s3.head_object(Bucket="locked", Key=name)
        until = found.get("ObjectLockRetainUntilDate")
        return {
            "mode": found.get("ObjectLockMode"),
            "until": until and until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "hold": found.get("ObjectLockLegalHoldStatus"),
        }
    if what == "damage":
        # What no client may do: the store itself loses a bit.
        for version in stored(name):
            bytes_ = bytearray(version.value)
            bytes_[order["at"]] ^= 1
            version.value = bytes(bytes_)
        return True
    raise ValueError(what)


for line in sys.stdin:
    try:
        answer = {"ok": obey(json.loads(line))}
    except ClientError as error:
        answer = {"error": error.response["Error"]["Code"]}
    print(json.dumps(answer), flush=True)
