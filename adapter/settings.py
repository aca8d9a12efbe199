"""Every setting, its default and its meaning. Read once, from environment variables `ADAPTER_<NAME>`, then frozen.

contract.md, 'Operations'. An invalid setting is named, its value is never quoted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from adapter.errors import Fault, Faults
from adapter.hosts import is_loopback
from adapter.ids import People

if TYPE_CHECKING:
    from adapter.xmlsafe import Limits

PREFIX: Final = "ADAPTER_"
MEGABYTE: Final = 1_000_000
MEBIBYTE: Final = 1024 * 1024


def _words(value: object) -> object:
    """Return `a, b` as the tuple of its words; anything else as it is."""
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""Words separated by commas."""

_Origin = Annotated[str, Field(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$")]
"""An origin as browsers say it: a star would let any page in."""

Waived = Literal["sqlite", "no-token", "no-tls"]
"""What an operator may say that `real` mode does without."""


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True
    )

    # ── whose data ──
    mode: Literal["synthetic", "real"] = Field(
        "synthetic",
        description="synthetic takes only people who do not exist; real takes anybody, behind token and TLS",
    )
    people_series: Words = Field(
        ("6", "7", "8", "9"),
        description="third digits that mark a synthetic national number (8, 9 Tenor; 6, 7 SyntPop; 4, 5 Dolly)",
    )
    fh_prefix: Words = Field(
        ("8000", "8001"), description="first digits of the FH-numbers used here for people who do not exist"
    )
    duf_prefix: Words = Field(
        ("9",), description="first digits of the DUF-numbers used here for people who do not exist"
    )
    addressbook: Path | None = Field(
        None, description="TOML file of the address book; none: the synthetic one that ships"
    )

    # ── where ──
    host: str = Field("127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    public_url: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="the address users see; none: http://HOST:PORT"
    )
    cors_origins: Annotated[tuple[_Origin, ...], NoDecode, BeforeValidator(_words)] = Field(
        (),
        description="origins (https://app.example) whose web pages may use /fhir with a token; none: no page of others",
    )
    threads: int = Field(12, ge=1, le=256, description="threads that answer HTTP")
    helpers: int | None = Field(
        None,
        ge=0,
        le=16,
        description="processes beside the server that prepare events and writes over FHIR; unset: 2 with the embedded database, none with PostgreSQL, which takes several servers",
    )
    token: SecretStr | None = Field(
        None, min_length=16, description="bearer token that callers must send; none: no token is asked for"
    )
    clients: Path | None = Field(
        None,
        description="TOML file of systems that pull for other organisations, each with the digest of its token",
    )
    waive: Annotated[frozenset[Waived], NoDecode, BeforeValidator(_words)] = Field(
        frozenset(), description="what real mode does without, said on purpose: sqlite, no-token, no-tls"
    )
    tls_in_front: bool = Field(
        default=False, description="the operator's word that TLS ends in a proxy in front; real mode wants it"
    )

    # ── store ──
    database_url: str = Field(
        "sqlite:///var/adapter.db",
        repr=False,
        description="sqlite:///PATH, or postgresql+psycopg://USER@HOST/NAME",
    )
    database_pool: int = Field(20, ge=1, le=100, description="most connections of a process to PostgreSQL")
    queue_limit: int = Field(
        1000,
        ge=1,
        description="writes that may wait for the database; more are answered 503 with Retry-After",
    )
    busy_seconds: float = Field(
        5.0,
        gt=0,
        le=60,
        description="longest wait of a server process while another process holds the lock of the SQLite file",
    )
    group_limit: int = Field(64, ge=1, le=1000, description="most writes in one group commit (SQLite)")
    audit: bool = Field(
        default=True, description="audit every read and write; off only for the benchmark, never in real mode"
    )

    # ── exchange ──
    exchange: Path = Field(Path("var/exchange"), description="folder of out/, in/, copy/, epj/, handover/")
    poll_seconds: float = Field(5.0, gt=0, description="pause between looks into in/ and copy/")
    worker_seconds: float = Field(1.0, gt=0, description="pause of the worker when nothing waits to be sent")
    tick_seconds: float = Field(5.0, gt=0, description="pause between looks for deadlines that are due")
    claim_limit: int = Field(50, ge=1, le=1000, description="messages claimed at once by a worker")
    lease_seconds: int = Field(
        60, ge=5, description="after this a claimed message may be claimed by another worker"
    )
    retry_first_seconds: float = Field(
        5.0, gt=0, description="wait before the second attempt; doubled each time"
    )
    retry_max_seconds: float = Field(900.0, gt=0, description="longest wait between attempts")
    retry_attempts: int = Field(40, ge=1, description="attempts before a message is dead")
    refuse_unknown_service: bool = Field(
        default=True,
        description="a message to a service of our own organisation that the address book does not list is refused (E21, door own); off: taken, and read by the coordinating unit",
    )
    simulate: Literal["structured", "free-text", "off"] = Field(
        "structured",
        description="manner of the simulated municipality of `run` and `simulate`; always off in real mode",
    )
    simulate_receipt: Literal["ok", "rejected", "silent", "late", "duplicate"] = Field(
        "ok",
        description="how the simulated municipality receipts what it gets; late is after the receipt clock",
    )
    simulate_error: str = Field(
        "E21", pattern=r"^[A-Z]\d\d$", description="code of list 8221 in its receipt when that is rejected"
    )
    simulate_seconds: float = Field(
        1.0, ge=0, description="pause of the simulated municipality between its answers"
    )

    # ── clocks ──
    receipt_hours: int = Field(96, ge=1, description="hours from GenDate within which a receipt must come")
    reply_days: int = Field(3, ge=1, description="working days from GenDate within which a need is answered")
    release_days: int | None = Field(
        None,
        ge=0,
        description="working days a message is held for the own unit; none: as the address book says",
    )
    assessment_days: int = Field(
        14,
        ge=1,
        description="working days from received to accepted or declined, time for questions not counted",
    )
    coordinator_days: int = Field(
        30, ge=1, description="working days from accepted to a coordinator appointed"
    )
    consent_days: int = Field(
        5, ge=1, description="working days that a need may wait for consent before somebody looks at it"
    )
    gap_days: int = Field(
        7, ge=1, description="working days without a coordinator before the coordinating unit is told"
    )
    escalation_days: int = Field(
        2, ge=1, description="working days between the steps when something is late: owner, leader, unit"
    )
    stale_hours: int = Field(
        24, ge=1, description="hours after GenDate when an unsent message is rendered again"
    )

    # ── limits ──
    max_event_bytes: int = Field(5 * MEGABYTE, ge=1000, description="largest body of POST /events")
    max_message_bytes: int = Field(
        35 * MEBIBYTE, ge=1000, le=256 * MEBIBYTE, description="largest KITH document taken in"
    )
    xml_max_markup: int = Field(
        60_000, ge=1000, description="most tags, and most attributes, of a KITH document"
    )
    xml_max_depth: int = Field(64, ge=16, le=200, description="most levels of elements in a KITH document")
    xml_max_siblings: int = Field(2000, ge=100, description="most children of one element of a KITH document")
    xml_max_attributes: int = Field(32, ge=8, description="most attributes of one element of a KITH document")
    xml_max_attachment_bytes: int = Field(
        27 * MEGABYTE, ge=1000, description="largest attachment of a KITH document, decoded"
    )
    xml_large_bytes: int = Field(
        MEGABYTE, ge=1000, description="a KITH document of more is large: few of them are read at once"
    )
    xml_large_at_once: int = Field(
        2, ge=1, le=64, description="large KITH documents read at once by a process; more are answered 503"
    )
    xml_large_wait_seconds: float = Field(
        0.25, ge=0, le=30, description="longest wait of a large KITH document for its turn"
    )
    max_batch: int = Field(1000, ge=1, le=1000, description="most events in one batch")
    page_size: int = Field(50, ge=1, description="entries on a page when the caller does not say")
    page_limit: int = Field(500, ge=1, description="most entries on a page, whatever the caller says")

    # ── statistics ──
    stats_smallest_cell: int = Field(5, ge=1, description="smallest count that statistics show")

    # ── others' servers ──
    http_connect_seconds: float = Field(
        5.0, gt=0, description="longest wait for a connection to another server"
    )
    http_read_seconds: float = Field(30.0, gt=0, description="longest silence of another server")
    http_max_bytes: int = Field(
        20 * MEGABYTE, ge=1000, description="largest answer taken from another server"
    )
    http_ca: Path | None = Field(None, description="file of certificates to trust; none: the usual ones")

    # ── subscribers ──
    hooks_private: bool = Field(
        default=False, description="notify addresses that are not public too; in synthetic mode without TLS"
    )
    hook_timeout_seconds: int = Field(
        10, ge=1, le=60, description="longest time for a notification to be taken"
    )
    hook_retry_seconds: float = Field(60.0, gt=0, description="wait before the second attempt to notify")
    hook_attempts: int = Field(6, ge=1, description="attempts before a subscription is in error")

    # ── kept for a time ──
    retention_done_days: int = Field(30, ge=1, description="days that done/ and failed/ are kept")
    retention_epj_days: int = Field(90, ge=1, description="days that epj/ and handover/ are kept")
    retention_documents_days: int = Field(
        365, ge=1, description="days that documents are kept in the database"
    )

    # ── log ──
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level that is logged; `ip-adapter run` says warning unless this is set"
    )
    log_format: Literal["json", "text"] = Field(
        "json", description="json, or text for a person at a terminal"
    )

    @field_validator("people_series")
    @classmethod
    def _series(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not set(value) <= set("456789"):
            raise ValueError("digits 4 to 9")
        return value

    @field_validator("fh_prefix", "duf_prefix")
    @classmethod
    def _prefix(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not word.isdecimal() for word in value):
            raise ValueError("digits")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite://", "postgresql+psycopg://")):
            raise ValueError("sqlite or postgresql+psycopg")
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        """Refuse a combination that would show people to those who may not see them."""
        for broken, text in _RULES:
            if broken(self):
                raise ValueError(text)
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def postgresql(self) -> bool:
        """Whether the database is PostgreSQL; else it is SQLite."""
        return self.database_url.startswith("postgresql")

    @property
    def base_url(self) -> str:
        """The address users see, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def public_host(self) -> str:
        """The name or address that users ask for, in lower case, without port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def manner(self) -> Literal["structured", "free-text", "off"]:
        """The manner of the simulated municipality: off in real mode."""
        return "off" if self.mode == "real" else self.simulate

    def people(self) -> People:
        """Return the policy for people's numbers."""
        return People(
            mode=self.mode,
            series=frozenset(self.people_series),
            fh_prefix=self.fh_prefix,
            duf_prefix=self.duf_prefix,
        )

    def limits(self) -> Limits:
        """Return what an XML document may have."""
        from adapter.xmlsafe import Limits  # noqa: PLC0415 (lxml is for those who have XML)

        return Limits(
            size=self.max_message_bytes,
            markup=self.xml_max_markup,
            depth=self.xml_max_depth,
            siblings=self.xml_max_siblings,
            attributes=self.xml_max_attributes,
            attachment=self.xml_max_attachment_bytes,
        )


_RULES: Final[tuple[tuple[Callable[[Settings], bool], str], ...]] = (
    (
        lambda s: s.mode == "synthetic" and not s.loopback and s.token is None,
        "synthetic mode listens on loopback only, unless ADAPTER_TOKEN is set",
    ),
    (
        lambda s: s.mode == "real" and not s.postgresql and "sqlite" not in s.waive,
        "real mode wants PostgreSQL in ADAPTER_DATABASE_URL, or ADAPTER_WAIVE=sqlite",
    ),
    (
        lambda s: s.mode == "real" and s.token is None and "no-token" not in s.waive,
        "real mode wants ADAPTER_TOKEN, or ADAPTER_WAIVE=no-token",
    ),
    (
        lambda s: s.mode == "real" and not s.tls_in_front and "no-tls" not in s.waive,
        "real mode wants TLS in front (ADAPTER_TLS_IN_FRONT=true), or ADAPTER_WAIVE=no-tls",
    ),
    (lambda s: s.mode == "real" and not s.audit, "real mode wants ADAPTER_AUDIT on"),
    (
        lambda s: s.retry_max_seconds < s.retry_first_seconds,
        "ADAPTER_RETRY_MAX_SECONDS is below ADAPTER_RETRY_FIRST_SECONDS",
    ),
    (lambda s: s.page_limit < s.page_size, "ADAPTER_PAGE_LIMIT is below ADAPTER_PAGE_SIZE"),
)
"""What must not be, and the text that says so. Texts name settings, never values."""


def load(**given: Any) -> Settings:
    """Return the settings from `given`, else the environment, else the defaults. Raises Faults IPK-S006, all at once."""
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = tuple(
            _fault(each["loc"], each["type"], each["msg"]) for each in error.errors(include_input=False)
        )
    raise Faults(faults)


def _fault(loc: tuple[int | str, ...], kind: str, text: str) -> Fault:
    if kind == "value_error" and not loc:  # the text of a row of _RULES
        return Fault(code="IPK-S006", hint=text.removeprefix("Value error, "))
    name = str(loc[0]) if loc else ""
    field = Settings.model_fields.get(name)
    # pydantic's own text may quote the value; what the setting means is enough to mend it.
    return Fault(
        code="IPK-S006",
        path=f"{PREFIX}{name.upper()}",
        hint=(field and field.description) or "unknown setting",
    )
