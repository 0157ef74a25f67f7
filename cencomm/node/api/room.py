"""What the API's handlers work with: one for each process."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cencomm.client.words import Words, load_words
from cencomm.clock import Clock
from cencomm.forms.code_list import LANGUAGES, CodeList
from cencomm.forms.wording import Wording, load_wording
from cencomm.node.api.kind import ApiKind
from cencomm.node.data_folder import DataFolder
from cencomm.node.database import Database
from cencomm.node.records.criteria import Labels
from cencomm.site.languages import preferred_language
from cencomm.site.people.consultation import LogKey
from cencomm.site.people.desk import Desk

DOWNLOADS_AT_ONCE = 2  # made at once, each in a thread: the others wait, and recording goes on
ENGLISH = "en"


@dataclass(eq=False)
class Room:
    """`desk` knows the people, `database` the records."""

    kind: ApiKind
    folder: DataFolder
    database: Database
    desk: Desk
    log_key: LogKey
    lists: Mapping[str, CodeList]
    clock: Clock
    making: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DOWNLOADS_AT_ONCE))
    _words: dict[str, Words] = field(default_factory=dict)

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.lists)

    @cached_property
    def wording(self) -> Wording:
        return load_wording()

    @property
    def spool(self) -> Path:
        """Where downloads are made; nothing stays there."""
        return self.folder.spool

    def words_for(self, accept_language: str | None) -> Words:
        language = preferred_language(accept_language, LANGUAGES, otherwise=ENGLISH)
        if language not in self._words:
            self._words[language] = load_words(language)
        return self._words[language]
