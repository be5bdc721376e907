"""Commands that are imported when they are asked for: `popmap serve` must not wait for what it does not use."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Commands(click.Group):
    """``where`` says for each command the module of ``popmap.cli`` it is in, and its name there."""

    def __init__(self, *arguments: Any, where: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.where = where

    def list_commands(self, context: click.Context) -> list[str]:
        """Return all names, those of commands that are here already included."""
        return sorted({*super().list_commands(context), *self.where})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the command of this name, imported now if need be; None when there is none."""
        if name not in self.where:
            return super().get_command(context, name)
        module, attribute = self.where[name]
        command = getattr(import_module(f"popmap.cli.{module}"), attribute)
        return command if isinstance(command, click.Command) else None
