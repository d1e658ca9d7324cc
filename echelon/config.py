"""Where a run reads and writes, and how much of the machine it may take."""

import os
import re
import tomllib
from difflib import get_close_matches
from email.utils import getaddresses
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import landing_dir

PROJECT_DIR = Path(__file__).resolve().parents[1]
CONTRACTS_DIR = PROJECT_DIR / "contracts" / "landing"
SETTINGS_FILE = "echelon.toml"
# Settings whose relative value in the file counts from the file.
PATHS = ("data_dir", "signing_key_file", "audit_head_file")
PREFIX = "ECHELON_"
# Half of what scikit-learn takes: every resample counts on from it.
MAX_SEED = 2**31 - 1
SETTINGS_FILE_VARIABLE = "ECHELON_SETTINGS_FILE"
# How alike a variable and a setting are when one was meant for the other.
_MISSPELT = 0.8
# SQLite opens no path beyond 512 bytes; Dagster's history takes some 70 of them.
_LONGEST_DATA_DIR = 400


def _web_address(address: SecretStr) -> SecretStr:
    """Spell an address as a request needs it, refuse one nothing can be sent to."""
    try:
        url = TypeAdapter(HttpUrl).validate_python(address.get_secret_value())
    except ValidationError as error:
        # Not the error itself: it repeats the address.
        raise ValueError(error.errors()[0]["msg"]) from None
    if url.username or url.password:
        raise ValueError("write it without a name and a password: they are not sent")
    _host(url.host or "")
    return SecretStr(str(url))


def _host(name: str) -> str:
    try:
        is_name = bool(name.encode("idna"))
    except UnicodeError:
        is_name = False
    if not is_name:
        raise ValueError("its host cannot be the name of one")
    return name


def _mail_addresses(text: str) -> str:
    addresses = [address for _, address in getaddresses([text])]
    is_sound = all(re.fullmatch(r"[^@\s]+@[^@\s]+", address) for address in addresses)
    if text and not (text.isprintable() and is_sound):
        raise ValueError("write name@host, several of them apart by commas")
    return text


def _ascii(text: str) -> str:
    if not text.isascii():
        raise ValueError("a mail server is told it in ASCII characters only")
    return text


def _ascii_secret(text: SecretStr) -> SecretStr:
    _ascii(text.get_secret_value())
    return text


# Whoever knows the address of a channel can write to it.
WebAddress = Annotated[SecretStr, AfterValidator(_web_address)]
MailAddresses = Annotated[str, AfterValidator(_mail_addresses)]


