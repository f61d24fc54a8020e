"""The real binary over a disk, or with a clock, that the test gives orders to (io_shim.cpp, clock_shim.cpp)."""
import mmap
import os
import pathlib
import struct

from harvest_system import BINARY

BUILD = pathlib.Path(BINARY).parent


class DiskOrders:
    """What the disk of a system does from now on; errors by errno, 0: it works."""
    FIELDS = ("sync_error", "write_error", "syncs_lie", "writes_tear")

    def __init__(self, system, record=None):
        path = system.work / "disk-orders"
        path.write_bytes(bytes(4 * len(self.FIELDS)))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        system.env.update(LD_PRELOAD=str(shim("io_shim")), SHIM_DIR=os.path.realpath(system.data_dir), SHIM_ORDERS=str(path))
        if record:
            system.env["SHIM_RECORD"] = str(record)

    def give(self, **orders):
        for name, value in orders.items():
            struct.pack_into("<i", self.memory, 4 * self.FIELDS.index(name), value)


class WallClock:
    """How far ahead of the machine's clock a system's is."""

    def __init__(self, system):
        path = system.work / "clock"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        system.env.update(LD_PRELOAD=str(shim("clock_shim")), SHIM_CLOCK=str(path))

    def ahead(self, seconds):
        struct.pack_into("<q", self.memory, 0, round(seconds * 1e9))


def shim(name):
    path = BUILD / f"lib{name}.so"
    if not path.exists():
        raise FileNotFoundError(path) # the loader would only warn
    return path
