#!/usr/bin/env python3
"""How long a build of the binary takes with nothing kept from before, and one after a handler was touched; on all cores, without ccache."""
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HANDLERS = ("daemons/gateway/handle_market.cpp", "daemons/match/handle_queue.cpp", "daemons/connsrv/handle_hello.cpp")


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def main():
    environment = dict(os.environ, CCACHE_DISABLE="1")

    def timed(*words):
        began = time.monotonic()
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
        return time.monotonic() - began

    with tempfile.TemporaryDirectory(prefix="harvest-build-") as folder:
        build = ("ninja", "-C", folder, "harvestctl")
        row("clean_build_s", round(timed("cmake", "--preset", "release", "-B", folder) + timed(*build)), "s")
        touched = {}
        for handler in HANDLERS:
            os.utime(ROOT / handler)
            touched[handler] = timed(*build)
        row("touched_build_s", round(statistics.median(touched.values()), 1), "s",
            note=", ".join(f"{pathlib.Path(name).parent.name} {seconds:.0f} s" for name, seconds in touched.items()))


if __name__ == "__main__":
    main()
