"""What editors say of the fields of ``high_risk`` in ``line.yaml``; see `schema_texts.py`."""

from hotline_agi.roster.schema_texts import Text

RISK_TEXTS = {
    "line/high_risk": Text(
        "High risk · 高危",
        "With this section a volunteer calls a supervisor into a talk by *7 and the emergency contact by *8; the "
        "caller hears nothing of it. The call is marked, the caller comes first when they call again, and follow-ups "
        "are opened.",
        "写了这一节，志愿者在通话中按 *7 请督导加入、按 *8 请紧急联系人加入，来电者听不到。该来电会被标记，"
        "来电者再次来电时优先，并按时安排回访。",
        [{"supervisors": ["chen-jing"], "emergency_contact": "duty-doctor", "follow_ups_h": [24, 168, 720]}],
    ),
    "high_risk/supervisors": Text(
        "Supervisors · 督导",
        "Rung one after the other when the slot's coordinator does not accept. They need stand in no shift.",
        "班次协调员未接时，按此次序逐一响铃；他们不必排在班上。",
    ),
    "supervisors/[]": Text("Person · 人员", "An id of people.yaml.", "people.yaml 里的编号。"),
    "high_risk/ring_s": Text(
        "Seconds before the next · 几秒后换下一位",
        "Who has not accepted by then is followed by the next.",
        "到时仍未接受，就给下一位响铃。",
    ),
    "emergency_contact": Text(
        "Emergency contact · 紧急联系人",
        "An id of the contacts file, or a person of people.yaml. 110 and 120 are never dialled.",
        "通讯录中的编号，或 people.yaml 里的人。系统绝不拨打 110、120。",
        ["duty-doctor"],
    ),
    "follow_ups_h": Text(
        "Hours until the follow-ups · 回访时间（小时）",
        "After the end of a marked call. An empty list: none.",
        "从被标记的来电结束时起算。空列表表示不安排。",
        [[24, 168, 720]],
    ),
    "follow_ups_h/[]": Text("Hours · 小时数", "A whole number.", "整数。"),
}
