"""``results`` and ``notes`` in ``line.yaml``: what a volunteer may say of a talk by one key, and a spoken word for the
next shift. Format and defaults: `rosters/README.md`.
"""

from dataclasses import replace

from hotline_agi.roster.document import Node, Scalar
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Notes, TalkResult, TalkResults
from hotline_agi.roster.probes import also, narrowed
from hotline_agi.roster.values import ident, integer, names, yes_no

KNOWN = {
    "resolved": TalkResult(id="resolved", key="2", name={"zh": "已解决", "en": "resolved"}),
    "referred": TalkResult(id="referred", key="3", name={"zh": "已转介", "en": "referred"}),
    "silent": TalkResult(id="silent", key="4", name={"zh": "无声", "en": "silent"}),
    "prank": TalkResult(id="prank", key="5", name={"zh": "骚扰", "en": "prank"}),
    "high-risk": TalkResult(id="high-risk", key="6", name={"zh": "高危", "en": "high risk"}),
}
"""Those that there are prompts for."""
KEYS = ("2", "3", "4", "5", "6", "7", "8", "0")
"""1 ends the rest and 9 leaves a note; hash and star end what is said."""
FLAGGING = frozenset({"high-risk"})
_HOUR_S = 3600.0


def talk_results(node: Node, findings: Findings) -> TalkResults | None:
    """``{ask: yes, list: [resolved, referred, {id: called-back, name: {…}}], count: [silent], flag: [high-risk]}``."""
    fields = Fields.of(node, findings, "the results of talks")
    if fields is None:
        return None
    ask = fields.optional("ask", yes_no, True)
    listed = fields.optional("list", _results, tuple(KNOWN.values()))
    count = fields.optional("count", sequence_of(_result_id, "the results that count"), ())
    flag = fields.optional("flag", sequence_of(_result_id, "the results that flag"), None)
    menu_h = fields.optional("menu_h", integer(1, 72), 12)
    fields.close()
    keyed = _with_keys(listed, fields, findings)
    known = [one.id for one in keyed]
    for key, named in (("count", count), ("flag", flag or ())):
        for one in named:
            if one not in known:
                hint = nearest(one, known) or f"one of: {', '.join(known)}"
                findings.error(fields.mark(key), f"'{one}' is none of the results of this line", hint)
    flags = FLAGGING & set(known) if flag is None else frozenset(flag)
    return TalkResults(ask=ask, list=keyed, count=frozenset(count), flag=flags, within_s=menu_h * _HOUR_S)


def notes(node: Node, findings: Findings) -> Notes | None:
    """``{ask: yes, for_h: 24}``."""
    fields = Fields.of(node, findings, "the notes for the next shift")
    if fields is None:
        return None
    ask = fields.optional("ask", yes_no, True)
    for_h = fields.optional("for_h", integer(1, 168), 24)
    fields.close()
    return Notes(ask=ask, for_s=for_h * _HOUR_S)


_result_id = ident("a result")
_digit = integer(0, 8)


def _key(node: Node, findings: Findings) -> str | None:
    digit = _digit(node, findings)
    if digit is not None and str(digit) not in KEYS:
        findings.error(node.mark, f"key {digit} is taken: it ends the rest after a talk", f"one of: {', '.join(KEYS)}")
        return None
    return None if digit is None else str(digit)


def _results(node: Node, findings: Findings) -> tuple[TalkResult, ...] | None:
    found = _list(node, findings)
    if found is None:
        return None
    if not found:
        findings.error(node.mark, "the list of results is empty", "delete it: the usual ones are taken")
        return None
    if len(found) > len(KEYS):
        what = f"{len(found)} results, but there are {len(KEYS)} keys for them ({', '.join(KEYS)})"
        findings.error(node.mark, what, "shorten the list: who is tired cannot keep so many in mind either")
        return None
    seen: set[str] = set()
    for one in found:
        if one.id in seen:
            findings.error(node.mark, f"the result '{one.id}' stands twice", "keep one")
        seen.add(one.id)
    return found


@also({"enum": list(KNOWN)})
def _result(node: Node, findings: Findings) -> TalkResult | None:
    """``resolved``, or ``{id: called-back, name: {zh: 已回电, en: called back}, key: 7}``."""
    if isinstance(node, Scalar):
        if node.text in KNOWN:
            return KNOWN[node.text]
        hint = nearest(node.text, KNOWN) or "one of your own is written {id: …, name: {zh: …, en: …}}"
        findings.error(node.mark, f"there is no result {node.shown}", hint)
        return None
    fields = Fields.of(node, findings, "a result")
    if fields is None:
        return None
    id_ = fields.required("id", _result_id)
    name = fields.optional("name", names, None)
    key = fields.optional("key", _key, None) or ""
    fields.close()
    if id_ is None:
        return None
    known = KNOWN.get(id_)
    if name is None and known is None:
        if not fields.has("name"):
            findings.error(node.mark, f"the result '{id_}' has no name", "add name: {zh: …, en: …}: it is spoken")
        return None
    if known is None or name is not None:
        assert name is not None
        return TalkResult(id=id_, key=key, name=name, is_own=True)
    return replace(known, key=key or known.key)


_list = narrowed(minItems=1, maxItems=len(KEYS))(sequence_of(_result, "the results"))


def _with_keys(listed: tuple[TalkResult, ...], fields: Fields, findings: Findings) -> tuple[TalkResult, ...]:
    """Each with a key: its own, or the first that is free."""
    taken: dict[str, str] = {}
    for one in listed:
        if one.key and one.key in taken:
            what = f"key {one.key} is for '{taken[one.key]}' and for '{one.id}'"
            findings.error(fields.mark("list"), what, f"give one of them another key: {', '.join(KEYS)}")
        elif one.key:
            taken[one.key] = one.id
    free = iter([key for key in (*KEYS[5:], *KEYS[:5]) if key not in taken])
    return tuple(one if one.key else replace(one, key=next(free, KEYS[0])) for one in listed)
