#!/usr/bin/env bash
# config/compose.yaml gives the servers that scripts/services gives: the same ones, versions, ports and settings. Docker itself
# is not needed: what is compared is the two descriptions.
set -euo pipefail
cd "$(dirname "$0")/../.."
yamllint -s -d '{extends: default, rules: {line-length: {max: 140}, document-start: disable, comments: {min-spaces-from-content: 1}}}' config/compose.yaml
eval "$(scripts/services env)"
python3 - <<'PYTHON'
import os
import pathlib
import re
import xml.etree.ElementTree as xml

import yaml

compose = yaml.safe_load(pathlib.Path("config/compose.yaml").read_text())
services, text = compose["services"], pathlib.Path("config/compose.yaml").read_text()
given = sorted(path.stem for path in pathlib.Path("scripts/lib/services").glob("*.sh"))
assert sorted(services) == given, (sorted(services), given)

for name, address in {"postgres": "HARVEST_TEST_POSTGRES", "redis": "HARVEST_TEST_REDIS", "kafka": "HARVEST_TEST_KAFKA"}.items():
    url = os.environ[address]
    port = re.search(r"127\.0\.0\.1:(\d+)", url)[1]
    assert [each.rsplit(":", 1)[0] for each in services[name]["ports"]] == [f"127.0.0.1:{port}"], name
    assert "healthcheck" in services[name], name
    if name != "kafka":
        assert url in text, f"the note does not say how to reach {name}"
assert f"PLAINTEXT://{os.environ['HARVEST_TEST_KAFKA']}," in services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]

pom = xml.parse("scripts/lib/services/kafka-broker.pom.xml").getroot()
versions = [each.text for each in pom.iter() if each.tag.endswith("version")]
assert services["kafka"]["image"].split(":")[1] in versions, versions
assert services["postgres"]["image"].startswith("postgres:15-") and services["redis"]["image"].startswith("redis:7-")

# Each setting of the broker that scripts/services writes for its topics and groups is set here, to the same.
script = pathlib.Path("scripts/lib/services/kafka.sh").read_text()
for key in ("auto.create.topics.enable", "offsets.topic.replication.factor", "offsets.topic.num.partitions",
            "group.initial.rebalance.delay.ms", "group.min.session.timeout.ms"):
    value = re.search(rf"^{re.escape(key)}=(.*)$", script, re.M)[1]
    assert services["kafka"]["environment"]["KAFKA_" + key.upper().replace(".", "_")] == value, key
PYTHON
echo "config/compose.yaml: the servers of scripts/services"
