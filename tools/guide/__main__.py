"""`python -m tools.guide build` makes all that follows from `ig/`; `codes`, `examples` and `pages` only their part."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Final

from tools.guide import codes, compiled, examples, pages
from tools.guide import definitions as made
from tools.guide.place import DEFINITIONS, NotBuilt


def build() -> None:
    """Make everything: codes, examples, definitions, pages. Raises NotBuilt."""
    codes.write()
    examples.write()
    texts = made.files(compiled.compile_())
    made.write(texts)
    pages.write()
    print(f"{len(texts) - 1} definitions in {DEFINITIONS.name}/; SUSHI told no error and no warning")


_COMMANDS: Final[Mapping[str, Callable[[], None]]] = {
    "build": build, "codes": codes.write, "examples": examples.write, "pages": pages.write,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run a command; 0 good, 1 not built, 2 wrong use."""
    command = _COMMANDS.get(arguments[0] if len(arguments) == 1 else "")
    if command is None:
        print(f"use: python -m tools.guide {'|'.join(_COMMANDS)}", file=sys.stderr)
        return 2
    try:
        command()
    except NotBuilt as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
