"""One page a component in docs/components/, from its docstring, its arguments and nothing else."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pulumi

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = REPOSITORY / "docs" / "components"
SECTIONS = ("Produces the following resources", "Outputs", "AWS limits", "Cost")
_HEADING = re.compile(rf"^({'|'.join(SECTIONS)})(?::| \()", re.MULTILINE)


@dataclass(frozen=True)
class Component:
    """A ComponentResource of ours and where it is."""

    cls: type[pulumi.ComponentResource]
    file: Path

    @property
    def folder(self) -> str:
        return self.file.parent.name

    @property
    def page(self) -> Path:
        return PAGES / f"{self.cls.__name__}.md"


def components() -> list[Component]:
    """Every component below components/, by folder and name."""
    found = []
    for file in sorted((REPOSITORY / "components").rglob("*.py")):
        module = importlib.import_module(".".join(file.relative_to(REPOSITORY).with_suffix("").parts))
        for _, cls in inspect.getmembers(module, inspect.isclass):
            if issubclass(cls, pulumi.ComponentResource) and cls.__module__ == module.__name__:
                found.append(Component(cls, file))
    return found


def arguments_of(component: Component) -> type:
    """The dataclass that the component takes."""
    annotation = inspect.signature(component.cls.__init__).parameters["args"].annotation
    return getattr(importlib.import_module(component.cls.__module__), annotation)  # type: ignore[no-any-return]  # a class


def sections(component: Component) -> dict[str, str]:
    """The parts of the docstring: "" is what it is and guarantees, the others are SECTIONS."""
    text = inspect.cleandoc(component.cls.__doc__ or "")
    found = {"": text}
    starts = [(match.start(), match[1]) for match in _HEADING.finditer(text)]
    for (start, name), end in zip(starts, [*(s for s, _ in starts[1:]), len(text)], strict=True):
        found[name] = text[start:end].removeprefix(name).lstrip(":").strip()
    if starts:
        found[""] = text[: starts[0][0]].strip()
    return found


def page(component: Component) -> str:
    """The page's text."""
    parts = sections(component)
    source = component.file.relative_to(REPOSITORY)
    lines = [f"# {component.cls.__name__}", "", f"[`{source}`](../../{source})", "", parts[""], ""]
    lines += ["## Inputs", "", "| argument | type | default | meaning |", "|---|---|---|---|", *_rows(component), ""]
    for name in SECTIONS:
        if name in parts:
            lines += [f"## {name}", "", parts[name], ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(component: Component) -> Iterator[str]:
    arguments = arguments_of(component)
    notes = _notes(arguments)
    for field in dataclasses.fields(arguments):
        if field.default is not dataclasses.MISSING:
            default = f"`{field.default!r}`"
        else:
            default = "required" if field.default_factory is dataclasses.MISSING else f"`{field.default_factory()!r}`"
        kind = str(field.type).replace("|", "\\|")
        yield f"| `{field.name}` | `{kind}` | {default} | {notes.get(field.name, '')} |"


def _notes(arguments: type) -> dict[str, str]:
    """The text literal under each field, of the class and of those it extends."""
    found: dict[str, str] = {}
    for cls in reversed(arguments.__mro__):
        if not dataclasses.is_dataclass(cls):
            continue
        made = next(n for n in ast.parse(textwrap.dedent(inspect.getsource(cls))).body if isinstance(n, ast.ClassDef))
        for before, after in zip(made.body, made.body[1:], strict=False):
            if (
                isinstance(before, ast.AnnAssign)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                found[ast.unparse(before.target)] = " ".join(str(after.value.value).split()).replace("|", "\\|")
    return found


def index(found: list[Component]) -> str:
    """The table of contents, a folder a group."""
    lines = ["# Components", "", "Generated from the code: `make docs`.", ""]
    for folder in dict.fromkeys(component.folder for component in found):
        about = (
            importlib.import_module(f"components.{folder}" if folder != "components" else "components").__doc__ or ""
        )
        lines += [f"## {folder}", "", " ".join(about.split()), "", "| component | what it is |", "|---|---|"]
        for component in (c for c in found if c.folder == folder):
            first = " ".join(sections(component)[""].split("\n\n")[0].split())
            lines.append(f"| [{component.cls.__name__}]({component.page.name}) | {first} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def written() -> dict[Path, str]:
    """Every file and its text."""
    found = components()
    return {PAGES / "README.md": index(found), **{component.page: page(component) for component in found}}


def main() -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    texts = written()
    for stale in set(PAGES.glob("*.md")) - texts.keys():
        stale.unlink()
    for path, text in texts.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
