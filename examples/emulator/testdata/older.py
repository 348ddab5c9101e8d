# Says whether a client has Enhanced mode, and makes a current one forget it: writes DataSync's model as botocore had it before October 2024 below a
# folder, which botocore and the AWS CLI read instead of their own if AWS_DATA_PATH names it. Argument: the folder.
import json
import os
import sys

import botocore.session

SERVICE = "datasync"
loader = botocore.session.get_session().get_component("data_loader")
version = loader.determine_latest_version(SERVICE, "service-2")
model = loader.load_service_model(SERVICE, "service-2", version)
taken = 0
for shape in model["shapes"].values():
    taken += shape.get("members", {}).pop("TaskMode", None) is not None
model["operations"].pop("UpdateLocationS3", None)
folder = os.path.join(sys.argv[1], SERVICE, version)
os.makedirs(folder)
with open(os.path.join(folder, "service-2.json"), "w") as f:
    json.dump(model, f)
sys.exit(0 if taken else "botocore has no TaskMode to forget")
