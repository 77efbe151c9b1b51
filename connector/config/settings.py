"""The settings as a whole: frozen, masked when shown, and turned into the planners' policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connector.config.bounds import BoundsSettings
from connector.config.sections import (
    AuditSettings,
    CascadeSettings,
    LinksSettings,
    LogSettings,
    MergeSettings,
    PlatformSettings,
    PollSettings,
    StoreSettings,
)
from connector.domain.policy import Bounds, CascadePolicy, MergePolicy, Mode, Policy


class Settings(BaseSettings):
    """Everything an operator decides; made by ``load_settings``, never changed afterwards."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mode: Mode = Field(
        Mode.OBSERVE,
        description=(
            "How far the connector may go:\n"
            "observe: reads and plans, writes nothing to Splynx\n"
            "propose: every plan waits for a person's approval\n"
            "act: plans are carried out"
        ),
    )
    platform: PlatformSettings = Field(description="The Splynx installation.")
    store: StoreSettings = Field(StoreSettings(), description="The connector's own state.")
    poll: PollSettings = Field(PollSettings(), description="How often to look.")
    links: LinksSettings = Field(
        LinksSettings(), description="Which account is linked to which main account."
    )
    merge: MergeSettings = Field(
        MergeSettings(), description="Invoices of a family that become one."
    )
    cascade: CascadeSettings = Field(
        CascadeSettings(), description="Sub-accounts that follow their main account."
    )
    bounds: BoundsSettings = Field(
        BoundsSettings(),
        description="How much may happen unasked; what a person approved counts for no bound.",
    )
    audit: AuditSettings = Field(
        AuditSettings(), description="The nightly look at everything that was done."
    )
    log: LogSettings = Field(LogSettings(), description="Log lines, on standard error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing behind the caller's back; ``load_settings`` brings the real sources."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    def policy(self) -> Policy:
        """What the planners may know of all this."""
        merge, cascade, bounds = self.merge, self.cascade, self.bounds
        return Policy(
            mode=self.mode,
            merge=MergePolicy(
                window=timedelta(hours=merge.window_hours),
                guard=timedelta(minutes=merge.guard_minutes),
                guard_times=merge.guard_times,
                rounding=merge.rounding,
                sources_max=merge.sources_max,
            ),
            cascade=CascadePolicy(
                release_when=cascade.release_when,
                suspend=cascade.suspend,
                releases_max=cascade.releases_max,
            ),
            bounds=Bounds(
                first_run_approval=bounds.first_run_approval,
                families_per_run=bounds.families_per_run,
                families_per_day=bounds.families_per_day,
                documents_per_run=bounds.documents_per_run,
                documents_per_day=bounds.documents_per_day,
                amount_per_run=bounds.amount_per_run,
                amount_per_day=bounds.amount_per_day,
                growth_percent=bounds.growth_percent,
                growth_floor=bounds.growth_floor,
                vanish_percent=bounds.vanish_percent,
            ),
        )

    def describe(self, *, masked: bool = True) -> dict[str, Any]:
        """Every setting in force, as nested plain values; secrets only when asked for."""
        shown = self.model_dump(mode="json")
        if not masked:
            for name in ("key", "secret"):
                value = getattr(self.platform, name)
                shown["platform"][name] = value.get_secret_value() if value else None
        return shown
