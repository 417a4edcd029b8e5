"""The settings: from a file and the environment, with every fault named before anything starts."""

import dataclasses
import difflib
import ipaddress
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo

import faq
from faq.matching import MatchSettings

PREFIX = "HELPDESK_"
SHIPPED_FAQ = Path(faq.__file__).parent / "data"
SECRET_LENGTH = 32
_DEMO_DATABASE = "sqlite:///data/demo.db"


class ConfigFaults(Exception):
    """The settings can't be used; `faults` are all the reasons, one line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


# --- the parts of a value ---

_DURATION = re.compile(r"(\d+)\s*([smhd])")
_UNITS_OF_TIME = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAY = r"(?:T[2-7]|CN)"
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_SPAN = rf"{_DAY}(?:-{_DAY})?\s+{_TIME}-{_TIME}(?:\s*,\s*{_TIME}-{_TIME})*"
_HOURS = re.compile(rf"{_SPAN}(?:\s*;\s*{_SPAN})*")


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    if (found := _DURATION.fullmatch(value.strip())) is None:
        raise ValueError("should be a duration such as 30m, 2h or 1d")
    return timedelta(**{_UNITS_OF_TIME[found[2]]: int(found[1])})


def _hours(value: str) -> str:
    if not _HOURS.fullmatch(value.strip()):
        raise ValueError('should be opening hours such as "T2-T6 07:30-11:30, 13:30-17:00"')
    return value.strip()


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("is not a time zone that this machine knows, such as Asia/Ho_Chi_Minh") from error
    return value


def _database(value: str) -> str:
    if not re.match(r"(sqlite:///.|postgres(ql)?://.)", value):
        raise ValueError("should be sqlite:///path/of/file.db or postgresql://user@host/name")
    return value


def _base(value: str) -> str:
    """An address without the slash at its end, so that paths can be appended."""
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
        raise ValueError("should be an address such as https://example.vn")
    return value.rstrip("/")


def _account(value: str) -> str:
    if not re.fullmatch(r"(telegram|zalo_bot|zalo_oa):\S+", value):
        raise ValueError("should be channel:id, such as telegram:12345678")
    return value


def _enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_LENGTH:
        raise ValueError(f"should have at least {SECRET_LENGTH} characters; `openssl rand -hex 32` makes one")
    return secret


_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram takes


def _token(secret: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("should be as BotFather gave it, such as 123456:AbC-dEf")
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("should have 1 to 256 characters of A-Z a-z 0-9 _ -; `openssl rand -hex 32` makes one")
    return secret


def _proxy(value: str) -> str:
    if not re.fullmatch(r"(https?|socks5h?)://[^\s/]+/?", value):
        raise ValueError("should be an address such as socks5://127.0.0.1:1080 or http://proxy:3128")
    return value


def _group(value: str) -> str:
    if not re.fullmatch(r"-\d+", value):
        raise ValueError("should be a group's id, such as -1001234567890")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
Hours = Annotated[str, AfterValidator(_hours)]
Base = Annotated[str, AfterValidator(_base)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_the_default(cls, written: object) -> object:
        """A key with nothing behind it, such as a block of which every line is a comment, is as good as no key."""
        if not isinstance(written, dict):
            return written
        return {key: value for key, value in written.items() if value is not None}


# --- the settings ---


class Web(_Model):
    host: Word = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free port, which the log then names."""
    public_url: Base | None = None
    """How browsers reach us, where that is not host and port."""
    secret: Annotated[SecretStr, AfterValidator(_enough)] | None = None
    """What cookies are signed with; made and kept beside the database when none is given."""

    @property
    def is_loopback(self) -> bool:
        """True if nobody but this machine can connect."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Where the pages are, for links."""
        return self.public_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class WebChat(_Model):
    enabled: bool = True


