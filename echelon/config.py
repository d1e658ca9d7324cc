"""Where a run reads and writes, and how much of the machine it may take."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PROJECT_DIR = Path(__file__).resolve().parents[1]
CONTRACTS_DIR = PROJECT_DIR / "contracts" / "landing"


class Settings(BaseSettings):
    """Settings from ``ECHELON_*`` variables, then ``echelon.toml``, then defaults.

    Attributes:
        data_dir: Holds everything a run writes (landing, candidates, releases, audit).
        memory_limit: Memory DuckDB may take, as DuckDB writes it (``6GB``).
        threads: DuckDB threads; every core when unset.
        keep_releases: How many releases stay on disk.
        keep_candidate: Keep the working database of a published refresh.
    """

    model_config = SettingsConfigDict(
        env_prefix="ECHELON_", toml_file="echelon.toml", extra="forbid"
    )

    data_dir: Path = Path("data")
    memory_limit: str = "6GB"
    threads: int | None = Field(default=None, ge=1)
    keep_releases: int = Field(default=5, ge=1)
    keep_candidate: bool = False

    @property
    def landing_dir(self) -> Path:
        """Directory of the immutable deliveries."""
        return self.data_dir / "landing"

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings() -> Settings:
    """Read the settings with an absolute data directory."""
    settings = Settings()
    return settings.model_copy(update={"data_dir": settings.data_dir.resolve()})
