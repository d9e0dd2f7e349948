"""The loop over one exhibit: the engine looks, the database remembers.

In      a queued or interrupted run
Out     items, occurrences, faces, groups; the run's counts about once a second
Fails   the run says so: failed with a code, or interrupted, to go on later
Why     killed at any moment and started again, it ends with the same rows: what is done is
        asked of the database for each content, and each content is one transaction
Not     here: how a content is written (saving.py), who may start a run (actions.py)
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from haven import engine
from haven.audit.actions import record
from haven.workbench.analysis import grouping, hooks, locks, queries, saving
from haven.workbench.analysis.models import Item, Occurrence, Run
from haven.workbench.analysis.sealed import Sealed
from haven.workbench.authority import queries as authority
from haven.workbench.cases import keys
from haven.workbench.cases import queries as cases
from haven.workbench.evidence import queries as evidence

TICK_S = 1.0  # a page asks every 2 s
GROUP_EVERY_S = 20.0
GROUP_EVERY_FACES = 500
GROUP_SHARE = 0.1  # of the time, at most, goes into grouping while a run is going
FOLDER_GONE = "run.folder_gone"
NO_AUTHORITY = "run.no_authority"
KNOWN_GOOD = engine.KnownGood.code
CRASHED = "run.crashed"  # something nobody planned; the log has the rest
_STRENGTH = {"fast": 0, "balanced": 1, "thorough": 2}  # profiles, the closest look last


class _Stopped(Exception):
    """The worker is asked to end; the run goes on with the next one."""


class _NotCovered(Exception):
    """No valid authority covers the run any more."""


class _FolderGone(Exception):
    """The folder of the exhibit cannot be read."""


def run_now(
    run_id: int,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = timezone.now,
) -> None:
    """Look at the files of an exhibit, or go on where an earlier attempt ended.

    Args:
        run_id: Key of the run. One that is finished is left alone.
        should_stop: Asked about once a second; True ends the attempt as interrupted.
        clock: Asked as often for the moment, to see whether an authority still covers it.

    Raises:
        CaseBusy: Another run of the case is going.
    """
    run = Run.objects.select_related("exhibit__case").filter(pk=run_id).first()
    if run is None or cases.is_erasing(run.exhibit.case_id):
        return  # the case is being erased, or is
    with locks.only_one(run.exhibit.case_id):
        run.refresh_from_db(fields=["state"])
        if run.state in (Run.State.FINISHED, Run.State.FAILED):
            return
        attempt = _Attempt(run, should_stop, clock)
        try:
            with keys.opened(run.exhibit.case.public_id) as key:
                attempt.go(key)
        except _Stopped:
            attempt.end(Run.State.INTERRUPTED)
        except _FolderGone:
            attempt.end(Run.State.FAILED, error_code=FOLDER_GONE)
        except _NotCovered:
            attempt.end(Run.State.FAILED, error_code=NO_AUTHORITY)
        except (engine.EngineError, keys.KeyGone, keys.WrapperTrouble) as error:
            attempt.end(Run.State.FAILED, error_code=error.code)
        except DatabaseError:
            raise  # nothing can be written now; the run is taken up again when it can
        except Exception:  # isolation point: the run is marked, the worker logs and goes on
            attempt.end(Run.State.FAILED, error_code=CRASHED)
            raise


class _Attempt:
    """One attempt at a run, and what it has counted so far."""

    def __init__(
        self, run: Run, should_stop: Callable[[], bool], clock: Callable[[], datetime]
    ) -> None:
        self.run = run
        self.exhibit = run.exhibit
        self.root = evidence.root(run.exhibit)
        self.should_stop = should_stop
        self.clock = clock
        self.embeds = bool(run.options.get("embed"))
        self.found: list[tuple[bytes, engine.Occurrence]] = []  # paths not yet written
        self.waiting: dict[str, int] = {}  # sha256 to paths whose content is being looked at
        self.ticked_at = 0.0
        self.told_at = time.monotonic()
        self.grouped_at = time.monotonic()
        self.grouping_s = 0.0
        self.new_faces = 0
        self.good: list[Callable[[engine.Digests], bool]] = []

    def go(self, key: keys.CaseKey) -> None:
        """Do the whole run; the key opens what was uploaded."""
        self._require_authority()
        options = engine.for_profile(self.run.options["profile"], embed=self.embeds)
        models = engine.models_in(settings.HAVEN_ASSETS_DIR)
        self._begin(options, models)
        self._count(key)
        with (
            ExitStack() as open_lists,
            engine.runner(
                settings.HAVEN_RUNNER,
                workers=settings.HAVEN_WORKERS,
                reads=[*self._open_to_workers(), *models.files],
                confined=settings.HAVEN_SANDBOX,
            ) as runner,
        ):
            self._stood(runner)
            self.good = [
                open_lists.enter_context(known_good(self.exhibit.case))
                for known_good in hooks.known_good
            ]
            for result in engine.analyse(
                self._paths(key),
                options=options,
                models=models,
                runner=runner,
                is_done=self._is_done,
                is_known_good=self._is_known_good,
            ):
                if isinstance(result, engine.Occurrence):
                    self._take_path(result)
                else:
                    self._take_content(result)
                self._tick()
        self._write_paths()
        grouping.regroup(self.exhibit.case_id, settle=True)
        self.end(Run.State.FINISHED)

    def end(self, state: Run.State, *, error_code: str = "") -> None:
        """Write how the attempt ended."""
        run = self.run
        self._write_paths()
        run.state, run.error_code = state, error_code
        run.heartbeat_at = timezone.now()
        if state in (Run.State.FINISHED, Run.State.FAILED):
            run.finished_at = run.heartbeat_at
        with transaction.atomic():
            run.save()
            if run.finished_at:
                record(
                    "run.finish",
                    actor=None,
                    target=run,
                    case_id=self.exhibit.case_id,
                    agency_id=self.exhibit.case.agency_id,
                    outcome="failed" if state == Run.State.FAILED else "done",
                    state=str(state),
                    error_code=error_code,
                    n_files=run.n_files,
                    n_examined=run.n_examined,
                )
        self._tell()

    def _tell(self) -> None:
        """Tell the parts above that there may be new items."""
        hooks.items_came.send(sender=None, case_pk=self.exhibit.case_id)
        self.told_at = time.monotonic()

    def _begin(self, options: engine.Options, models: engine.Models) -> None:
        """Mark the run as running and start its counts afresh."""
        run = self.run
        run.versions = engine.versions(models)
        run.options = options.as_dict()
        run.options_key = engine.fingerprint(options, run.versions)
        run.state, run.error_code = Run.State.RUNNING, ""
        run.n_files, run.finished_at = None, None
        run.n_seen = run.n_examined = run.n_known = run.n_faces = 0
        run.attempts += 1
        run.started_at = run.heartbeat_at = timezone.now()
        run.save()

    def _open_to_workers(self) -> list[Path]:
        """Return what workers open themselves; of an upload they are handed the bytes."""
        return [] if self.exhibit.kind == self.exhibit.Kind.UPLOAD else [self.root]

    def _stood(self, runner: engine.Runner) -> None:
        """Keep what stood around the decoders; it does not change what they find."""
        self.run.versions = {**self.run.versions, "sandbox": runner.sandbox.as_dict()}
        self.run.save(update_fields=["versions"])

    def _count(self, key: keys.CaseKey) -> None:
        """Count the files, so that progress has an end."""
        if not self.root.is_dir():
            raise _FolderGone
        total = 0
        for _path in self._paths(key):
            total += 1
            self._tick()
        self.run.n_files = total
        self._tick(now=True)

    def _paths(self, key: keys.CaseKey) -> Iterable[Path | engine.Source]:
        """Return the files to look at: all, or those that an earlier run could not."""
        if self.exhibit.kind == self.exhibit.Kind.UPLOAD:
            return self._uploaded(key)
        if not self.run.retry_codes:
            return engine.find_sources([self.root])
        rows = self._again().values_list("path_bytes", flat=True)
        return [self.root / os.fsdecode(bytes(path_bytes)) for path_bytes in rows]

    def _uploaded(self, key: keys.CaseKey) -> Iterable[engine.Source]:
        """Yield the files of an upload; a file that is gone fails, it does not go missing."""
        if self.run.retry_codes:
            names = list(self._again().values_list("stored_name", flat=True))
        else:
            names = evidence.stored_names(self.exhibit)
        for name in names:
            bound_to = evidence.bound_to(self.exhibit, name)
            yield Sealed(name, self.root / name, key, kind=evidence.UPLOAD, bound_to=bound_to)

    def _again(self) -> QuerySet[Occurrence]:
        """Return the paths to look at again."""
        again = Occurrence.objects.filter(exhibit=self.exhibit).filter(
            Q(error_code__in=self.run.retry_codes)
            | Q(item__status=Item.Status.FAILED, item__error_code__in=self.run.retry_codes)
        )
        return again.order_by("path_key")

    def _is_done(self, digests: engine.Digests) -> bool:
        """Tell whether this content needs no look in this run."""
        row = (
            Item.objects.filter(case_id=self.exhibit.case_id, sha256=digests.sha256)
            .values_list("options_key", "status", "error_code", "run_id", "run__options")
            .first()
        )
        if row is None or not row[0]:  # without a key: its templates were erased
            return False
        key, status, error_code, run_id, options = row
        if error_code == KNOWN_GOOD and not self._is_known_good(digests):
            return False  # the list that had it was taken out, or is over
        if run_id == self.run.pk and key == self.run.options_key:
            return True
        if self.run.retry_codes:
            return not (status == Item.Status.FAILED and error_code in self.run.retry_codes)
        if key == self.run.options_key:  # another run may do what a crash or a timeout stopped
            return not (status == Item.Status.FAILED and error_code in queries.RETRYABLE)
        if status != Item.Status.DONE:
            return False
        closer = _closeness(options)  # a closer look is not thrown away
        mine = _closeness(self.run.options)
        return closer != mine and all(a >= b for a, b in zip(closer, mine, strict=True))

    def _is_known_good(self, digests: engine.Digests) -> bool:
        """Tell whether a list of the agency says that this content needs no look."""
        return any(has(digests) for has in self.good)

    def _take_path(self, occurrence: engine.Occurrence) -> None:
        """Remember a path; it is written with the next tick."""
        is_upload = self.exhibit.kind == self.exhibit.Kind.UPLOAD
        below = os.fsencode(
            occurrence.path if is_upload else os.path.relpath(occurrence.path, self.root)
        )
        self.found.append((below, occurrence))
        digests = occurrence.digests
        if digests is None:
            self.run.n_seen += 1
        elif digests.sha256 in self.waiting:
            self.waiting[digests.sha256] += 1
        elif self._is_done(digests):
            self.run.n_seen += 1
            self.run.n_known += 1
        else:
            self.waiting[digests.sha256] = 1

    def _take_content(self, media: engine.Media) -> None:
        """Write what was found in a content."""
        saving.content(self.run, media)
        self.run.n_examined += 1
        self.run.n_seen += self.waiting.pop(media.digests.sha256, 0)
        self.run.n_faces += len(media.faces)
        self.new_faces += len(media.faces)

    def _write_paths(self) -> None:
        """Write the paths that are not yet written."""
        found, self.found = self.found, []
        is_upload = self.exhibit.kind == self.exhibit.Kind.UPLOAD
        stored = {os.fsdecode(below) for below, _one in found} if is_upload else set()
        came_as = evidence.came_as(self.exhibit, stored)
        saving.paths(
            self.exhibit,
            [
                saving.Found(
                    name_bytes=came_as.get(os.fsdecode(below), below),
                    stored_name=os.fsdecode(below) if is_upload else "",
                    sha256=one.digests.sha256 if one.digests else "",
                    error_code=one.error_code or "",
                )
                for below, one in found
            ],
        )

    def _tick(self, *, now: bool = False) -> None:
        """About once a second: write paths and counts, group, and see whether to stop."""
        if not now and time.monotonic() - self.ticked_at < TICK_S:
            return
        self._write_paths()
        self.run.heartbeat_at = timezone.now()
        self.run.save(
            update_fields=["n_files", "n_seen", "n_examined", "n_known", "n_faces", "heartbeat_at"]
        )
        self._group()
        if time.monotonic() - self.told_at >= hooks.TELL_EVERY_S:
            self._tell()
        self.ticked_at = time.monotonic()
        if self.should_stop() or cases.is_erasing(self.exhibit.case_id):
            raise _Stopped
        self._require_authority()

    def _require_authority(self) -> None:
        """Return if an authority covers the run now; take up another where its own ended.

        Raises:
            _NotCovered: None does; what was found stays.
        """
        case_pk, at, power = self.exhibit.case_id, self.clock(), authority.POWER
        found = authority.all_covering(case_pk, power.ANALYSE, exhibit_pk=self.exhibit.pk, at=at)
        if not found or (
            self.embeds
            and not authority.covering(case_pk, power.TEMPLATES, exhibit_pk=self.exhibit.pk, at=at)
        ):
            raise _NotCovered
        if self.run.authority_id in [one.pk for one in found]:
            return
        with transaction.atomic():
            self.run.authority = found[0]
            self.run.save(update_fields=["authority"])
            record(
                "run.change_authority",
                actor=None,
                target=self.run,
                case_id=case_pk,
                agency_id=self.exhibit.case.agency_id,
                authority=found[0].pk,
            )

    def _group(self) -> None:
        """Group what is there when enough is new and it is cheap enough."""
        waited_s = time.monotonic() - self.grouped_at
        is_due = waited_s >= GROUP_EVERY_S or self.new_faces >= GROUP_EVERY_FACES
        if not self.new_faces or not is_due or waited_s * GROUP_SHARE < self.grouping_s:
            return
        began = time.monotonic()
        grouping.regroup(self.exhibit.case_id)
        self.grouped_at = time.monotonic()
        self.grouping_s = self.grouped_at - began
        self.new_faces = 0


def _closeness(options: Mapping[str, object]) -> tuple[int, bool]:
    """Return how close a look is: its profile, and whether it describes faces."""
    return _STRENGTH.get(str(options.get("profile")), -1), bool(options.get("embed"))
