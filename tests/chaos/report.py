"""What a run comes to, in words and figures: printed, and kept under build/chaos/."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import percentile, plain, table
from tests.chaos.evidence import CallSeen, Evidence
from tests.chaos.judge import Verdict, lost_bound
from tests.chaos.play import Played
from tests.chaos.spans import Spans

RESULTS = Path(__file__).resolve().parents[2] / "build/chaos"
RECORDED = Path(__file__).with_name("RESULTS.md")
TOLD = 25
"""So many failures are printed in full."""


def told(evidence: Evidence, verdict: Verdict, played: Played) -> str:
    """The report as text."""
    return "\n\n".join([_faults(evidence), _ends(verdict), _figures(evidence, verdict, played)])


def failures(evidence: Evidence, verdict: Verdict) -> str:
    """Each failure, and of each call that was lost or cut what its phone saw."""
    lines = [f"  ✗ {failure}" for failure in verdict.failures[:TOLD]]
    if len(verdict.failures) > TOLD:
        lines.append(f"  … and {len(verdict.failures) - TOLD} more, in build/chaos/")
    lines += [story(call, evidence) for call in _to_tell(verdict)[:TOLD]]
    return "\n".join(lines)


def _to_tell(verdict: Verdict) -> list[CallSeen]:
    calls = [*verdict.lost, *verdict.cut, *(call for call, _ in verdict.silent), *verdict.messages_refused]
    return list({call.number: call for call in [*calls, *(call for call, _ in verdict.wrong)]}.values())


def story(call: CallSeen, evidence: Evidence) -> str:
    """One call, to be looked into."""
    end = call.ended if call.ended is not None else call.invited
    faults = [
        f"{fault.kind} at {fault.began - call.invited:+.1f} to {fault.ended - call.invited:+.1f}"
        for fault in evidence.faults
        if fault.began <= end + 2 and fault.ended >= call.invited - 10
    ]
    heard = ", ".join(f"{sound.name or 'silence'} {sound.began - call.invited:.1f}" for sound in call.heard)
    talks = ", ".join(
        f"{talk.volunteer} {talk.began - call.invited:.1f} to {talk.ended - call.invited:.1f} ({talk.ended_by})"
        for talk in call.talks
    )
    record = next((one for one in evidence.records if one.call == evidence.channels.get(call.sip_id)), None)
    wrote = f"{record.outcome}, {record.volunteer}: {', '.join(record.facts)}" if record else "no record"
    return (
        f"\n  call {call.number} on line {call.line}, wished to {call.wish}, "
        f"{evidence.channels.get(call.sip_id, 'not in the dialplan')}: {call.end_reason} {call.status}\n"
        f"    faults: {'; '.join(faults) or 'none'}\n    heard: {heard or 'nothing'}\n    talks: {talks or 'none'}\n"
        f"    journal: {wrote}\n" + "\n".join(f"    {line}" for line in call.ladder.splitlines()[-16:])
    )


def write(name: str, evidence: Evidence, verdict: Verdict, played: Played, terms: dict[str, Any]) -> Path:
    """Put all of it into build/chaos/NAME.json, and the text into NAME.md."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(figures(evidence, verdict, played, terms), indent=2, ensure_ascii=False) + "\n")
    text = told(evidence, verdict, played)
    if verdict.failures:
        text += "\n\n" + "\n".join(f"- {failure}" for failure in verdict.failures)
        text += "\n" + "\n".join(story(call, evidence) for call in _to_tell(verdict))
    path.with_suffix(".md").write_text(text + "\n")
    return path


def record(name: str, text: str, verdict: Verdict, terms: dict[str, Any]) -> None:
    """Put the text and all failures into RESULTS.md, in place of what stands there of an earlier run of that name."""
    text += "".join(f"\n  ✗ {failure}" for failure in verdict.failures)
    said = ", ".join(f"{key} {value}" for key, value in terms.items() if isinstance(value, int | float))
    when = datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    section = f"## {name}\n\n{when}; {load}; {said}\n\n```text\n{text}\n```\n"
    begin, *sections = RECORDED.read_text().split("\n## ")
    kept = [f"## {one}".rstrip() + "\n" for one in sections if one.partition("\n")[0] != name]
    RECORDED.write_text("\n".join([begin.rstrip() + "\n", *sorted([*kept, section])]))