class TelegramPaces(_Model):
    """Messages sent, at most; Telegram's documented limits unless set otherwise."""

    per_second: float = Field(default=30, gt=0)
    chat_per_second: float = Field(default=1, gt=0)
    group_per_minute: float = Field(default=20, gt=0)


class Telegram(_Model):
    token: Annotated[SecretStr, AfterValidator(_token)]
    mode: Literal["polling", "webhook"] = "polling"
    base_url: Base = "https://api.telegram.org"
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    proxy: Annotated[Word, AfterValidator(_proxy)] | None = None
    """An HTTP or SOCKS5 proxy; whether to use one is the department's decision."""
    groups: Literal["all", "none"] | tuple[Annotated[Word, AfterValidator(_group)], ...] = "all"
    """The groups of members it may be in: all, none but the units' own, or these ids."""
    paces: TelegramPaces = TelegramPaces()


class ZaloBot(_Model):
    token: Secret
    mode: Literal["polling", "webhook"] = "polling"
    base_url: Base = "https://bot-api.zaloplatforms.com"
    webhook_secret: Secret | None = None


class ZaloOa(_Model):
    app_id: Word
    app_secret: Secret
    oa_secret: Secret
    refresh_token: Secret
    base_url: Base = "https://openapi.zalo.me"
    oauth_url: Base = "https://oauth.zaloapp.com"


class Channels(_Model):
    web: WebChat = WebChat()
    telegram: Telegram | None = None
    zalo_bot: ZaloBot | None = None
    zalo_oa: ZaloOa | None = None


class Unit(_Model):
    name: Word
    group: Annotated[Word, AfterValidator(_account)] | None = None
    """The staff group of this unit, as channel:id."""
    show_words: bool = False
    """Whether the cards in that group show what the member wrote."""
    hours: Hours = "T2-T6 07:30-11:30, 13:30-17:00"
    first_answer_within: Duration = timedelta(minutes=30)
    resolve_within: Duration = timedelta(days=1)


class Units(_Model):
    """The four units of the project, in the order in which people are shown them."""

    buu_dien: Unit = Field(default=Unit(name="Bưu điện tỉnh Lạng Sơn"), alias="buu-dien")
    vnpt: Unit = Unit(name="VNPT Lạng Sơn")
    viettel: Unit = Unit(name="Viettel Lạng Sơn")
    so_tttt: Unit = Field(default=Unit(name="Sở Khoa học và Công nghệ tỉnh Lạng Sơn"), alias="so-tttt")

    def by_id(self) -> dict[str, Unit]:
        return {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}


class Privacy(_Model):
    retention_days: int = Field(default=365, ge=1, le=3650)


class Settings(_Model):
    database: Annotated[str, AfterValidator(_database)] = "sqlite:///data/helpdesk.db"
    faq: Path = SHIPPED_FAQ
    faq_history: Path = Path("data/faq-history")
    """Drafts and earlier versions of FAQ files that were edited on the pages; outside of the FAQ's folder."""
    attachments: Path = Path("data/attachments")
    cache: Path = Path("data/cache")
    """What was worked out and can be worked out again."""
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Ho_Chi_Minh"
    web: Web = Web()
    channels: Channels = Channels()
    units: Units = Units()
    admins: tuple[Annotated[str, AfterValidator(_account)], ...] = ()
    matching: MatchSettings = MatchSettings()
    privacy: Privacy = Privacy()
    local: dict[str, str] = {}
    """Values of the province's own that stand before those of the FAQ's values.yaml."""

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database; None for a server's."""
        return Path(self.database.removeprefix("sqlite:///")) if self.database.startswith("sqlite:") else None


# --- reading them ---


