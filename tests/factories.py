"""One record of every kind, marked alike and full of one word: a small world to look for in other people's answers."""

import datetime as dt
import uuid
from types import SimpleNamespace

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from access.context import SYSTEM, acting_as, current_reader
from access.models import User
from exchanges import models as exchanges
from intake import models as intake
from intermediaries import models as intermediaries
from negotiations import models as negotiations
from records import models as records
from records.files import TEXT, keep
from records.models import ReviewState
from sources import models as sources

DAY = dt.date(2025, 5, 23)


def make(model, using: str = "default", **fields):
    """Write one record with what it needs and nothing else; the caller names the reader.

    Verified, unless ``review_state`` says otherwise or the reader is one who may not write what is already verified.
    """
    if using != "default" or current_reader().principal == SYSTEM:
        fields.setdefault("review_state", ReviewState.VERIFIED)
    record = model(**fields)
    record.save(using=using, force_insert=True)
    return record


def verified(model, **of) -> None:
    """Say of the records of a kind that match ``of`` that they are verified, whoever wrote them."""
    with acting_as(SYSTEM):
        model.objects.filter(**of).update(review_state=ReviewState.VERIFIED)


def make_world(
    word: str,
    *,
    using: str = "default",
    level: int = 0,
    compartments=(),
    author=None,
    review_state=None,
    **given,
):
    """Write one record of every kind, each carrying ``word`` in its text, and return them by kind.

    Records named in ``given`` (for example ``outcome=…``) are used instead of made: the others hang on them.
    """
    marking = {
        "level": level,
        "compartments": list(compartments),
        "author": author,
        "external_id": f"{word}-id",
    }
    if review_state:
        marking["review_state"] = review_state
    world = SimpleNamespace(**given)

    def add(part: str, model, **fields):
        if not hasattr(world, part):
            setattr(world, part, make(model, using, **(marking | fields)))
        return getattr(world, part)

    actor = add("actor", intermediaries.Actor, name=f"{word} state", kind_of_actor="state", notes=f"{word} notes")
    add("actor_name", intermediaries.ActorName, actor=actor, name=f"{word} alias")
    mandate = add("mandate", intermediaries.Mandate, actor=actor, notes=f"{word} mandate")
    representative = add(
        "representative", intermediaries.Representative, name=f"{word} envoy", actor=actor, position=f"{word} post"
    )
    source = add(
        "source",
        sources.Source,
        publisher=f"{word} press",
        title=f"{word} title",
        url=f"https://example.org/{word}",
        published_on=DAY,
    )
    paper = text_file(word)
    add("archived_copy", sources.ArchivedCopy, source=source, origin="given", state="kept", text_file=paper["file"],
        received_at=dt.datetime(2025, 5, 23, tzinfo=dt.UTC), **paper)  # fmt: skip
    conflict = add("conflict", negotiations.Conflict, name=f"{word} war", started_on=DAY)
    add(
        "party",
        negotiations.Party,
        conflict=conflict,
        actor=actor,
        position=1,
        colour="a",
        direction=f"to_{word.lower()}",
        direction_label=f"To {word}",
    )
    add("conflict_mandate", negotiations.ConflictMandate, conflict=conflict, mandate=mandate)
    place = add("place", negotiations.Place, name=f"{word} town", country_code="TUR", notes=word)
    channel = add(
        "channel",
        negotiations.Channel,
        conflict=conflict,
        name=f"{word} channel",
        mode="direct",
        notes=word,
        topics=["prisoners"],
        own_topics=[f"{word} matter"],
        started_on=DAY,
    )
    add("channel_party", negotiations.ChannelParty, channel=channel, actor=actor)
    add(
        "channel_intermediary",
        negotiations.ChannelIntermediary,
        channel=channel,
        actor=actor,
        credited_by=actor,
        date_words=word,
    )
    meeting = add(
        "meeting",
        negotiations.Meeting,
        channel=channel,
        title=f"{word} meeting",
        started_on=DAY,
        place=place,
        summary=f"{word} said",
        assessment=word,
        topics=["prisoners"],
        own_topics=[f"{word} matter"],
    )
    # It waits for a second person.
    waits = {"review_state": review_state or ReviewState.SUBMITTED}
    participant = add(
        "participant", negotiations.Participant, meeting=meeting, representative=representative, words=word, **waits
    )
    add("follow_up", negotiations.FollowUp, meeting=meeting, task=f"{word} task", due_on=DAY)
    agreement = add(
        "agreement",
        negotiations.Agreement,
        channel=channel,
        meeting=meeting,
        title=f"{word} agreement",
        status="agreed",
        terms=word,
        started_on=DAY,
    )
    add("agreement_party", negotiations.AgreementParty, agreement=agreement, actor=actor)
    commitment = add(
        "commitment",
        negotiations.Commitment,
        agreement=agreement,
        title=f"{word} promise",
        subject="prisoners",
        quantity=777,
        direction_words=word,
    )
    add("mute", negotiations.Mute, channel=channel, reason=f"{word} pause is agreed.")
    outcome = add(
        "outcome",
        exchanges.Outcome,
        conflict=conflict,
        outcome_kind="exchange",
        title=f"{word} exchange",
        started_on=DAY,
        place=place,
        notes=word,
    )
    add("outcome_channel", exchanges.OutcomeChannel, outcome=outcome, channel=channel)
    add("outcome_meeting", exchanges.OutcomeMeeting, outcome=outcome, meeting=meeting)
    add("outcome_agreement", exchanges.OutcomeAgreement, outcome=outcome, agreement=agreement)
    add("outcome_role", exchanges.OutcomeRole, outcome=outcome, actor=actor, credited_by=actor)
    direction = world.party.direction
    add("delivery", exchanges.Delivery, outcome=outcome, commitment=commitment, direction=direction, share=777,
        notes=word)  # fmt: skip
    claim = add(
        "claim",
        exchanges.Claim,
        outcome=outcome,
        claimant=actor,
        claimant_words=f"{word} ministry",
        direction=direction,
        category="total",
        number=777,
        notes=word,
    )
    estimate = add(
        "estimate",
        exchanges.Estimate,
        outcome=outcome,
        direction=direction,
        category="total",
        low=777,
        best=777,
        high=777,
        reason=f"{word} reason",
    )
    # Whoever entered a claim does not use it in an estimate: the world of one author excludes it.
    use = "triangulation" if author is None else "excluded"
    add("estimate_claim", exchanges.EstimateClaim, estimate=estimate, claim=claim, use=use, reason=word)
    add(
        "running_total",
        exchanges.RunningTotal,
        conflict=conflict,
        claimant=actor,
        claimant_words=f"{word} office",
        direction=direction,
        category="total",
        number=777,
        as_of=DAY,
        notes=word,
        counting_basis=word,
    )
    add(
        "citation",
        sources.Citation,
        source=source,
        record_type=content_type(outcome, using),
        record_id=outcome.pk,
        quote=f"{word} quoted",
    )
    about = {"record_type": content_type(outcome, using), "record_id": outcome.pk}
    add("attachment", records.Attachment, title=f"{word} paper", **text_file(word), **about)
    summary = add("summary", records.PublicSummary, title=f"{word} told", text=f"{word} in public", external_id="")
    add("summary_of", records.SummaryOf, summary=summary, **about)
    add(
        "candidate",
        intake.Candidate,
        proposes="outcome",
        conflict=conflict,
        data={"kind": "exchange", "title": f"{word} proposal", "started_on": str(DAY), "claims": [{"claimant": word}]},
        origin_words=f"{word} script",
        note=f"{word} heard",
    )
    add(
        "embargo",
        records.Embargo,
        to_level=level,
        to_compartments=list(compartments),
        at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
        reason=f"{word} talks are over",
        **about,
    )
    in_review = {"record_type": content_type(participant, using), "record_id": participant.pk}
    add("query", records.Query, field="words", text=f"{word} asks", **in_review)
    asked = author or User.objects.using(using).order_by("username").first()
    if asked is not None:
        add("assignment", records.Assignment, to=asked, **in_review)
    if author is None:  # whoever wrote a record does not check it
        add("field_check", records.FieldCheck, field="role", **in_review)
    # Neither is ever a draft, and nobody merges what they wrote.
    if author is None and not review_state:
        long_ago = dt.date(1990, 1, 1)
        add("locked_period", negotiations.LockedPeriod, conflict=conflict, until=long_ago, reason=f"{word} is closed")
        twin = add("twin", negotiations.Place, name=f"{word} town twice", country_code="TUR")
        add(
            "merge",
            records.Merge,
            record_type=content_type(place, using),
            record_id=twin.pk,
            into_id=place.pk,
            reason=f"{word} entered twice",
            level=0,
            compartments=[],
        )
    return world


def text_file(word: str) -> dict:
    """Put a file that carries the word into the store and return what its record says of it."""
    content = f"{word} on paper.".encode()
    name, digest = keep(ContentFile(content), "worlds")
    return {
        "file": name, "file_name": f"{word}.txt", "media_type": TEXT, "size": len(content), "sha256": digest,
    }  # fmt: skip


def content_type(record, using: str) -> ContentType:
    return ContentType.objects.db_manager(using).get_for_model(record)


def unknown_id() -> uuid.UUID:
    """Return an identifier that no record has."""
    return uuid.uuid4()
