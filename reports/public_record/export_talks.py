"""Sources, intermediaries, persons, channels, meetings and agreements as rows."""

from collections import defaultdict
from collections.abc import Iterator

from intermediaries.models import Actor, Representative
from negotiations.models import (
    Agreement,
    Channel,
    ChannelIntermediary,
    ChannelParty,
    Commitment,
    Meeting,
    Participant,
)
from negotiations.vocabulary import MeetingStatus
from reports.public_record import codes, commitments
from reports.public_record.checking import OTHER
from reports.public_record.directory import key_of
from reports.public_record.export_cells import day, joined, keys, partial_day, place_cells, sources_of
from sources.models import Source


def sources() -> Iterator[dict[str, str]]:
    for source in Source.objects.counted():
        yield {
            "source_id": key_of(source),
            "publisher": source.publisher,
            "title": source.title,
            "url": source.url,
            "published_on": day(source.published_on),
            "language": source.language,
            "kind": source.source_kind,
            "title_from": source.title_from,
        }


def intermediaries() -> Iterator[dict[str, str]]:
    for actor in Actor.objects.counted().intermediaries():
        yield {
            "intermediary_id": key_of(actor),
            "name": actor.name,
            "kind": codes.KIND_OF_ACTOR.get(actor.kind_of_actor, actor.kind_of_actor),
            "iso3": actor.iso_code,
            "notes": actor.notes,
        }


def people() -> Iterator[dict[str, str]]:
    cited = sources_of(Representative)
    for person in Representative.objects.counted().select_related("actor"):
        yield {
            "person_id": key_of(person),
            "name": person.name,
            "party_or_org": person.actor_words or person.actor.name,
            "role": person.position,
            "notes": person.notes,
            "source_ids": joined(cited[person.pk]),
        }


def channels() -> Iterator[dict[str, str]]:
    cited = sources_of(Channel)
    third = keys(ChannelIntermediary.objects, "channel", "actor")
    parties = defaultdict(list)
    for link in ChannelParty.objects.counted().select_related("actor").order_by("position", "recorded_at", "id"):
        parties[link.channel_id].append(link.actor.name)
    for channel in Channel.objects.counted():
        yield {
            "channel_id": key_of(channel),
            "name": channel.name,
            "mode": channel.mode,
            "parties": joined(parties[channel.pk]),
            "topics": joined(channel.topics),
            "status": channel.status,
            "started_on": partial_day(channel),
            "intermediaries": joined(third[channel.pk]),
            "notes": channel.notes,
            "source_ids": joined(cited[channel.pk]),
        }


def meetings() -> Iterator[dict[str, str]]:
    cited = sources_of(Meeting)
    participants = defaultdict(list)
    links = Participant.objects.counted().select_related("representative", "actor")
    for link in links.order_by("position", "recorded_at", "id"):
        named = key_of(link.representative) if link.representative_id else f"{OTHER}{link.words or link.actor.name}"
        participants[link.meeting_id].append(named)
    for meeting in Meeting.objects.counted().filter(status=MeetingStatus.HELD).select_related("channel", "place"):
        yield {
            "meeting_id": key_of(meeting),
            "channel_id": key_of(meeting.channel),
            "started_on": day(meeting.started_on),
            "ended_on": day(meeting.ended_on),
            "date_precision": meeting.date_precision,
            **place_cells(meeting.place),
            "format": meeting.format,
            "participants": joined(participants[meeting.pk]),
            "summary": meeting.summary,
            "source_ids": joined(cited[meeting.pk]),
        }


def agreements() -> Iterator[dict[str, str]]:
    cited = sources_of(Agreement)
    promises = defaultdict(list)
    for promise in Commitment.objects.counted().order_by("position", "recorded_at", "id"):
        promises[promise.agreement_id].append(commitments.words(promise))
    for agreement in Agreement.objects.counted().select_related("channel", "meeting"):
        yield {
            "agreement_id": key_of(agreement),
            "channel_id": key_of(agreement.channel),
            "meeting_id": key_of(agreement.meeting) if agreement.meeting_id else "",
            "agreed_on": day(agreement.started_on),
            "title": agreement.title,
            "status": agreement.status,
            "terms": agreement.terms,
            "commitments": ";".join(promises[agreement.pk]),
            "source_ids": joined(cited[agreement.pk]),
        }


WRITERS = {
    "sources": sources,
    "intermediaries": intermediaries,
    "people": people,
    "channels": channels,
    "meetings": meetings,
    "agreements": agreements,
}
