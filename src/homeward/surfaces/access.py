"""Who may do what over HTTP: tokens with scopes, as a header for programs and as a cookie for people's browsers.

From this machine everybody may look without a token, as anybody could who can read the hub's files here. Everything
else needs one: the hub's own, in `api-token` of its folder, or one of `homeward token add`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Header, HTTPException, Request

from homeward.core.signal import household_of

Scope = Literal["look", "wish", "readings", "arrange"]
ALL: frozenset[str] = frozenset({"look", "wish", "readings", "arrange"})
COOKIE = "homeward"
HERE = {"127.0.0.1", "::1", "localhost", "testclient"}


@dataclass(frozen=True, slots=True)
class Access:
    """What one may do: scopes, for one household or '' for all, as one person or '' for any."""

    scopes: frozenset[str]
    household: str = ""
    person: str = ""

    def about(self, household: str) -> None:
        """Raises HTTPException where a household is none of one's business, as if it were not there."""
        if self.household and household != self.household:
            raise HTTPException(404, f"no household {household}; there is {self.household}")

    def about_node(self, node: str) -> None:
        """The same for the household of a node, however that is written."""
        if self.household and node.partition("/")[0] != self.household:
            raise HTTPException(404, f"no node {node[:100]} in {self.household}")

    def everything(self) -> None:
        """Raises HTTPException for a token of one household where the whole hub is concerned."""
        if self.household:
            raise HTTPException(403, f"this token is for {self.household} alone, and this concerns the whole hub")

    def speaks_as(self, by: str | None) -> str | None:
        """On whose behalf one asks. Raises HTTPException for somebody else's."""
        if self.person and by and by != self.person:
            raise HTTPException(403, f"this token speaks as {self.person}, not as {by[:100]}")
        if by and self.household and household_of(by) != self.household:
            raise HTTPException(403, f"this token is for {self.household}; {by[:100]} is not of it")
        return self.person or by


LOOKER = Access(frozenset({"look"}))
"""Who comes from this machine without a token."""
Find = Callable[[str], Access | None]


@dataclass(frozen=True, slots=True)
class Keys:
    """Makes the dependencies of routes; `find` knows tokens."""

    find: Find

    def needing(self, scope: Scope) -> Callable[..., Access]:
        """The dependency of a route that needs that scope: it gives what the caller may do."""

        def check(request: Request, authorization: Annotated[str, Header()] = "") -> Access:
            access = self.of(request, authorization)
            if access is None or (access is LOOKER and scope != "look"):
                raise HTTPException(401, "this needs a token that counts: Authorization: Bearer … (homeward token add)")
            if scope not in access.scopes:
                may = ", ".join(sorted(access.scopes))
                raise HTTPException(403, f"this token may {may}, and this needs the scope {scope}")
            if household := request.path_params.get("household"):
                access.about(household)
            return access

        return check

    def of(self, request: Request, authorization: str = "") -> Access | None:
        """What a request may do; None for nothing."""
        said = authorization or request.headers.get("authorization", "")
        if said:
            return self.find(said.removeprefix("Bearer ").strip()) if said.startswith("Bearer ") else None
        if secret := request.cookies.get(COOKIE):
            return self.find(secret)
        return LOOKER if is_here(request.client.host if request.client else "") else None


def is_here(host: str) -> bool:
    """Whether an address is this machine's own."""
    return host in HERE or host.startswith("127.")
