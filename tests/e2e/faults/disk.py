"""What a power cut leaves of a folder, told from the record that io_shim.cpp wrote: what was not synced may be gone, in pieces of 512
bytes; a new name, too, lasts only from the sync of its folder on."""
import collections
import os
import pathlib
import struct

MADE, OPENED, WROTE, CUT_TO, SYNCED, RENAMED, REMOVED, MADE_FOLDER = range(8)
HEAD = struct.Struct("<IIQQQQ")
SECTOR = 512

Step = collections.namedtuple("Step", "at kind time file offset path data length")


def read_record(path):
    """The steps in their order; `time` as time.monotonic_ns()."""
    text, at = memoryview(pathlib.Path(path).read_bytes()), 0
    while at + HEAD.size <= len(text):
        kind, path_length, time, file, offset, length = HEAD.unpack_from(text, at)
        start = at + HEAD.size
        data_at = start + path_length
        data = text[data_at:data_at + length]
        yield Step(at, kind, time, file, offset, bytes(text[start:data_at]).decode(), data, length)
        at = data_at + length


class File:
    def __init__(self):
        self.durable, self.waiting = bytearray(), []

    def sync(self, upto):
        done = [step for step in self.waiting if step.at < upto]
        self.waiting = [step for step in self.waiting if step.at >= upto]
        for step in done:
            apply(self.durable, step, 0, step.length)

    def after_cut(self, chance):
        """Of what waits, each sector of a write gets to the disk or not, and then none of the later ones to that sector."""
        image, lost = bytearray(self.durable), set()
        for step in self.waiting:
            if step.kind == CUT_TO:
                if chance is None or chance.random() < 0.5:
                    break
                apply(image, step, 0, 0)
                continue
            for begin in sector_starts(step):
                sector = (step.offset + begin) // SECTOR
                if chance is None or sector in lost or chance.random() < 0.5:
                    lost.add(sector)
                else:
                    apply(image, step, begin, min(step.length, (sector + 1) * SECTOR - step.offset))
        return image


def sector_starts(step):
    yield 0
    yield from range(SECTOR - step.offset % SECTOR, step.length, SECTOR)


def apply(image, step, begin, end):
    if step.kind == CUT_TO:
        del image[step.offset:]
        image.extend(bytes(step.offset - len(image)))
        return
    offset = step.offset + begin
    if offset > len(image):
        image.extend(bytes(offset - len(image)))
    image[offset:step.offset + end] = step.data[begin:end]


def folder_of(path):
    return os.path.dirname(path) or "."


class Disk:
    """The folder as the steps so far made it; empty at the beginning."""

    def __init__(self):
        self.files = {}                                # by the number of the file
        self.names = {}                                # now, as the process sees them
        self.durable, self.entries = {}, []            # names that last, and what waits for the sync of its folder

    def follow(self, step):
        if step.kind == MADE:
            self.files[step.file] = File() # a number may have been another's, who is gone
            self._entry(step, {step.path: self.files[step.file]})
        elif step.kind in (WROTE, CUT_TO):
            if step.file in self.files:
                self.files[step.file].waiting.append(step)
        elif step.kind == SYNCED:
            if step.file in self.files:
                self.files[step.file].sync(step.offset)
            self._sync_folder(step.path, step.offset)
        elif step.kind == RENAMED:
            target = bytes(step.data).decode()
            if step.path in self.names:
                self._entry(step, {step.path: None, target: self.names[step.path]}, folder_of(target))
        elif step.kind == REMOVED:
            self._entry(step, {step.path: None})
        elif step.kind == MADE_FOLDER and step.path != ".":
            self._entry(step, {step.path: "folder"})

    def _entry(self, step, change, folder=None):
        set_names(self.names, change)
        self.entries.append((step.at, folder or folder_of(step.path), change))

    def _sync_folder(self, path, upto):
        left = []
        for at, folder, change in self.entries:
            if folder == path and at < upto:
                set_names(self.durable, change)
            else:
                left.append((at, folder, change))
        self.entries = left

    def leave(self, target, chance=None):
        """Makes `target` what is there after the power comes back; without `chance` nothing unsynced got to the disk."""
        names, ended = dict(self.durable), set()
        for _, folder, change in self.entries:
            if chance is None or folder in ended or chance.random() < 0.5:
                ended.add(folder)
            else:
                set_names(names, change)
        target = pathlib.Path(target)
        target.mkdir(parents=True)
        for name, what in sorted(names.items()):
            path = target / name
            if not path.parent.exists():
                continue # its folder's own name did not last
            if what == "folder":
                path.mkdir()
            elif not name.endswith("-shm"): # of SQLite's, mapped memory that is made anew
                path.write_bytes(what.after_cut(chance))
                path.chmod(0o600)


def set_names(names, change):
    for name, what in change.items():
        if what is None:
            names.pop(name, None)
        else:
            names[name] = what