class Settings(BaseSettings):
    """Settings from ``ECHELON_*`` variables, then ``echelon.toml``, then defaults.

    Attributes:
        data_dir: Holds everything a run writes (landing, candidates, releases, audit).
        memory_limit: Memory DuckDB may take, as DuckDB writes it (``6GB``).
        threads: DuckDB threads; every core when unset.
        keep_releases: How many releases stay on disk.
        keep_candidate: Keep the working database of a published refresh.
        take_over: Take over what the release in force allocated and nothing changed.
        notify_webhook_url: Is posted what went wrong, as JSON; unset or empty for none.
        notify_slack_url: The same as text, to an incoming webhook of Slack; as above.
        notify_email_to: The same by mail; addresses apart by commas.
        notify_email_from: Sender of the mail.
        smtp_host: Mail server, with `smtp_port`.
        smtp_starttls: Whether to encrypt before anything is said.
        smtp_user: Name to log in with, where `smtp_password` is set.
        signing_key_file: Ed25519 key in PEM, outside of the data directory; unset or
            empty for none.
        audit_head_file: Where the head of the audit log is kept, outside of the data
            directory; unset or empty for nowhere.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    data_dir: Path = Path("data")
    memory_limit: str = Field(
        default="6GB",
        # No more than DuckDB can count: up to a million units, 10^18 bytes, 100 %.
        pattern=r"(?i)^(\d{1,6}(\.\d+)? ?[kmgt](i?b)?|\d{1,18} ?b"
        r"|(100|\d{1,2}(\.\d+)?) ?%)$",
    )
    threads: int | None = Field(default=None, ge=1)
    keep_releases: int = Field(default=5, ge=1)
    keep_candidate: bool = False
    take_over: bool = True
    notify_webhook_url: WebAddress | None = None
    notify_slack_url: WebAddress | None = None
    notify_email_to: MailAddresses | None = None
    notify_email_from: MailAddresses = "echelon@localhost"
    smtp_host: Annotated[str, AfterValidator(_host)] = "localhost"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_starttls: bool = False
    smtp_user: Annotated[str, AfterValidator(_ascii)] = ""
    smtp_password: Annotated[SecretStr, AfterValidator(_ascii_secret)] | None = None
    signing_key_file: Path | None = None
    audit_head_file: Path | None = None

    @field_validator("data_dir", mode="before")
    @classmethod
    def _is_a_directory(cls, value: object) -> object:
        if not value:
            raise ValueError("name a directory")
        if Path(str(value)).exists() and not Path(str(value)).is_dir():
            raise ValueError("it is not a directory")
        path = str(Path(str(value)).resolve())
        # Dagster keeps its history in files that it names by web address.
        if "?" in path or unquote(path) != path:
            raise ValueError("? and %XX have a meaning in addresses: name another")
        if len(os.fsencode(path)) > _LONGEST_DATA_DIR:
            raise ValueError(f"its path is longer than {_LONGEST_DATA_DIR} bytes")
        return value

    @field_validator(
        *("signing_key_file", "audit_head_file"),
        *("notify_webhook_url", "notify_slack_url"),
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @property
    def landing_dir(self) -> Path:
        """Directory of the immutable deliveries."""
        return landing_dir(self.data_dir)

    @property
    def dagster_home(self) -> Path:
        """Directory of Dagster's run history and of dbt's compiled project."""
        return self.data_dir / "dagster"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        in_file = InitSettingsSource(settings_cls, init_kwargs=_read_settings_file())
        return init_settings, env_settings, in_file


def share_of_memory(memory_limit: str, share: float) -> str:
    """Take a part of a memory limit, for one of several engines side by side.

    Args:
        memory_limit: As DuckDB writes it, such as ``6GB`` or ``80%``.
        share: Between 0 and 1.

    Returns:
        The part, in the same unit.
    """
    number = memory_limit.rstrip("kmgtibKMGTIB% ")
    return f"{float(number) * share:.3f}{memory_limit[len(number) :]}"


def load_settings() -> Settings:
    """Read the settings with absolute paths.

    Raises:
        EchelonError: ``CONFIGURATION``, naming the variable, or the file and its key.
    """
    _refuse_misspelt_variables()
    try:
        settings = Settings()
    except FileNotFoundError as error:
        message = "the directory this was started in is gone"
        raise _refused(message, None, None, "change to one that is there") from error
    except ValidationError as error:
        raise _refused_setting(error) from error
    given = {name: getattr(settings, name) for name in PATHS}
    absolute = {name: path.resolve() for name, path in given.items() if path}
    return settings.model_copy(update=absolute)


def settings_file() -> Path | None:
    """Find ``echelon.toml``: the one a parent process read, here, in the project."""
    inherited = os.environ.get(SETTINGS_FILE_VARIABLE)
    if inherited:
        return Path(inherited)
    for directory in (Path.cwd(), PROJECT_DIR):
        if (directory / SETTINGS_FILE).is_file():
            return directory / SETTINGS_FILE
    return None


def export_settings(settings: Settings) -> None:
    """Let child processes see the same settings from whatever directory they run in."""
    for name in PATHS:
        os.environ[f"ECHELON_{name.upper()}"] = str(getattr(settings, name) or "")
    path = settings_file()
    if path is not None:
        os.environ[SETTINGS_FILE_VARIABLE] = str(path.resolve())


def _refuse_misspelt_variables() -> None:
    """Refuse a variable that nobody reads and that is nearly the name of a setting."""
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known = {*settings, SETTINGS_FILE_VARIABLE}
    for variable in sorted(os.environ):
        if not variable.upper().startswith(PREFIX) or variable.upper() in known:
            continue
        bare = {name.removeprefix(PREFIX): name for name in known}
        written = variable.upper().removeprefix(PREFIX)
        if meant := get_close_matches(written, sorted(bare), n=1, cutoff=_MISSPELT):
            message = f"there is no such setting, did you mean {bare[meant[0]]}?"
            raise _refused(message, None, variable, "see docs/runbook.md, Settings")


def _read_settings_file() -> dict[str, Any]:
    path = settings_file()
    if path is None:
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(
            f"not a readable TOML file: {error}",
            str(path),
            None,
            f"correct the file, or unset {SETTINGS_FILE_VARIABLE} if it is not yours",
        ) from error
    for name in PATHS:
        if isinstance(values.get(name), str) and values[name]:
            values[name] = path.resolve().parent / values[name]
    return values


def _refused_setting(error: ValidationError) -> EchelonError:
    detail = error.errors()[0]
    key = str(detail["loc"][0])
    known = sorted(Settings.model_fields)
    variables = {name.upper(): name for name in os.environ}
    variable = variables.get(f"ECHELON_{key}".upper())
    if key not in known:
        message, hint = "there is no such setting", f"use one of {', '.join(known)}"
    else:
        is_hidden = "SecretStr" in str(Settings.model_fields[key])
        value = "the value" if is_hidden else repr(detail["input"])
        message = f"{value} is refused: {detail['msg']}"
        hint = "docs/runbook.md lists the settings"
        if variable is not None:
            return _refused(message, None, variable, hint)
    return _refused(message, str(settings_file()), key, hint)


def _refused(
    message: str, file: str | None, column: str | None, hint: str
) -> EchelonError:
    fault = Fault("bad_setting", message, file=file, column=column, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
