"""What people said to a campaign, as rows of a table; read-only."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import and_, select

from hotline_agi.errors import SetupError
from hotline_agi.store.campaign_calls import Tally, tallies
from hotline_agi.store.dialect import Trouble, opened, said
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema_campaign import CAMPAIGN_ANSWER, CAMPAIGN_ATTEMPT, CAMPAIGN_NUMBER, CAMPAIGN_PERSON

HEAD = ("list_row", "language", "state", "outcome", "attempts", "last_attempt_at")


def known_campaigns(path: Path) -> list[Tally]:
    """How far each campaign is.

    :raises SetupError: if there is no journal, or it cannot be read.
    """
    JournalReader.open(path).close()  # says what is wrong, if anything is
    try:
        with closing(opened(path, mode="ro", busy_s=2.0, begin="BEGIN")) as connection, connection.begin():
            return tallies(connection)
    except Trouble as error:
        raise SetupError(f"the journal {path} cannot be read ({said(error)})") from error


def answer_rows(path: Path, campaign: str, *, numbers: bool) -> Iterator[list[str]]:
    """A head, then a row for each person of the list, in its order; a column for each question that was answered.

    :param numbers: with the telephone number of each, as far as it is not forgotten.
    :raises SetupError: if the journal cannot be read.
    """
    person, answer, attempt = CAMPAIGN_PERSON.c, CAMPAIGN_ANSWER.c, CAMPAIGN_ATTEMPT.c
    with JournalReader.open(path) as reader:
        known = reader.ask(select(answer.question).where(answer.campaign == campaign).distinct())
        given = reader.ask(select(answer.person, answer.question, answer.answer).where(answer.campaign == campaign))
        placed = reader.ask(
            select(attempt.person, attempt.placed_at).where(attempt.campaign == campaign).order_by(attempt.placed_at)
        )
        number = CAMPAIGN_NUMBER.c
        of_person = and_(number.campaign == person.campaign, number.person == person.person)
        people = reader.ask(
            select(CAMPAIGN_PERSON, number.number)
            .join_from(CAMPAIGN_PERSON, CAMPAIGN_NUMBER, of_person, isouter=True)
            .where(person.campaign == campaign)
            .order_by(person.person)
        )
    questions = sorted(row["question"] for row in known)
    answers = {(row["person"], row["question"]): row["answer"] for row in given}
    last = {row["person"]: row["placed_at"] for row in placed}
    yield [*HEAD, *(["number"] if numbers else []), *questions]
    for row in people:
        who = row["person"]
        yield [
            str(row["list_row"]), row["language"], row["state"], row["outcome"] or "", str(row["attempts"]),
            last.get(who, ""), *([row["number"] or ""] if numbers else []),
            *(answers.get((who, question), "") for question in questions),
        ]  # fmt: skip