def figures(evidence: Evidence, verdict: Verdict, played: Played, terms: dict[str, Any]) -> dict[str, Any]:
    calls = len(evidence.calls) - verdict.ends.get("crashed", 0)  # type: ignore[call-overload]
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "terms": terms,
        "took_s": round(played.took_s, 1),
        "phones_most_late_s": round(played.most_late_s, 3),
        "faults": dict(Counter(fault.kind for fault in evidence.faults)),
        "blind_share": round(blind_share(evidence), 3),
        "calls": len(evidence.calls),
        "ends": {end.value: count for end, count in verdict.ends.items()},
        "lost": len(verdict.lost),
        "lost_bound_95": lost_bound(calls, len(verdict.lost)),
        "talks_cut": len(verdict.cut),
        "one_way_talks": verdict.one_way,
        "wait_s": {name: _rounded(percentile(verdict.waits_s, share)) for name, share in _SHARES},
        "rings": len(evidence.rings),
        "rings_doubled": verdict.doubled,
        "worst_ring_for_nobody_s": round(verdict.nobody_s, 2),
        "worst_ring_for_nobody_in_faults_s": round(verdict.nobody_in_faults_s, 2),
        "accepted_in_vain": len(played.in_vain_s),
        "accepted_in_vain_worst_s": round(max(played.in_vain_s, default=0.0), 2),
        "records": len(evidence.records),
        "records_exact": verdict.exact,
        "records_marked": dict(verdict.marked),
        "records_missing_while_blind": verdict.missing_blind,
        "records_missing_while_blind_in_part": verdict.missing_partly,
        "runs_not_proved": played.unproved,
        "failures": verdict.failures,
    }


_SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


def blind_share(evidence: Evidence) -> float:
    """Of the time in which callers came and were served."""
    began = min(call.invited for call in evidence.calls)
    ended = max(call.ended for call in evidence.calls if call.ended is not None)
    blind = Spans.of((max(began, start), min(ended, end)) for start, end in evidence.blind if start < ended)
    return sum(end - start for start, end in zip(blind.starts, blind.ends, strict=True)) / (ended - began)


def _faults(evidence: Evidence) -> str:
    counts = Counter(fault.kind for fault in evidence.faults)
    lasted: dict[str, list[float]] = {}
    for fault in evidence.faults:
        lasted.setdefault(fault.kind, []).append(fault.ended - fault.began)
    rows = [[kind, str(count), plain(round(sum(lasted[kind]) / count, 1))] for kind, count in sorted(counts.items())]
    rows.append(["all", str(len(evidence.faults)), ""])
    return table(["fault", "n", "mean s"], rows)


def _ends(verdict: Verdict) -> str:
    return table(["a call", "n"], [[end.value, str(count)] for end, count in verdict.ends.most_common()])


def _figures(evidence: Evidence, verdict: Verdict, played: Played) -> str:
    calls = len(evidence.calls) - verdict.ends.get("crashed", 0)  # type: ignore[call-overload]
    bound = 100 * lost_bound(calls, len(verdict.lost))
    waits = ", ".join(f"{name} {plain(percentile(verdict.waits_s, share))}" for name, share in _SHARES)
    marked = ", ".join(f"{count} {outcome}" for outcome, count in verdict.marked.items()) or "0"
    rows: Sequence[tuple[str, str]] = (
        ("calls, minutes", f"{len(evidence.calls)}, {played.took_s / 60:.1f}"),
        ("the service was blind, share of the time", f"{100 * blind_share(evidence):.0f} %"),
        ("lost", f"{len(verdict.lost)} (with 95 % certainty fewer than {bound:.2f} %)"),
        ("talks cut", str(len(verdict.cut))),
        ("talks heard in one direction only", str(verdict.one_way)),
        ("INVITE → a human, s", waits),
        ("rings", str(len(evidence.rings))),
        ("rings of a phone in use", str(verdict.doubled)),
        ("worst ring for nobody, nothing wrong, s", plain(round(verdict.nobody_s, 2))),
        ("worst ring for nobody, in a fault, s", plain(round(verdict.nobody_in_faults_s, 2))),
        (
            "accepted in vain (worst, s)",
            f"{len(played.in_vain_s)} ({plain(round(max(played.in_vain_s, default=0.0), 1))})",
        ),
        ("records that say what the phones saw", str(verdict.exact)),
        ("records marked", marked),
        ("calls without a record, service blind all along", str(verdict.missing_blind)),
        ("calls without a record, service blind in part", str(verdict.missing_partly)),
        ("records wrong", str(len(verdict.wrong))),
        ("runs that replay does not prove", str(len(played.unproved))),
        ("phones' timer late at worst, s", plain(round(played.most_late_s, 3))),
        ("failures", str(len(verdict.failures))),
    )
    return table(["", ""], [list(row) for row in rows])


def _rounded(value: float) -> float | None:
    return None if value != value else round(value, 2)  # NaN is not JSON
