"""Plant a mutant: a folder that looks like the repository, with the bug in place of the code."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant, Patch

PACKAGE = "connector"
MAPPINGS = "mappings"


def plant(mutant: Mutant, folder: Path) -> None:
    """Make the folder: what is not mutated is linked, what is mutated is written anew.

    Raises:
        PatchMissed: the code moved under a patch.
    """
    texts = mutated_texts(mutant)
    (folder / MAPPINGS).symlink_to(ROOT / MAPPINGS)
    _mirror(Path(PACKAGE), folder, texts)


def mutated_texts(mutant: Mutant) -> dict[Path, str]:
    """The files that a mutant changes, with their new texts."""
    patches: dict[Path, list[Patch]] = defaultdict(list)
    for patch in mutant.patches:
        patches[Path(patch.file)].append(patch)
    texts: dict[Path, str] = {}
    for file, every in patches.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        for patch in every:
            text = patch.applied(text)
        compile(text, str(file), "exec")  # a mutant that is no Python proves nothing
        texts[file] = text
    return texts


def _mirror(where: Path, folder: Path, texts: dict[Path, str]) -> None:
    """A folder of the package: links, save where a mutated file lies below."""
    (folder / where).mkdir()
    for entry in sorted((ROOT / where).iterdir()):
        inside = where / entry.name
        if entry.name == "__pycache__":
            continue
        if inside in texts:
            (folder / inside).write_text(texts[inside], encoding="utf-8")
        elif any(inside in file.parents for file in texts):
            _mirror(inside, folder, texts)
        else:
            (folder / inside).symlink_to(entry)
