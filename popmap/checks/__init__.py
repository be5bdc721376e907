"""Is what is published still true? Links that are asked again, and services whose check is due.

``fetching`` asks one address safely, ``links`` says which addresses are to be asked and keeps what became of them,
``due`` which services a person should look at again and what an operator's confirmation changes, ``letters`` what the
mail says that asks for it. Everything else that changes a record is a moderator's decision.
"""

from popmap.checks.fetching import KINDS, Answer, Checker, Kind

__all__ = ["KINDS", "Answer", "Checker", "Kind"]
