"""A Debian 12 on which nothing was installed: the smallest that debootstrap makes, with git and a clone of HEAD. It is a chroot that has
its own processes and mounts, and shares the network; how packages are reached (sources, certificates) is this machine's. Needs root."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGISTRIES = ("etc/apt", "etc/hosts", "etc/resolv.conf", "etc/npmrc", "etc/pip.conf", "root/.npmrc", "root/.m2/settings.xml",
              "usr/local/share/ca-certificates")
CLONE = "/root/harvest"
ENTER = """set -e
mount --rbind /dev {at}/dev
mount --rbind /sys {at}/sys
mount -t proc proc {at}/proc
exec chroot {at} /usr/bin/env -i HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  bash -c 'cd "$0" && exec "$@"' "$0" "$@"
"""


def mirror():
    """Where this machine takes Debian 12 from."""
    for file in sorted(pathlib.Path("/etc/apt").rglob("*.sources")) + sorted(pathlib.Path("/etc/apt").rglob("*.list")):
        found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?) (\S+)(?=.*\bbookworm\b)", file.read_text(), re.MULTILINE | re.DOTALL)
        if found:
            return found[1]
    return "http://deb.debian.org/debian"


class FreshMachine:
    def __enter__(self):
        if os.geteuid() != 0:
            raise SystemExit("a fresh machine is a chroot: it needs root")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing of it is left behind
        self.at = pathlib.Path(tempfile.mkdtemp(prefix="harvest-fresh-", dir="/var/tmp"))
        self.at.chmod(0o755)  # it is the root of everybody there
        self.running = []
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _make(self):
        call("debootstrap", "--variant=minbase", "--include=git,ca-certificates", "bookworm", self.at, mirror())
        for name in REGISTRIES:
            source = pathlib.Path("/", name)
            if source.is_dir():
                shutil.copytree(source, self.at / name, dirs_exist_ok=True)
            elif source.exists():
                (self.at / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self.at / name)
        self.run("update-ca-certificates", folder="/")
        self.clone(CLONE)

    def clone(self, folder):
        call("git", "clone", "--quiet", "--no-hardlinks", ROOT, self.at / folder.lstrip("/"))

    def start(self, *words, folder=CLONE, **more):
        """Begins WORDS… in it. The process is the first of its own namespace: all that it began ends with it."""
        process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER.format(at=self.at), folder, *words],
                                   stdin=subprocess.DEVNULL, text=True, **more)
        self.running.append(process)
        return process

    def run(self, *words, folder=CLONE, timeout=600):
        """What WORDS… print, once they have ended well."""
        process = self.start(*words, folder=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        told, errors = process.communicate(timeout=timeout)
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, words))} ended with {process.returncode}\n{told[-2000:]}\n{errors[-2000:]}")
        return told

    def signal(self, process, number):
        """Sends it to the program itself, which is the child of what made its namespace."""
        told = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        if told:
            os.kill(int(told[0]), number)

    def close(self):
        for process in self.running:
            if process.poll() is None:
                self.signal(process, signal.SIGKILL)
                process.wait(30)
        shutil.rmtree(self.at, ignore_errors=True)


def call(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def wait_for_line(process, pattern, timeout):
    """Reads what it prints until a line has the pattern; gives the lines up to there."""
    until, lines = time.monotonic() + timeout, []
    for line in process.stdout:
        lines.append(line)
        if re.search(pattern, line):
            return lines
        if time.monotonic() > until:
            break
    raise RuntimeError(f"'{pattern}' was not printed:\n{''.join(lines)[-3000:]}")
