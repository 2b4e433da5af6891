"""How the server says no: one exception that already is the answer."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_app.wire import problems


class Refusal(Exception):
    """A catalogued problem on its way out, with what the client needs to go on."""

    def __init__(
        self,
        code: str,
        *,
        retry_after: int | None = None,
        facts: Mapping[str, str | int | bool] | None = None,
        attached: Mapping[str, tuple[bytes, ...]] | None = None,
    ) -> None:
        super().__init__(code)
        self.report = problems.report(code, retry_after=retry_after, facts=facts, attached=attached)


class Trouble(Exception):
    """What an administrator is told at the terminal: a code, what happened, what to do."""

    def __init__(self, code: str, happened: str, next_step: str) -> None:
        super().__init__(code)
        self.line = f"{code}: {happened} {next_step}"
