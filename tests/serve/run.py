"""Runs one flow, or lists all: `run.py --list`, `run.py NAME`.

`EXECPOLICY` is the binary, `SCHEMA` its published schema. A recorded flow must say what its transcript has; with
`UPDATE_TRANSCRIPTS` set to a directory it is written there instead."""

import difflib
import importlib
import os
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent


def main():
    from flow import FLOWS
    for path in sorted((HERE / "flows").glob("*.py")):
        importlib.import_module(f"flows.{path.stem}")
    if sys.argv[1] == "--list":
        for one in FLOWS.values():
            print(one.name, one.lacks() or "", sep="\t")
        return 0
    one = FLOWS[sys.argv[1]]
    try:
        said = one.run()
    except Exception:
        traceback.print_exc()
        return 1
    return compare(one.name, said) if one.is_recorded else 0


def compare(name, said):
    """Holds what was said against the transcript."""
    updated = os.environ.get("UPDATE_TRANSCRIPTS")
    if updated:
        pathlib.Path(updated, f"{name}.jsonl").write_text(said, encoding="utf-8")
        return 0
    path = HERE / "transcripts" / f"{name}.jsonl"
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if said == known:
        return 0
    print(f"it does not say what {path.name} has; if that is meant, run again with UPDATE_TRANSCRIPTS=1")
    sys.stdout.writelines(difflib.unified_diff(known.splitlines(True), said.splitlines(True), "known", "said", n=1))
    return 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Threads that still read from a client must not keep the process.
    os._exit(status)
