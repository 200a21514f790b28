"""A campaign to test with."""

from dataclasses import replace
from typing import Any

from hotline_agi.campaign.campaign_file import read_campaign
from hotline_agi.campaign.model import Campaign

TEXT = """\
id: spring
name: {zh: 春季随访, en: Spring follow-up}
line: xinli
languages: [zh, en]
list: {number: 电话, consent: 同意, yes: [是, yes], language: 语言}
time_zone: Asia/Shanghai
hours:
  - {days: mon-fri, from: 09:00, until: 12:00}
  - {days: daily, from: 14:00, until: 20:30}
holidays: [2026-10-01..2026-10-03, 01-01]
channels: 8
calls_per_second: 2
ring_s: 25
opening: {zh: 您好。, en: Hello.}
closing: {zh: 谢谢。, en: Thank you.}
retry:
  busy: {attempts: 3, after_min: 30}
  no-answer: {attempts: 2, after_min: 60}
questions:
  - id: sleep
    say: {zh: 睡得好吗？, en: How do you sleep?}
    answers:
      "1": well
      "2": {answer: badly, next: worries}
      "3": {answer: no answer, next: end}
  - {id: appetite, say: recorded, answers: {"1": good, "2": bad}}
  - {id: worries, say: {zh: 担心吗？, en: Do you worry?}, answers: {"1": seldom, "2": often}}
...
"""


def campaign(**changes: Any) -> Campaign:
    return replace(read_campaign("spring.yaml", TEXT.encode()), **changes)
