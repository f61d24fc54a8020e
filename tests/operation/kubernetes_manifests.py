"""config/kubernetes: every manifest is one that Kubernetes takes, and tells the truth about the program: commands, ports, drains,
secrets. The containers' own commands, with the environment that the manifests give them, bring up a whole system."""
import functools
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from cluster import ORDER, distributed_settings, environment  # noqa: E402
from harvest_system import BINARY, ROOT, free_range  # noqa: E402

ROOM = ROOT / "config/kubernetes"
CONFIGURATION = ROOM / "harvest.yaml"
CHECKER = "kubernetes-validate==1.37.0"  # it brings the schemas
VERSIONS = ("1.30", "1.37")
NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, cwd=ROOT, **options)


@functools.cache
def kustomization():
    return yaml.safe_load((ROOM / "kustomization.yaml").read_text())


@functools.cache
def documents():
    return [each for name in kustomization()["resources"] for each in yaml.safe_load_all((ROOM / name).read_text())]


def of_kind(*kinds):
    return [each for each in documents() if each["kind"] in kinds]


def workloads():
    """daemon: its Deployment or StatefulSet"""
    return {each["metadata"]["name"]: each for each in of_kind("Deployment", "StatefulSet")}


def pod_of(workload):
    return workload["spec"]["template"]["spec"]


def container_of(workload):
    (container,) = pod_of(workload)["containers"]
    return container


def slots_of(workload):
    name = workload["metadata"]["name"]
    return [f"{name}-{i}" for i in range(workload["spec"]["replicas"])]


def given_environment(workload, slot):
    """What the kubelet would give the container of that slot."""
    literals = dict(each.split("=", 1) for generator in kustomization()["configMapGenerator"] for each in generator.get("literals", []))
    env = {}
    for each in container_of(workload)["env"]:
        source = each.get("valueFrom", {})
        if "fieldRef" in source:
            assert source["fieldRef"]["fieldPath"] == "metadata.name" and workload["kind"] == "StatefulSet", each
            env[each["name"]] = slot
        elif "configMapKeyRef" in source:
            env[each["name"]] = literals[source["configMapKeyRef"]["key"]]
        else:
            env[each["name"]] = re.sub(r"\$\((\w+)\)", lambda found: env[found[1]], each["value"])
    return env


class Image:
    """Where harvestctl is on the PATH, as in the image."""

    def __init__(self):
        self.bin = tempfile.TemporaryDirectory(prefix="harvest-image-")
        os.symlink(BINARY, f"{self.bin.name}/harvestctl")
        self.env = {"PATH": f"{self.bin.name}:{os.environ['PATH']}", "NO_COLOR": "1"}

    def command(self, workload):
        return [word.replace("/etc/harvest/", f"{ROOM}/") for word in container_of(workload)["command"]]

    def explain(self, workload, slot):
        """key: value of the configuration with which that slot would run"""
        done = run(*self.command(workload), "--explain", "-o", "json", env={**self.env, **given_environment(workload, slot)})
        if done.returncode != 0:
            raise AssertionError(f"{slot}: {done.stdout}{done.stderr}")
        return {each["key"]: each["value"] for each in json.loads(done.stdout)["items"]}


def opened_ports(daemon, slot, settings):
    """port name: (number, protocol) that this slot listens on"""
    index = int(slot.rsplit("-", 1)[1])

    def on(key, step):
        return int(settings[key]) + 10 * index + step

    ports = {"admin": (on("admin.port", ORDER.index(daemon)), "TCP"), "rpc": (on("rpc.port", ORDER.index(daemon)), "TCP")}
    if daemon == "gateway":
        ports["https"] = (on("gateway.port", 0), "TCP")
    for key, name, protocol in (("udp", "enet", "UDP"), ("tcp", "wss", "TCP")):
        if settings.get(f"{daemon}.{key}.enabled") == "true":
            ports[name] = (on(f"{daemon}.{key}.port", 0), protocol)
    return ports


def seconds(text):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|s|m|h|d)", text))