def load(path: Path | None, environ: Mapping[str, str], *, demo: bool = False) -> Settings:
    """The settings of a file (none: the defaults) with the environment's above it.

    Raises `ConfigFaults` with everything that is wrong. Relative paths are relative to the file, without one to the
    working directory. A demo has a database of its own unless one is named.
    """
    faults: list[str] = []
    tree: dict[str, Any] = _read(path, faults) if path is not None else {}
    origins = _overlay(tree, environ, faults)
    has_own_database = tree.get("database") is not None
    settings = _validate(tree, faults, origins)
    faults += _together(tree, demo=demo)
    if faults or settings is None:
        raise ConfigFaults(tuple(dict.fromkeys(faults)))
    if demo and not has_own_database:
        settings = settings.model_copy(update={"database": _DEMO_DATABASE})
    return _anchored(settings, path.resolve().parent if path is not None else Path.cwd())


class _Loader(yaml.SafeLoader):
    """YAML in which a value is text until a model says otherwise: an id such as 0123 must not become a number."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's form
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key should be a word", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value} is there twice", key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _read(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        faults.append(f"{path}: {error.strerror}")
    except UnicodeDecodeError:
        faults.append(f"{path}: is not UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        faults.append(f"{where}: {getattr(error, 'problem', None) or 'is not YAML'}")
    else:
        if found is None or isinstance(found, dict):
            return found or {}
        faults.append(f"{path}: should be keys and values, such as `database: sqlite:///data/helpdesk.db`")
    return {}


def _overlay(tree: dict[str, Any], environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """Lays the environment's values into the tree; returns which key came from which variable."""
    origins: dict[str, str] = {}
    ours = [name for name in environ if name.upper().startswith(PREFIX) and name.upper() != f"{PREFIX}CONFIG"]
    for name in sorted(ours, key=lambda name: (name.count("__"), name)):  # a block first, then what is in it
        try:
            value = yaml.load(environ[name], Loader=_Loader)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError:
            value = environ[name]  # such as a secret that begins with a sign of YAML's
        *parents, last = _keys(name[len(PREFIX) :].split("__"), tree)
        here = tree
        for key in parents:
            if not isinstance(here.get(key), dict):
                here[key] = {}
            here = here[key]
        here[last] = _merged(here.get(last), value)
        origins[".".join([*parents, last])] = name
    return origins


def _keys(segments: list[str], tree: dict[str, Any]) -> Iterator[str]:
    """The keys that the segments of a variable's name stand for, as the models or the file spell them."""
    model: type | None = Settings
    here: Any = tree
    for segment in segments:
        known = [*_fields(model), *(here if isinstance(here, dict) else ())]
        plain = _plain(segment)
        key = next((key for key in known if _plain(str(key)) == plain), None)
        if key is None:
            key = segment.lower() if model is not None else segment
        yield key
        model = _fields(model).get(key)
        here = here.get(key) if isinstance(here, dict) else None


def _plain(key: str) -> str:
    return key.lower().replace("-", "_")


def _fields(model: type | None) -> dict[str, type | None]:
    """The keys of a model as people write them, each with the model of what is below it."""
    if model is None:
        return {}
    if dataclasses.is_dataclass(model):  # the settings of a package below
        return {field.name: None for field in dataclasses.fields(model)}
    assert issubclass(model, BaseModel)  # noqa: S101 - `_below` finds nothing else
    fields: dict[str, FieldInfo] = model.model_fields
    return {field.alias or name: _below(field.annotation) for name, field in fields.items()}


def _below(annotation: object) -> type | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation) else None
    return next((model for part in get_args(annotation) if (model := _below(part)) is not None), None)


def _merged(below: object, above: object) -> object:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {key: _merged(below.get(key), value) for key, value in above.items()}


def _validate(tree: dict[str, Any], faults: list[str], origins: Mapping[str, str]) -> Settings | None:
    try:
        return Settings.model_validate(_completed(tree))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            place = [str(part) for part in fault["loc"]]
            path = ".".join(place)
            said_in = origins.get(path) or next((o for key, o in origins.items() if key.startswith(f"{path}.")), None)
            faults.append(f"{path}{f' ({said_in})' if said_in else ''}: {_said(fault['type'], fault['msg'], place)}")
    return None


