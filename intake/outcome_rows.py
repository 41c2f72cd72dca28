"""The planner of outcomes: a row is an outcome, a claim about one, or both; rows of one outcome share an identifier."""

import uuid
from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from exchanges.alike import Count, alike_outcomes
from exchanges.models import Claim, Outcome, OutcomeAgreement, OutcomeChannel, OutcomeRole
from exchanges.vocabulary import ActorRole, OutcomeStatus, Stage
from intake.lookups import Lookups
from intake.planning import CHANGED, LEFT, NEW, REFERENCE, SAME, Plan, Planner, Values
from intake.shapes import OF_CLAIM
from records.dates import DatePrecision, Occasion
from reports.public_record import codes
from reports.public_record.cells import WHOLE, items
from sources.models import Citation, Quantifier

IDENTITY = ("claimant_id", "direction", "category", "number", "quantifier", "as_of")


class OutcomePlanner(Planner):
    """Outcomes with their links, and claims with their citations. A figure that changed makes a new claim."""

    def __init__(self, recipe, **options):
        super().__init__(recipe, **options)
        self.of_outcome = frozenset(self.empty) - set(OF_CLAIM)
        # Of the outcomes met so far in the file: what they say, and the identity they have or will have.
        self.said: dict[str, int] = {}
        self.met: dict[str, str] = {}
        self.withdrawn: set[str] = set()

    def contradictions(self, values: Values):
        yield from super().contradictions(values)
        if self.claims(values):
            if not values["claimant"]:
                yield "claimant", _("a figure without anybody who says it"), _("Name who says it.")
            if not values["category"]:
                yield "category", _("the cell is empty"), _("Say of what the figure speaks.")
            if values["direction"] and values["direction"] not in self.lookups.directions:
                known = ", ".join(sorted(self.lookups.directions))
                told = _("%(value)s is no direction of this conflict") % {"value": repr(values["direction"])}
                yield "direction", told, _("Choose one of: %(known)s.") % {"known": known}
        if not values["id"] and not values["started_on"]:
            yield "id", _("neither an identifier nor a date"), _("Give the outcome's identifier, or its date.")

    @staticmethod
    def claims(values: Values) -> bool:
        """Whether the row states a figure; one without a number states that none was disclosed."""
        return bool(values["claimant"] or values["number"] or values["claim_id"])

    def compare(self, plan: Plan) -> None:
        keys = [self.identity(values, self.of_outcome) for _line, values in plan.rows]
        self.there = self.known(Outcome, [key for key in set(keys) if key not in self.met])
        self.places = self.known_places((values["place"], "", "", "") for _line, values in plan.rows)
        named = {one for _line, v in plan.rows for one in (*items(v["source_ids"]), v["source"]) if one}
        self.sources = self.lookups.sources(named)
        self.cited = self.sources_of([record.pk for record in self.there.values()])
        new: dict[str, tuple[int, Occasion]] = {}
        rows = []
        for (line, values), key in zip(plan.rows, keys, strict=True):
            outcome = self.outcome(plan, line, values, key, new)
            if outcome is not None and self.claims(values):
                rows.append((line, values, key, outcome))
        self.add_claims(plan, rows)
        if self.tells_alike:
            self.look_alike(plan, new, rows)

    @staticmethod
    def sources_of(outcomes: list) -> dict[str, set[str]]:
        """Return the sources cited by outcomes that are there."""
        cited = defaultdict(set)
        found = Citation.objects.filter(record_id__in=outcomes) if outcomes else Citation.objects.none()
        for record, source in found.values_list("record_id", "source_id"):
            cited[str(record)].add(str(source))
        return cited

    def outcome(self, plan: Plan, line: int, values: Values, key: str, new: dict) -> str | None:
        """Return the identity of the row's outcome, planned where it is new; None where the row is refused."""
        says = hash(tuple(values[name] for name in sorted(self.of_outcome)))
        says_nothing = not any(values[name] for name in self.of_outcome if name != "id")
        if key in self.withdrawn:
            plan.fates[line] = LEFT
            return None
        if key in self.met:
            if says_nothing or self.said.get(key) in (None, says):
                plan.mark(line, SAME)
                return self.met[key]
            told = _("it says something else of the outcome than an earlier row")
            self.refuse(plan, line, "id", key, told, _("Say the same in each row of one outcome, or leave it empty."))
            return None
        record = self.there.get(key)
        if record is not None and record.is_withdrawn:
            self.withdrawn.add(key)
            plan.fates[line] = LEFT
            return None
        if record is not None and says_nothing:
            self.met[key] = str(record.pk)
            plan.mark(line, SAME)
            return self.met[key]
        if record is None and not values["started_on"]:
            self.unknown(plan, line, "id", key)
            return None
        if not self.links(plan, line, values):
            return None
        fields = self.fields(plan, values)
        if record is None and not fields["outcome_kind"]:
            told = _("Give a column with the kind, or choose one for the whole file.")
            self.refuse(plan, line, "kind", "", _("the kind of outcome is not stated"), told)
            return None
        if record is None:
            pk = plan.insert(Outcome, external_id=key, conflict_id=str(self.recipe.conflict.pk), **fields)
            plan.mark(line, NEW)
            plan.made.append((line, Outcome, pk))
            new[pk] = line, Occasion((self.recipe.conflict.pk, str(fields["outcome_kind"])), self.span(values))
            self.add_links(plan, values, pk, key)
        else:
            pk = str(record.pk)
            self.stays(plan, line, record, {name: v for name, v in fields.items() if self.is_mapped(name)})
        self.said[key], self.met[key] = says, pk
        for position, name in enumerate(items(values["source_ids"]), 1):
            if self.sources[name.strip()] not in self.cited[pk]:
                self.cite(plan, Outcome, pk, key, name, self.sources[name.strip()], position)
                plan.mark(line, CHANGED)
        return pk

    def links(self, plan: Plan, line: int, values: Values) -> bool:
        """Whether everything the outcome is tied to is known; what is not is refused."""
        for name, known in (("channel", self.lookups.channels), ("agreement", self.lookups.agreements)):
            if values[name] and values[name] not in known:
                self.unknown(plan, line, name, values[name])
                return False
        for name, known in (("intermediaries", self.lookups.actors), ("source_ids", self.sources)):
            if self.list_of(plan, line, values, name, known) is None:
                return False
        return True

    def fields(self, plan: Plan, values: Values) -> dict[str, Any]:
        status = codes.PASSAGE_STATUS.get(values["status"], values["status"]) or OutcomeStatus.COMPLETED
        variant = codes.STATUS_THAT_IS_A_VARIANT.get(values["status"], values["variant"])
        if values["status"] in codes.STATUS_THAT_IS_A_VARIANT:
            status = OutcomeStatus.COMPLETED
        return {
            "outcome_kind": values["kind"] or self.recipe.kind,
            "title": values["title"],
            "variant": str(variant),
            "status": str(status),
            "series_number": int(values["series_number"]) if values["series_number"] else None,
            "started_on": values["started_on"] or None,
            "ended_on": values["ended_on"] or None,
            "date_precision": values["date_precision"] or DatePrecision.DAY.value,
            "place_id": self.place(plan, self.places, (values["place"], "", "", "")),
            "notes": values["notes"],
        }

    def is_mapped(self, column: str) -> bool:
        if column == "outcome_kind":
            return "kind" in self.mapped
        if column == "variant":
            return bool(self.mapped & {"variant", "status"})
        return column.removesuffix("_id") in self.mapped

    def add_links(self, plan: Plan, values: Values, outcome: str, key: str) -> None:
        """Plan the links of a new outcome to channel, agreement and intermediaries."""
        channel, agreement = values["channel"], values["agreement"]
        if channel:
            plan.insert(OutcomeChannel, outcome_id=outcome, channel_id=self.lookups.channels[channel],
                        external_id=f"{key}/channel/{channel}"[:200])  # fmt: skip
        if agreement:
            plan.insert(OutcomeAgreement, outcome_id=outcome, agreement_id=self.lookups.agreements[agreement],
                        external_id=f"{key}/agreement/{agreement}"[:200])  # fmt: skip
        for position, actor in enumerate(items(values["intermediaries"]), 1):
            plan.insert(OutcomeRole, outcome_id=outcome, actor_id=self.lookups.actors[actor.strip()],
                        role=ActorRole.INTERMEDIARY.value, position=position,
                        external_id=f"{key}/intermediary/{actor}"[:200])  # fmt: skip

    # Claims -----------------------------------------------------------------------------------------------------------

    def add_claims(self, plan: Plan, rows: list[tuple[int, Values, str, str]]) -> None:
        """Plan a claim for all rows that say the same of one outcome, and a citation for each row with a source."""
        keys = {line: self.claim_key(values, key) for line, values, key, _outcome in rows}
        cited = self.cited_before(list(keys.values()))
        standing = self.standing({outcome for _line, _values, _key, outcome in rows})
        for line, values, _key, outcome in rows:
            key = keys[line]
            if self.stands_twice(plan, line, "claim_id", key):
                continue
            fields = self.claim_fields(plan, line, values)
            if fields is None:
                continue
            identity = (outcome, *(as_key(fields[name]) for name in IDENTITY))
            before = cited.get(key)
            if before is not None and identity_of(before) == identity:
                plan.mark(line, LEFT if before.is_withdrawn else SAME)
                continue
            claim = standing.get(identity)
            if claim is not None and not values["source"]:
                plan.mark(line, SAME)
                continue
            if claim is None:
                superseded = before if before is not None and not before.is_withdrawn else None
                columns = fields | {"supersedes_id": str(superseded.pk) if superseded is not None else None}
                claim = plan.insert(Claim, outcome_id=outcome, external_id=key, **columns)
                standing[identity] = claim
                plan.made.append((line, Claim, claim))
            plan.mark(line, NEW if before is None else CHANGED)
            if values["source"]:
                self.cite(plan, Claim, claim, key, "", self.sources[values["source"]], 1)

    def claim_key(self, values: Values, key: str) -> str:
        """Return the identifier of the row's claim; of one without an identifier a digest of what it says."""
        told = {name: values[name] for name in OF_CLAIM if name != "claim_id"}
        return self.identity({"id": values["claim_id"], "outcome": key, **told})

    @staticmethod
    def cited_before(keys: list[str]) -> dict[str, Claim]:
        """Return by identifier the claims that earlier imports made of the same rows, the last of each."""
        references = [key for key in keys if REFERENCE.fullmatch(key)]
        of_rows = Q(external_id__in=keys) | Q(reference__in=references)
        cited: dict[str, Citation] = {}
        for citation in Citation.objects.filter(of_rows).order_by("recorded_at", "id"):
            for key in (citation.external_id, citation.reference):
                if key not in cited or cited[key].is_withdrawn or not citation.is_withdrawn:
                    cited[key] = citation
        claims = Claim.objects.filter(Q(external_id__in=keys) | Q(pk__in=[one.record_id for one in cited.values()]))
        found = {claim.pk: claim for claim in claims.order_by("recorded_at", "id")}
        by_key = {claim.external_id: claim for claim in found.values()}
        return by_key | {key: found[one.record_id] for key, one in cited.items() if one.record_id in found}

    @staticmethod
    def standing(outcomes: set[str]) -> dict[tuple, str]:
        """Return by what they say the claims about these outcomes that stand, verified or not, and are not replaced."""
        claims = Claim.objects.standing().filter(outcome__in=outcomes)
        replaced = claims.exclude(supersedes=None).values("supersedes")
        found = claims.filter(refuted_at=None).exclude(pk__in=replaced)
        return {identity_of(claim): str(claim.pk) for claim in found}

    def claim_fields(self, plan: Plan, line: int, values: Values) -> dict[str, Any] | None:
        """Return the columns of the row's claim; None where what it names is not known, which is refused."""
        actor = self.lookups.actors.get(values["claimant"])
        if actor is None:
            return self.unknown(plan, line, "claimant", values["claimant"])
        if values["source"] and values["source"] not in self.sources:
            return self.unknown(plan, line, "source", values["source"])
        category = values["category"]
        quantifier = codes.QUANTIFIER.get(values["quantifier"], values["quantifier"]) or Quantifier.EXACTLY
        return {
            "claimant_id": actor,
            "claimant_words": values["claimant"],
            "claim_kind": self.lookups.claim_kind(actor),
            "direction": direction_of(values, self.lookups),
            "category": category,
            "number": int(values["number"]) if values["number"] else None,
            "quantifier": str(quantifier),
            "stage": str(codes.STAGE.get(category, Stage.DELIVERED)),
            "as_of": values["as_of"] or None,
        }

    def look_alike(self, plan: Plan, new: dict[str, tuple[int, Occasion]], rows: list) -> None:
        """Note the outcomes the importer sees that may be the new ones, by what the rows say of each."""
        said: dict[str, list[Count]] = defaultdict(list)
        for _line, values, _key, outcome in rows:
            if outcome in new and (count := count_of(values, self.lookups)) is not None:
                said[outcome].append(count)
        found = alike_outcomes({outcome: (occasion, said[outcome]) for outcome, (_line, occasion) in new.items()})
        plan.look_alike({outcome: [line] for outcome, (line, _occasion) in new.items()}, found)


def direction_of(claim: Values, lookups: Lookups) -> str:
    """Return the direction of a figure; the measures of safe passages say it themselves."""
    category = claim.get("category", "")
    named = next((one for one in lookups.directions if category.startswith(f"{one}_")), "")
    return claim.get("direction") or named


def count_of(claim: Values, lookups: Lookups) -> Count | None:
    """Return what a claim counts; None where it states no number, or by nobody known here."""
    claimant, number = lookups.actors.get(claim.get("claimant", "")), claim.get("number", "")
    if claimant is None or not WHOLE.fullmatch(number):
        return None
    return Count(uuid.UUID(claimant), direction_of(claim, lookups), claim.get("category", ""), int(number))


def as_key(value: Any) -> str:
    return "" if value is None else str(value)


def identity_of(claim: Claim) -> tuple:
    """Return what makes a claim this claim and no other."""
    return (str(claim.outcome_id), *(as_key(getattr(claim, name)) for name in IDENTITY))
