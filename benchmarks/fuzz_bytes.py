"""Coverage-guided fuzzing of the readers: every mutation of a sample file is a report or one clear line.

``python -m benchmarks.fuzz_bytes --seconds 3600`` shares the time among the families of formats.  Each family starts
from its samples in ``tests/corpus`` (markup and text from ``data/sample_site``), and from what earlier runs have found
in ``var/fuzz-bytes``.  What fails there is written beside it, and the exit status is 1; a failure that is mended is
kept, as small as it will go, in ``tests/corpus/mended`` for the tests.  Needs the extra ``fuzz``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "corpus"
SITE = ROOT / "data" / "sample_site"
FAMILIES: dict[str, tuple[str, ...]] = {
    "markup": ("**/*.htm*", "**/4437"),
    "text": ("**/*.txt", "**/*.md"),
    "docx": (),
    "xlsx": (),
    "xls": (),
    "opendocument": (),
    "ofd": (),
    "pdf": (),
    "rtf": (),
    "mhtml": (),
    "zip": (),
}
_LARGEST = 64 << 10
_ROOM = 2 << 10
_LONGEST_SECONDS = 60
_MEMORY_MIB = 2048


def samples(family: str) -> list[Path]:
    """The sample files of a family; those of markup and text are pages of the sample site."""
    found = [path for path in sorted((CORPUS / family).glob("*")) if path.is_file()]
    found += [path for pattern in FAMILIES[family] for path in sorted(SITE.glob(pattern))]
    return [path for path in found if path.stat().st_size <= _LARGEST]


def fuzz(family: str, seconds: int, folder: Path) -> int:
    """Mutate the samples of a family for some seconds; returns how many inputs failed, each kept in ``folder``."""
    known, failed = folder / family / "corpus", folder / family / "failed"
    for path in (known, failed):
        path.mkdir(parents=True, exist_ok=True)
    longest = _ROOM
    for number, path in enumerate(samples(family)):
        shutil.copyfile(path, known / f"sample-{number}")
        longest = max(longest, path.stat().st_size + _ROOM)
    end = time.monotonic() + seconds
    while (left := int(end - time.monotonic())) > 0:
        command = [
            *(sys.executable, "-m", "benchmarks.fuzz_target", str(failed), str(known)),
            *(f"-max_total_time={left}", f"-max_len={longest}", "-len_control=0", "-detect_leaks=0"),
            *(f"-timeout={_LONGEST_SECONDS}", f"-report_slow_units={_LONGEST_SECONDS}", f"-rss_limit_mb={_MEMORY_MIB}"),
            *(f"-artifact_prefix={failed}/native-", "-print_final_stats=1", "-close_fd_mask=1"),
        ]
        with (folder / family / "log").open("ab") as log:
            done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)  # noqa: S603 - all ours
        if done.returncode == 0:
            break
    return len([path for path in failed.iterdir() if path.suffix != ".txt"])


def main(arguments: list[str] | None = None) -> int:
    """The command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz_bytes", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--seconds", type=int, default=3600, help="for all families together (default 3600)")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only this one; may be given again")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "fuzz-bytes", help="where findings are kept")
    options = parser.parse_args(arguments)
    families = options.family or list(FAMILIES)
    total = 0
    for family in families:
        failures = fuzz(family, options.seconds // len(families), options.folder.resolve())
        print(f"{family:<14}{failures:>4} failing inputs", flush=True)
        total += failures
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