def _completed(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree with what the defaults know of a unit of which only a part is written."""
    units = tree.get("units")
    if not isinstance(units, dict):
        return tree
    names = {id_: unit.name for id_, unit in Units().by_id().items()}
    return tree | {
        "units": {
            id_: {"name": names[id_], **unit} if isinstance(unit, dict) and id_ in names else unit
            for id_, unit in units.items()
        }
    }


def _said(kind: str, message: str, place: list[str]) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            nearest = _nearest(place)
            return f"is not a key{f'; did you mean {nearest}?' if nearest else ''}"
        case "model_type" | "model_attributes_type" | "dict_type" | "dataclass_type":
            return "should hold keys and values"
        case _:
            plain = message.removeprefix("Value error, ").replace("Input should be", "should be")
            return plain.replace("String should", "should").replace("Value should", "should")


def _nearest(place: list[str]) -> str | None:
    *parents, key = place
    model: type | None = Settings
    for parent in parents:
        model = _fields(model).get(parent)
    beside = {_plain(name): name for name in _fields(model)}
    if close := difflib.get_close_matches(_plain(key), beside, n=1):
        return ".".join([*parents, beside[close[0]]])
    elsewhere = {path.rsplit(".", 1)[-1]: path for path in reversed(list(paths()))}
    close = difflib.get_close_matches(key, elsewhere, n=1, cutoff=0.8)
    return elsewhere[close[0]] if close else None


def paths(model: type = Settings, parent: str = "") -> Iterator[str]:
    """Every key there is, with the keys above it."""
    for key, below in _fields(model).items():
        yield f"{parent}{key}"
        if below is not None:
            yield from paths(below, f"{parent}{key}.")


def _together(tree: Mapping[str, Any], *, demo: bool) -> Iterator[str]:
    """Faults of values that are right by themselves but not with one another.

    These look at what was written, not at the finished settings: they are told even where another value is wrong.
    """
    web, channels = _part(tree, "web"), _part(tree, "channels")
    database = tree.get("database")
    if isinstance(database, str) and database.startswith("postgres") and web.get("secret") is None:
        yield "web.secret: is missing; with PostgreSQL all processes must share one (`openssl rand -hex 32` makes one)"
    host = web.get("host", "127.0.0.1")
    is_loopback = not isinstance(host, str) or Web.model_construct(host=host).is_loopback
    if demo and not is_loopback:
        yield "web.host: --demo has people without a password, so it runs on 127.0.0.1 only; run without --demo"
    elif not is_loopback and web.get("public_url") is None:
        yield "web.public_url: is missing; a helpdesk that others can reach needs the address they use"
    if demo and web.get("public_url") is not None:
        yield "web.public_url: --demo has people without a password, so it has no public address; run without --demo"
    for name in ("zalo_bot", "zalo_oa"):
        if channels.get(name) is not None:
            yield f"channels.{name}: this channel is not available in this version; remove the block"
    telegram = _part(channels, "telegram")
    if telegram.get("mode") == "webhook":
        if telegram.get("webhook_secret") is None:
            yield "channels.telegram.webhook_secret: is missing; mode webhook needs it"
        if web.get("public_url") is None:
            yield "web.public_url: is missing; channels.telegram.mode webhook needs it"
    for unit, written in _part(tree, "units").items():
        group = written.get("group") if isinstance(written, dict) else None
        channel = group.partition(":")[0] if isinstance(group, str) else ""
        if channel in Channels.model_fields and channels.get(channel) is None:
            yield f"units.{unit}.group: is on a channel that is not set; add channels.{channel}"


def _part(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def _anchored(settings: Settings, base: Path) -> Settings:
    file = settings.database_file
    database = f"sqlite:///{base / file}" if file is not None else settings.database
    paths = {name: base / getattr(settings, name) for name in ("faq", "faq_history", "attachments", "cache")}
    return settings.model_copy(update={"database": database, **paths})
