"""The tables of campaigns. A person's number stands in `CAMPAIGN_NUMBER` and nowhere else; whom nobody rings again, in
`DO_NOT_CALL`, as a keyed hash alone: so that can be kept for ever.
"""

from sqlalchemy import Index, text

from hotline_agi.store.schema import _integer, _key, _maybe, _ordinal, _table, _text

CAMPAIGN = _table("campaign", _key("campaign"), _text("line"), _text("state"), _text("at", "since when"))

CAMPAIGN_PERSON = _table(
    "campaign_person",
    _key("campaign", "whom a campaign is to ring, without the number"),
    _ordinal("person", "from 1, in the order of the list"),
    _integer("list_row", "in the file that they came from"),
    _text("language"),
    _text("state"),
    _integer("attempts"),
    _text("due_at", "of somebody who is to be rung: at the soonest"),
    _maybe("outcome", "of the last attempt"),
    _text("stored_at"),
)
Index("campaign_person_due", CAMPAIGN_PERSON.c.campaign, CAMPAIGN_PERSON.c.state, CAMPAIGN_PERSON.c.due_at)
Index("campaign_person_stored", CAMPAIGN_PERSON.c.stored_at)

CAMPAIGN_NUMBER = _table(
    "campaign_number", _key("campaign"), _ordinal("person"), _text("number"), _text("token"), _text("stored_at")
)
Index("campaign_number_token", CAMPAIGN_NUMBER.c.token)
Index("campaign_number_stored", CAMPAIGN_NUMBER.c.stored_at)

CAMPAIGN_ATTEMPT = _table(
    "campaign_attempt",
    _key("attempt", "the id of its channel"),
    _text("campaign"),
    _integer("person"),
    _text("placed_at", "written before it is"),
    _maybe("answered_at"),
    _maybe("ended_at", "NULL: not over, or its end was not seen"),
    _maybe("outcome"),
)
Index("campaign_attempt_person", CAMPAIGN_ATTEMPT.c.campaign, CAMPAIGN_ATTEMPT.c.person)
Index("campaign_attempt_placed", CAMPAIGN_ATTEMPT.c.placed_at)
_IS_OPEN = text("ended_at IS NULL")
Index("campaign_attempt_open", CAMPAIGN_ATTEMPT.c.campaign, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)

CAMPAIGN_ANSWER = _table(
    "campaign_answer", _key("campaign"), _ordinal("person"), _key("question"), _text("answer"), _text("at")
)

DO_NOT_CALL = _table(
    "do_not_call",
    _key("token", "a keyed hash of the number"),
    _text("made_with", "what tells that key from another"),
    _text("at"),
    _text("source", "the campaign in whose call they pressed the key, or 'command'"),
)
