"""What scripts/run and scripts/test do on a machine where packages are missing: dpkg, apt-get, sudo and id are stand-ins here,
the script that asks for them is the real one."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WANTED = '"g++:the compiler" "libenet-dev:reliable UDP" "mandoc:man page lint"'


class Machine:
    """A folder of commands that is the whole PATH; `log` is what was asked of apt-get, one line a call."""

    def __init__(self, folder, installed, uid=0, sudo=True, apt_fails=False):
        self.folder = pathlib.Path(folder)
        self.calls = self.folder / "calls"
        for tool in ("bash", "dirname", "grep", "env"):
            (self.folder / tool).symlink_to(shutil.which(tool))
        here = " ".join(f"'{name}'" for name in installed) or "''"
        self.command("dpkg-query", f'for name in {here}; do [ "${{@: -1}}" = "$name" ] && echo "install ok installed" && exit 0; done; exit 1')
        self.command("apt-get", f'echo "${{BY_SUDO:-}}apt-get $* ($DEBIAN_FRONTEND)" >>"{self.calls}"; ' +
                     ('[ "$1" = update ] || exit 100' if apt_fails else "exit 0"))
        self.command("id", f"echo {uid}")
        if sudo:
            self.command("sudo", 'BY_SUDO="sudo " exec "$@"')

    def command(self, name, body):
        file = self.folder / name
        file.write_text(f"#!{shutil.which('bash')}\n{body}\n")
        file.chmod(0o755)

    def install(self, wanted=WANTED):
        done = subprocess.run([shutil.which("bash"), "-c", f"source scripts/lib/common.sh; install_packages {wanted}; echo went on"], cwd=ROOT,
                              env={"PATH": str(self.folder), "HOME": os.environ.get("HOME", "/")}, capture_output=True, text=True, timeout=20)
        return done, self.calls.read_text().splitlines() if self.calls.exists() else []


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_what_is_missing_is_named_with_its_reason_and_installed_in_one_step(self):
        done, calls = Machine(self.folder, ["g++"]).install()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ +libenet-dev +reliable UDP$")
        self.assertRegex(done.stdout, r"(?m)^ +mandoc +man page lint$")
        self.assertNotIn("the compiler", done.stdout)
        self.assertIn("installing 2 Debian packages", done.stdout)
        self.assertEqual(calls, ["apt-get update -q (noninteractive)",
                                 "apt-get install -y -q --no-install-recommends libenet-dev mandoc (noninteractive)"])

    def test_a_second_run_installs_nothing_and_says_nothing(self):
        done, calls = Machine(self.folder, ["g++", "libenet-dev", "mandoc"]).install()
        self.assertEqual((done.returncode, done.stdout, calls), (0, "went on\n", []))

    def test_who_is_not_root_goes_by_sudo(self):
        done, calls = Machine(self.folder, ["g++", "mandoc"], uid=1000).install()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([call.split(" (")[0] for call in calls],
                         ["sudo apt-get update -q", "sudo apt-get install -y -q --no-install-recommends libenet-dev"])

    def test_without_root_and_sudo_it_says_what_to_install_by_hand(self):
        done, calls = Machine(self.folder, ["g++"], uid=1000, sudo=False).install()
        self.assertEqual((done.returncode, calls), (1, []))
        self.assertIn("install these packages by hand: libenet-dev mandoc", done.stderr)

    def test_what_cannot_be_installed_stops_the_script(self):
        done, calls = Machine(self.folder, [], apt_fails=True).install()
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("went on", done.stdout)
        self.assertEqual(len(calls), 2)

    def test_a_newer_node_that_came_another_way_counts_as_there(self):
        machine = Machine(self.folder, [])
        machine.command("node", "exit 0")
        done, calls = machine.install('"nodejs:drives the browser"')
        self.assertEqual((done.returncode, calls), (0, []), done.stderr)


if __name__ == "__main__":
    unittest.main()
