"""The manual shows what was really said."""

import json
import os
import pathlib

from flow import flow

TRANSCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "transcripts"


def quotes(text):
    """The messages of the manual: who says it, and what of it is shown."""
    for block in text.split("```jsonl\n")[1:]:
        shown = []
        for line in block.split("```")[0].splitlines():
            if line[:2] in ("> ", "< "):
                shown.append(line)
            else:
                shown[-1] += line
        for line in shown:
            yield ("client" if line[0] == ">" else "server"), json.loads(line[2:])


def holds(said, shown):
    """Whether that was said, with more perhaps."""
    if isinstance(shown, dict):
        return isinstance(said, dict) and all(key in said and holds(said[key], one) for key, one in shown.items())
    if isinstance(shown, list):
        is_any = isinstance(said, list)
        return is_any and all(any(holds(one, wanted) for one in said) for wanted in shown) and bool(shown) >= bool(said)
    return said == shown


@flow(is_recorded=False)
def manual(_):
    """Each message that it shows is in a transcript."""
    said = []
    for path in TRANSCRIPTS.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            said.append((one["from"], one["message"]))
    shown = list(quotes(pathlib.Path(os.environ["MANUAL"]).read_text(encoding="utf-8")))
    assert len(shown) > 10, "the quotes are found"
    wrong = [one for sender, one in shown if not any(holds(m, one) for s, m in said if s == sender)]
    assert not wrong, "nobody said:\n" + "\n".join(json.dumps(one, ensure_ascii=False) for one in wrong)
