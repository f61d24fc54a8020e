"""A set of real servers of a test's own, which it may kill, stop, empty and make refuse."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harvest_system import ROOT, free_range

NAMES = ("postgres", "redis", "kafka")


def parent_of(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError):
        return None


class Servers:
    def __init__(self, proxied=False):
        self.proxied = proxied  # clients come by `doors`, where a proxy of the test listens

    def __enter__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="harvest-servers-"))
        self.work.chmod(0o755)  # PostgreSQL runs as a user of its own
        first = free_range(10)
        self.ports = {"postgres": first, "redis": first + 1, "kafka": first + 2}
        self.doors = {name: port + 5 for name, port in self.ports.items()}
        self.environ = dict(os.environ, HARVEST_SERVICES_DIR=str(self.work),
                            **{f"HARVEST_{name.upper()}_PORT": str(port) for name, port in self.ports.items()})
        if self.proxied:  # a broker tells its clients where to come next
            self.environ["HARVEST_KAFKA_ADVERTISED_PORT"] = str(self.doors["kafka"])
        try:
            self.up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.script("down")
        shutil.rmtree(self.work, ignore_errors=True)

    def script(self, verb, *names):
        return subprocess.run(["scripts/services", verb, *names], cwd=ROOT, env=self.environ, check=True, capture_output=True, text=True,
                              timeout=180).stdout

    def up(self, *names):
        self.script("up", *names)

    def addresses(self):
        """HARVEST_TEST_… as `scripts/services env` tells them."""
        lines = self.script("env").splitlines()
        told = dict(line.removeprefix("export ").replace("'", "").split("=", 1) for line in lines if line.startswith("export "))
        if self.proxied:
            for name, port in self.ports.items():
                told = {key: value.replace(str(port), str(self.doors[name])) for key, value in told.items()}
        return told

    def pids(self, name):
        """The server and all its children."""
        files = {"postgres": "postgres/data/postmaster.pid", "redis": "redis/redis.pid", "kafka": "kafka/pid"}
        found = [int((self.work / files[name]).read_text().split()[0])]
        everyone = [int(each.name) for each in pathlib.Path("/proc").iterdir() if each.name.isdigit()]
        return found + [pid for pid in everyone if parent_of(pid) == found[0]]

    def signal(self, name, which):
        for pid in self.pids(name):
            try:
                os.kill(pid, which)
            except ProcessLookupError:
                pass

    def kill(self, name):
        self.signal(name, signal.SIGKILL)

    def stop(self, name):
        """It holds its sockets open and answers nothing."""
        self.signal(name, signal.SIGSTOP)

    def go_on(self, name):
        self.signal(name, signal.SIGCONT)

    def flush_redis(self):
        subprocess.run(["redis-cli", "-p", str(self.ports["redis"]), "flushall"], check=True, capture_output=True)

    def sql(self, text):
        admin = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.work / "postgres"), "-p", str(self.ports["postgres"]), "-U", "postgres",
                 "-d", "harvest_test", "-At", "-c", text]
        if os.getuid() == 0:
            admin = ["runuser", "-u", "postgres", "--", *admin]
        return subprocess.run(admin, check=True, capture_output=True, text=True, cwd="/").stdout

    def refuse_commits(self, schema, tables, percent):
        """Of the transactions that write one of `tables`, this share fails at COMMIT with a serialization failure."""
        self.sql(f"CREATE SEQUENCE IF NOT EXISTS {schema}.refused; GRANT USAGE ON SEQUENCE {schema}.refused TO PUBLIC;"
                 f"CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                 f"IF abs(hashtext(txid_current()::text)) % 100 < {percent} THEN PERFORM nextval('{schema}.refused');"
                 "RAISE EXCEPTION 'a fault made to order' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$")
        for table in tables:
            self.sql(f"CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON {schema}.{table} DEFERRABLE INITIALLY DEFERRED "
                     f"FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()")

    def accept_commits(self, schema, tables):
        """Ends refuse_commits(); how many it refused."""
        for table in tables:
            self.sql(f"DROP TRIGGER refuse ON {schema}.{table}")
        return int(self.sql(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {schema}.refused"))