def declared_ports(workload):
    return {each["name"]: (each["containerPort"], each["protocol"]) for each in container_of(workload)["ports"]}


def is_within(labels, selector):
    """Whether a NetworkPolicy's selector chooses pods with these labels."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", []) if each["operator"] == "In")


def labels_of(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


class Described(unittest.TestCase):
    def test_yamllint_finds_nothing(self):
        style = "{extends: default, rules: {line-length: {max: 140}, document-start: disable, comments: {min-spaces-from-content: 1}}}"
        done = run("yamllint", "-s", "-d", style, ROOM)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_each_manifest_is_named_and_fits_the_schemas(self):
        tools = ROOT / "build/kubernetes_validate"
        if not (tools / "bin/kubernetes-validate").exists():
            shutil.rmtree(tools, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", tools], check=True)
            subprocess.run([tools / "bin/pip", "install", "--quiet", "--disable-pip-version-check", CHECKER], check=True)
        others = {"kustomization.yaml", "harvest.yaml"}
        self.assertEqual(set(kustomization()["resources"]), {path.name for path in ROOM.glob("*.yaml")} - others)
        for version in VERSIONS:
            done = run(tools / "bin/kubernetes-validate", "-k", version, "--strict", "--quiet",
                       *(ROOM / name for name in kustomization()["resources"]))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_kustomize_puts_them_together(self):
        if not shutil.which("kubectl"):
            self.skipTest("kubectl is no package of this system's")
        done = run("kubectl", "kustomize", ROOM)
        self.assertEqual(done.returncode, 0, done.stderr)
        made = [each for each in yaml.safe_load_all(done.stdout)]
        self.assertEqual(len(made), len(documents()) + 1)
        for each in made:
            if each["kind"] != "Namespace":
                self.assertEqual(each["metadata"]["namespace"], "harvest", each["metadata"]["name"])
        (generated,) = [each for each in made if each["kind"] == "ConfigMap"]
        self.assertEqual(set(generated["data"]), {"harvest.yaml", "serve.sh", "play_domain"})

    def test_no_secret_stands_here(self):
        self.assertEqual(of_kind("Secret"), [])
        self.assertNotIn("secretGenerator", kustomization())
        self.assertNotRegex("".join(path.read_text() for path in ROOM.iterdir()), r"-----BEGIN|://[^\s/]*:[^\s/]*@")

    def test_the_image_has_every_library(self):
        wanted = set()
        found = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", BINARY).stdout))
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", BINARY).stdout):
            # A package may have put it in /lib, which is /usr/lib.
            owners = [run("dpkg", "-S", path).stdout for path in (found[name], f"/usr{found[name]}".replace("/usr/usr", ""))]
            self.assertTrue(any(owners), f"no package has {name}")
            wanted.add("".join(owners).split(":")[0])
        text = (ROOM / "Dockerfile").read_text()
        named = set(re.findall(r"[\w.+-]+", re.search(r"--no-install-recommends((?:.*\\\n)+)", text)[1])) - {"ca-certificates"}
        self.assertEqual(named, wanted - {"libc6", "libgcc-s1"})
        self.assertEqual([each["name"] for each in kustomization()["images"]], ["harvestctl"])


class Workloads(unittest.TestCase):
    def setUp(self):
        self.image = Image()
        self.addCleanup(self.image.bin.cleanup)

    def each(self):
        self.assertEqual(sorted(workloads()), sorted(ORDER))
        for daemon, workload in workloads().items():
            with self.subTest(daemon=daemon):
                yield daemon, workload, pod_of(workload), container_of(workload)

    def test_one_decides(self):
        self.assertEqual(workloads()["match"]["spec"]["strategy"], {"type": "Recreate"})
        for daemon in ("match", "auth"):
            self.assertEqual(workloads()[daemon]["spec"]["replicas"], 1)
        self.assertEqual(workloads()["instance"]["kind"], "StatefulSet")

    def test_security_contexts(self):
        for daemon, workload, pod, _ in self.each():
            self.assertIs(pod["automountServiceAccountToken"], False)
            # Else a Service would come as HARVEST_…, and not be a key of the configuration.
            self.assertIs(pod["enableServiceLinks"], False)
            self.assertNotIn("serviceAccountName", pod)
            self.assertNotIn("hostNetwork", pod)
            context = pod["securityContext"]
            self.assertIs(context["runAsNonRoot"], True)
            self.assertGreater(min(context["runAsUser"], context["runAsGroup"], context["fsGroup"]), 0)
            self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
            for container in pod["containers"] + pod.get("initContainers", []):
                self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                                "capabilities": {"drop": ["ALL"]}}, container["name"])
                self.assertEqual(container["image"], "harvestctl")
                self.assertIn("memory", container["resources"]["limits"])

    def test_probes(self):
        for daemon, workload, _, container in self.each():
            asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
            self.assertEqual(asked, {kind: {"path": path, "port": "admin"} for kind, path in
                                     (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz"))})
            settings = self.image.explain(workload, slots_of(workload)[0])
            self.assertEqual((settings["admin.expose"], settings["admin.address"]), ("health", "0.0.0.0"))
            given = container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"]
            self.assertGreater(given, seconds(settings["start_timeout"]))

    def test_each_configuration_holds(self):
        for daemon, workload, _, _ in self.each():
            for slot in slots_of(workload):
                env = given_environment(workload, slot)
                done = run(BINARY, "config", "check", "--strict", CONFIGURATION, env={**self.image.env, **env})
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_slot_of_a_kind_opens_the_ports_that_are_declared(self):
        for daemon, workload, _, _ in self.each():
            for slot in [*slots_of(workload), f"{daemon}-37"]:
                if workload["kind"] == "Deployment" and slot != f"{daemon}-0":
                    continue
                settings = self.image.explain(workload, slot)
                self.assertEqual(declared_ports(workload), opened_ports(daemon, slot, settings), slot)

    def test_the_grace_period_is_over_lame_duck_and_drain(self):
        for daemon, workload, pod, container in self.each():
            settings = self.image.explain(workload, slots_of(workload)[0])
            drain = seconds(settings["drain_timeout"])
            lame_duck = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            self.assertGreaterEqual(lame_duck, 5)
            # The calls of others end after the slots have drained.
            needed = lame_duck + drain + seconds(settings["rpc.drain_timeout"]) + 10
            self.assertGreaterEqual(pod["terminationGracePeriodSeconds"], needed)
            own = {"instance": ("instance.drain", "instance.store_timeout"), "connsrv": ("connsrv.drain_spread", "connsrv.call_timeout")}
            self.assertGreater(drain, sum(seconds(settings[key]) for key in own.get(daemon, ())))

    def test_volumes_and_secrets(self):
        note = (ROOM / "README.md").read_text()
        for daemon, workload, pod, container in self.each():
            volumes = {each["name"]: each for each in pod["volumes"]}
            volumes.update({each["metadata"]["name"]: each for each in workload["spec"].get("volumeClaimTemplates", [])})
            mounts = {each["mountPath"]: each for each in container["volumeMounts"]}
            for each in [mount for one in pod["containers"] + pod["initContainers"] for mount in one["volumeMounts"]]:
                self.assertIn(each["name"], volumes)
                self.assertTrue(each["name"] == "data" or each["readOnly"], each)
            settings = self.image.explain(workload, slots_of(workload)[0])
            self.assertEqual(mounts[settings["data_dir"]]["name"], "data")
            # What the configuration names is a file of a secret that the note says how to make.
            raw = yaml.safe_load(CONFIGURATION.read_text())
            files = {raw[part][key].removeprefix("file:") for part, key in (("store", "dsn"), ("redis", "url"))}
            files |= {f"{settings['rpc.tls_dir']}/{name}" for name in ("ca.crt", f"{daemon}.crt", f"{daemon}.key")}
            if declared_ports(workload).keys() - {"admin", "rpc"}:
                files |= {settings["tls.certificate"], settings["tls.key"]}
            else:
                self.assertNotIn("tls", volumes, "the certificate's key is where nobody shows it")
            for file in files:
                folder, name = file.rsplit("/", 1)
                secret = volumes[mounts[folder]["name"]]["secret"]
                items = [item["path"] for item in secret.get("items", [{"path": name}])]
                self.assertIn(name, items)
                made = note[note.index(f" {secret['secretName']} "):].split("\n   #")[0]
                self.assertIn(name.replace(daemon, "$daemon"), made, f"the note does not say how {file} comes about")
            self.assertEqual({each["secret"]["secretName"] for each in volumes.values() if "secret" in each} -
                             set(re.findall(r"create secret \w+ ([\w-]+)", note)), set())
            self.assertEqual(volumes["config"]["configMap"]["name"], kustomization()["configMapGenerator"][0]["name"])


class Reached(unittest.TestCase):
    def test_each_service_leads_to_a_port_that_is_open(self):
        chosen = set()
        for service in of_kind("Service"):
            spec, name = service["spec"], service["metadata"]["name"]
            pod_name = spec["selector"].get("statefulset.kubernetes.io/pod-name")
            daemon = pod_name.rsplit("-", 1)[0] if pod_name else spec["selector"][COMPONENT]
            workload = workloads()[daemon]
            if pod_name:
                self.assertIn(pod_name, slots_of(workload))
            else:
                self.assertTrue(is_within(labels_of(workload), {"matchLabels": spec["selector"]}))
            for port in spec["ports"]:
                number, protocol = declared_ports(workload)[port["targetPort"]]
                self.assertEqual(port["protocol"], protocol, name)
                # Who is told a port of the configuration must find it: only https may stand elsewhere outside.
                self.assertIn(port["port"], {number, 443} if port["name"] == "https" else {number}, name)
                chosen.add((pod_name or daemon, port["targetPort"], spec.get("type", "ClusterIP")))
            if spec.get("type") == "LoadBalancer":
                self.assertEqual(spec["externalTrafficPolicy"], "Local", "limits count by the players' addresses")
        outside = {(who, port) for who, port, kind in chosen if kind == "LoadBalancer"}
        instances = {(slot, port) for slot in slots_of(workloads()["instance"]) for port in ("enet", "wss")}
        self.assertEqual(outside, {("gateway", "https"), ("connsrv", "enet"), ("connsrv", "wss"), *instances})

    def test_daemons_call_each_other_where_they_are(self):
        heads = {each["metadata"]["name"]: each for each in of_kind("Service") if each["spec"].get("clusterIP") == "None"}
        for daemon, workload in workloads().items():
            if workload["kind"] == "StatefulSet":
                self.assertIn(workload["spec"]["serviceName"], heads)
        rpc = yaml.safe_load(CONFIGURATION.read_text())["rpc"]
        self.assertEqual({daemon for daemon in ORDER if daemon in rpc}, set(ORDER) - {"metrics"})
        for daemon in set(ORDER) - {"metrics"}:
            (target,) = rpc[daemon]
            host, port = target.split(":")
            self.assertIn(int(port), [each["port"] for each in heads[host]["spec"]["ports"] if each["name"] == "rpc"])
            self.assertEqual(heads[host]["spec"]["selector"][COMPONENT], daemon)

    def test_an_instance_tells_its_own_name(self):
        workload = workloads()["instance"]
        told = [given_environment(workload, slot)["HARVEST_INSTANCE__ADVERTISE__HOST"] for slot in slots_of(workload)]
        self.assertEqual(told, [f"{slot}.play.example.org" for slot in slots_of(workload)])

    def test_who_may_call(self):
        policies = of_kind("NetworkPolicy")
        self.assertIn({"podSelector": {}, "policyTypes": ["Ingress"]}, [each["spec"] for each in policies])
        for daemon, workload in workloads().items():
            let_in = {}
            for policy in policies:
                if not is_within(labels_of(workload), policy["spec"]["podSelector"]):
                    continue
                for rule in policy["spec"].get("ingress", []):
                    for port in rule["ports"]:
                        self.assertEqual(declared_ports(workload)[port["port"]][1], port["protocol"], policy["metadata"]["name"])
                        self.assertNotIn(port["port"], let_in)
                        let_in[port["port"]] = rule.get("from", "anybody")
            self.assertEqual(let_in.pop("rpc"), [{"podSelector": {"matchLabels": {NAME: "harvest"}}}])
            self.assertEqual(let_in.pop("admin"), [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}])
            self.assertEqual(let_in, {port: "anybody" for port in declared_ports(workload) if port not in ("rpc", "admin")})

    def test_budgets_where_several_stand(self):
        budgets = {each["metadata"]["name"]: each["spec"] for each in of_kind("PodDisruptionBudget")}
        several = {daemon for daemon, workload in workloads().items() if workload["spec"]["replicas"] > 1}
        self.assertEqual(set(budgets), several)
        for daemon, budget in budgets.items():
            self.assertEqual(budget["maxUnavailable"], 1)
            self.assertEqual(budget["selector"], workloads()[daemon]["spec"]["selector"])


class Started(unittest.TestCase):
    """Every kind's container, with its init container, over the real servers: only addresses, ports and folders are others."""

    def setUp(self):
        self.image = Image()
        self.addCleanup(self.image.bin.cleanup)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="harvest-kubernetes-"))
        self.addCleanup(shutil.rmtree, self.work, True)
        self.secrets = self.work / "secrets"
        (self.secrets / "backend").mkdir(parents=True)
        self.processes = {}
        self.addCleanup(self.kill_all)
        self.ports = {key: free_range(30) for key in ("admin", "rpc", "gateway", "connsrv", "instance")}

    def kill_all(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()

    def make_secrets(self):
        servers = environment(self.work)
        (self.secrets / "backend/postgres.url").write_text(servers["HARVESTE2E_POSTGRES"] + "\n")
        (self.secrets / "backend/redis.url").write_text(servers["HARVESTE2E_REDIS"] + "\n")
        (self.secrets / "keys").mkdir()
        made = run("openssl", "rand", "-hex", "32")
        (self.secrets / "keys/seal.key").write_text(made.stdout)
        (self.secrets / "tls").mkdir()
        made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                   "/CN=play.example.org", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.secrets / "tls/tls.key",
                   "-out", self.secrets / "tls/tls.crt")
        self.assertEqual(made.returncode, 0, made.stderr)
        for words in (("init",), *(("issue", daemon) for daemon in ORDER)):
            made = run(BINARY, "admin", "key", "ca", *words, "--dir", self.secrets / "rpc", env=self.image.env)
            self.assertEqual(made.returncode, 0, made.stderr)

    def here(self, text, slot):
        """Paths of the container, in the folder of this test."""
        return text.replace("/run/secrets/harvest", str(self.secrets)).replace("/var/lib/harvest", str(self.work / slot))

    def start(self, daemon, slot):
        workload = workloads()[daemon]
        (self.work / slot).mkdir()
        for each in pod_of(workload)["initContainers"]:
            done = run(*(self.here(word, slot) for word in each["command"]), env=self.image.env)
            self.assertEqual(done.returncode, 0, done.stderr)
        env = {**self.image.env, "HOME": "/nonexistent", **given_environment(workload, slot)}
        given = yaml.safe_load(CONFIGURATION.read_text())
        servers = {key: value for key, value in distributed_settings().items() if key == "kafka.brokers"}
        moved = {"data_dir": given["data_dir"], "store.dsn": given["store"]["dsn"], "redis.url": given["redis"]["url"],
                 "rpc.tls_dir": given["rpc"]["tls_dir"], "store.schema": self.mark, "kafka.prefix": self.mark + ".",
                 "redis.prefix": self.mark + ":", "instance.advertise.host": "127.0.0.1", **servers}
        for order, name in enumerate(ORDER[:-1]):
            moved[f"rpc.{name}"] = f"localhost:{self.ports['rpc'] + order + 10 * self.index(name)}"
        env.update({"HARVEST_" + key.upper().replace(".", "__"): value for key, value in moved.items()})
        env = {key: self.here(value, slot) for key, value in env.items()}
        first = {"admin.port": self.ports["admin"], "rpc.port": self.ports["rpc"], "gateway.port": self.ports["gateway"],
                 "connsrv.udp.port": self.ports["connsrv"], "connsrv.tcp.port": self.ports["connsrv"] + 1,
                 "instance.udp.port": self.ports["instance"], "instance.tcp.port": self.ports["instance"] + 1}
        extra = [word for key, port in first.items() for word in ("--set", f"{key}={port}")]
        with open(self.work / f"{slot}.log", "wb") as log:
            self.processes[slot] = subprocess.Popen([*self.image.command(workload), *extra], env=env, cwd=ROOT, stdout=log, stderr=log)

    def index(self, daemon):
        return workloads()[daemon]["spec"]["replicas"] - 1

    def ask(self, daemon, path):
        port = self.ports["admin"] + ORDER.index(daemon) + 10 * self.index(daemon)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def test_a_system_of_these_containers(self):
        self.mark = distributed_settings()["store.schema"]
        self.make_secrets()
        slots = {daemon: f"{daemon}-{self.index(daemon)}" for daemon in ORDER}
        for daemon in ORDER:
            self.start(daemon, slots[daemon])
        for daemon, slot in slots.items():
            until = time.monotonic() + 60
            while self.ask(daemon, "/readyz") != 200:
                if self.processes[slot].poll() is not None or time.monotonic() > until:
                    self.fail(f"{slot}: {(self.work / f'{slot}.log').read_text()[-3000:]}")
                time.sleep(0.1)
            self.assertEqual((self.ask(daemon, "/livez"), self.ask(daemon, "/metrics"), self.ask(daemon, "/admin/v1/status")),
                             (200, 200, 404), slot)

        # From outside, by the certificate of the secret: gateway asks auth over mutual TLS.
        trust = ssl.create_default_context(cafile=self.secrets / "tls/tls.crt")
        url = f"https://localhost:{self.ports['gateway'] + 10 * self.index('gateway')}/v1/auth/device"
        body = json.dumps({"secret": secrets.token_urlsafe(32)}).encode()
        asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, context=trust, timeout=10) as reply:
            self.assertIn("access_token", json.load(reply))

        # As an operator, from inside a pod, as the note says.
        note = re.search(r"exec auth-0 -- harvestctl (admin ledger check --data-dir \S+)`", (ROOM / "README.md").read_text())[1]
        command = [self.here(word, "auth-0") for word in note.split()]
        env = {**self.image.env, "HOME": str(self.work)}

        def ask_ledger():
            done = run(BINARY, *command, "-o", "json", env=env)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return json.loads(done.stdout)

        # Bots come by the doors of gateway and connsrv, are paired, and are sent to the instance.
        (self.work / "pods").mkdir()
        for daemon in ("gateway", "connsrv"):
            (self.work / "pods" / daemon).symlink_to(self.work / slots[daemon] / slots[daemon])
        (self.work / ".config/harvest").mkdir(parents=True)
        (self.work / ".config/harvest/contexts.yaml").write_text(f"contexts:\n  pods:\n    data_dir: {self.work}/pods/gateway\n")
        done = run(BINARY, "loadtest", "run", "mixed", "--verify", "--bots", "8", "--duration", "15s", "--context", "pods", env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(ask_ledger()["sound"])

        # One key seals for all; tokens are signed by auth alone.
        for daemon, slot in slots.items():
            self.assertEqual((self.work / slot / "keys/seal.key").read_text(), (self.secrets / "keys/seal.key").read_text())
            self.assertEqual(bool(list((self.work / slot / "keys").glob("token-*.pem"))), daemon == "auth")

        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for slot, process in self.processes.items():
            self.assertEqual(process.wait(45), 0, (self.work / f"{slot}.log").read_text()[-2000:])


if __name__ == "__main__":
    unittest.main()
