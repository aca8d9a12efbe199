"""Whatever comes in, nothing crashes, hangs or eats memory: documents made wrong by chance, for as long as asked.

`ADAPTER_TEST_FUZZ_SECONDS` (10 unless set) and `ADAPTER_TEST_FUZZ_SEED` (by chance unless set). What fails is kept in
`tests/kith/seeds/` and replayed first; commit it with what mends it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests import reference
from tests.kith import builders, fuzzing, mutations

SECONDS = float(os.environ.get("ADAPTER_TEST_FUZZ_SECONDS") or 10)
SEED = int(os.environ.get("ADAPTER_TEST_FUZZ_SEED") or int.from_bytes(os.urandom(4), "big"))
MANY = 5


@pytest.mark.slow
def test_no_document_crashes_hangs_or_eats_memory():
    child = subprocess.run(
        [sys.executable, "-m", "tests.kith.fuzzing", str(SECONDS), str(SEED)],
        cwd=reference.ROOT, capture_output=True, text=True, check=False, timeout=SECONDS + 240,
    )  # fmt: skip
    lines: list[dict[str, Any]] = [json.loads(line) for line in child.stdout.splitlines()]
    failed = [line for line in lines if "what" in line]
    kept = [
        (
            fuzzing.keep(fuzzing.Failure(**{**line, "document": base64.b64decode(line["document"])})).name,
            line["what"],
        )
        for line in failed[:MANY]
    ]
    assert kept == [], f"seed {SEED}: {len(failed)} documents"
    assert child.returncode == 0, f"seed {SEED}: {child.stderr[-2000:]}"
    assert lines[-1]["done"] > SECONDS, "hardly anything was tried"


def test_a_seed_is_always_the_same_document():
    bases = [builders.dialogue(), b"<a><b x='1'>y</b></a>", b"nothing"]
    made = [mutations.document(bases, seed % 3, seed) for seed in range(300)]
    assert made == [mutations.document(bases, seed % 3, seed) for seed in range(300)]
    assert len(set(made)) > 150


def test_documents_made_wrong_reach_every_way_in():
    bases = [builders.dialogue()]
    made = [mutations.document(bases, 0, seed) for seed in range(1500)]
    assert any(b"M\0s\0g\0" in each for each in made)
    assert sum(b"MsgHead" in each for each in made) > 1000
    assert any(b"<!DOCTYPE" in each for each in made)


def test_a_failure_is_told_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    def broken(_data: bytes, _client: object) -> float:
        raise ValueError("13116900216")

    monkeypatch.setattr(fuzzing, "examine", broken)
    monkeypatch.setattr(fuzzing, "SEEDS", tmp_path)
    failure = fuzzing.judged("built", 7, b"<a/>", object())  # type: ignore[arg-type]
    assert failure is not None
    assert failure.what.startswith("ValueError at test_fuzz.py:")
    assert "13116900216" not in failure.what
    assert fuzzing.keep(failure).read_bytes() == b"<a/>"
    named = {"built": builders.dialogue(), f"{fuzzing.REFERENCE}a.xml": b"<b/>"}
    official = fuzzing.keep(failure._replace(base=f"{fuzzing.REFERENCE}a.xml", document=b"<b/>"))
    assert b"<b/>" not in official.read_bytes()
    assert [name for name, _, _ in fuzzing.seeds(named)] == [
        f"{fuzzing.keep(failure).name}",
        f"{fuzzing.REFERENCE}a.xml",
    ]
