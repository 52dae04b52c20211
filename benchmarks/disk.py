"""Measures the whole build against only writing the same finished bytes to the same files, with as many processes.

The tree is packed into one file for each process; each process reads its pack into memory, all begin at one signal, and
do nothing but make folders and files. Reading the packs and starting the processes is not counted, while the build is
timed from the start of the command to its end.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Row, in_turn, seconds, times
from benchmarks.workshop import Workshop

BAR = 1.6
NAME = "disk"


def measure(shop: Workshop, count: int, turns: int) -> Row:
    """Measures a build of ``count`` members and returns the row of the table."""
    site = shop.site(count)
    jobs = len(os.sched_getaffinity(0))
    model = shop.fresh("model")
    shop.build(site, model)
    packs = pack(model, shop.fresh("packs"), jobs)

    def ours() -> float:
        return shop.build(site, shop.fresh("built"), "--jobs", str(jobs))[0].seconds

    pairs = in_turn(turns, ours, lambda: write(packs, shop.fresh("written")))
    share = pairs.share()
    files, size = weigh(model)
    return Row(
        NAME,
        f"whole build, {count:,} members: {files:,} files, {size / 1e6:,.0f} MB",
        seconds(pairs.ours),
        f"writing the finished bytes, {jobs} processes {seconds(pairs.theirs)}",
        times(share),
        f"≤ {BAR:g}x",
        share.middle <= BAR,
        {"ours": pairs.ours, "theirs": pairs.theirs, "share": share.values, "files": files, "bytes": size},
    )


def pack(tree: Path, packs: Path, parts: int) -> list[Path]:
    """Packs a tree into ``parts`` files and returns their paths; each has an index, then the bytes of its folders."""
    packs.mkdir()
    tops = sorted(tree.iterdir())
    made = []
    for part in range(parts):
        folders: list[str] = []
        files: list[tuple[str, int, int]] = []
        content = bytearray()
        for path in (path for top in tops[part::parts] for path in _below(top)):
            name = path.relative_to(tree).as_posix()
            if path.is_dir():
                folders.append(name)
            else:
                found = path.read_bytes()
                files.append((name, len(content), len(content) + len(found)))
                content += found
        target = packs / f"{part}.pack"
        with target.open("wb") as file:
            pickle.dump((folders, files), file)
            file.write(content)
        made.append(target)
    return made


def write(packs: list[Path], out: Path) -> float:
    """Writes the packed files below ``out``, with a process for each pack; returns the wall time in seconds."""
    out.mkdir()
    go_reader, go_writer = os.pipe()
    ready_reader, ready_writer = os.pipe()
    children = []
    for each in packs:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _write_one(each, out, ready_writer, go_reader)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    for _ in children:
        os.read(ready_reader, 1)
    os.sync()
    started = perf_counter()
    os.write(go_writer, b"g" * len(children))
    statuses = [os.waitpid(child, 0)[1] for child in children]
    spent = perf_counter() - started
    for end in (go_reader, go_writer, ready_reader, ready_writer):
        os.close(end)
    if any(statuses):
        raise RuntimeError("a process that writes the finished bytes failed")
    return spent


def _write_one(path: Path, out: Path, ready: int, go: int) -> None:
    with path.open("rb") as file:
        folders, files = pickle.load(file)
        content = memoryview(file.read())
    os.chdir(out)  # short names: the kernel walks them for every file
    makedir, create, put, close = os.mkdir, os.open, os.write, os.close
    how = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    # Each folder is made just before its files, as a build does; the files of a folder stand together.
    by_top: dict[str, tuple[list[str], list[tuple[str, int, int]]]] = {}
    for name in folders:
        by_top.setdefault(name.partition("/")[0], ([], []))[0].append(name)
    for entry in files:
        by_top.setdefault(entry[0].partition("/")[0], ([], []))[1].append(entry)
    work = list(by_top.values())
    os.write(ready, b"r")
    os.read(go, 1)
    for of_top, inside in work:
        for name in of_top:
            makedir(name)
        for name, start, end in inside:
            target = create(name, how, 0o666)
            put(target, content[start:end])
            close(target)


def weigh(tree: Path) -> tuple[int, int]:
    """Returns the number of files and of bytes in a tree."""
    sizes = [path.stat().st_size for top in tree.iterdir() for path in _below(top) if path.is_file()]
    return len(sizes), sum(sizes)


def _below(top: Path) -> Iterator[Path]:
    yield top
    if top.is_dir():
        yield from sorted(top.rglob("*"))
