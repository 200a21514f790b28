"""Messages, digest answers and session descriptions, against the examples of their RFCs."""

import pytest

from hotline_agi.lab import sip
from hotline_agi.lab.tone import Codec

INVITE = (
    b"INVITE sip:4008001234@127.0.0.1:5060 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK7;rport\r\n"
    b'f: "a \\"<x>\\" b" <sip:138%0D%0A01@10.0.0.1;user=phone>;tag=aa\r\nTo: <sip:4008001234@127.0.0.1>\r\n'
    b"i: one@two\r\nCSeq: 7 INVITE\r\nSubject: folded\r\n  twice\r\nP-Asserted-Identity: <sip:x@y>\r\n"
    b"Content-Length: 4\r\n\r\nbody"
)


def test_reads_a_request_with_compact_and_folded_headers() -> None:
    message = sip.parse(INVITE)
    assert (message.method, message.uri, message.status) == ("INVITE", "sip:4008001234@127.0.0.1:5060", 0)
    assert (message.branch, message.from_tag, message.to_tag) == ("z9hG4bK7", "aa", "")
    assert (message.call_id, message.cseq, message.body) == ("one@two", (7, "INVITE"), "body")
    assert message.header("subject") == "folded twice"
    assert message.header("reason") is None


def test_finds_the_uri_behind_a_display_name_that_looks_like_one() -> None:
    sender = sip.parse(INVITE).headers["from"][0]
    assert sip.uri_of(sender) == "sip:138%0D%0A01@10.0.0.1;user=phone"
    assert sip.user_of(sip.uri_of(sender)) == "138%0D%0A01"
    assert sip.uri_of("sip:a@b;tag=1") == "sip:a@b"
    assert sip.user_of("sip:10.0.0.1:5060") == ""
    assert sip.quoted('a "b" \\c') == '"a \\"b\\" \\\\c"'


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x00\xff\x80",
        b"INVITE",
        b"SIP/2.0 200 OK\r\n\r\n",
        INVITE.replace(b"CSeq", b"XSeq"),
        INVITE.replace(b"SIP/2.0\r", b"HTTP\r", 1),
    ],
)
def test_refuses_what_is_no_message(datagram: bytes) -> None:
    with pytest.raises(ValueError, match="SIP"):
        sip.parse(datagram)


def test_a_response_copies_what_it_must_and_says_where_the_request_came_from() -> None:
    request = sip.parse(INVITE)
    answer = sip.parse(sip.response(request, 180, source=("10.9.9.9", 77), tag="bb").encode())
    assert (answer.status, answer.to_tag, answer.from_tag, answer.branch) == (180, "bb", "aa", "z9hG4bK7")
    assert answer.headers["via"] == ["SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK7;rport=77;received=10.9.9.9"]
    assert sip.parse(sip.response(request, 100, source=("10.9.9.9", 77), tag="bb").encode()).to_tag == ""


def test_octets_that_are_no_utf8_survive() -> None:
    raw = INVITE.replace(b"one@two", b"\xff\xfe")
    assert sip.parse(raw).text.encode("utf-8", "surrogateescape") == raw


@pytest.mark.parametrize(
    ("algorithm", "proof"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_as_in_rfc_7616_section_3_9_1(algorithm: str, proof: str) -> None:
    challenge = sip.challenge_of(
        _refusal(
            'WWW-Authenticate: Digest realm="x", nonce="y", algorithm=SHA-512-256, qop="auth"\r\n'
            'WWW-Authenticate: Digest realm="http-auth@example.org", qop="auth, auth-int", '
            f'algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU9"\r\n'
        )
    )
    assert challenge is not None
    assert challenge.realm == "http-auth@example.org"
    line = challenge.answer(
        method="GET",
        uri="/dir/index.html",
        user="Mufasa",
        password="Circle of Life",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert f'response="{proof}"' in line
    assert 'opaque="FQhe/qaU9"' in line
    assert line.startswith("Authorization: Digest ")


def test_digest_without_qop_as_in_rfc_2069() -> None:
    """The proof is that of RFC 2617's errata for RFC 2069's example."""
    challenge = sip.challenge_of(
        _refusal('WWW-Authenticate: Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"\r\n')
    )
    assert challenge is not None
    line = challenge.answer(method="GET", uri="/dir/index.html", user="Mufasa", password="CircleOfLife", cnonce="x")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in line
    assert "qop" not in line


def _refusal(more: str) -> sip.Message:
    return sip.parse(sip.response(sip.parse(INVITE), 401, source=("1.1.1.1", 1), tag="t", more=more).encode())


def test_an_offer_and_its_answer_agree() -> None:
    offer = sip.media_of(sip.describe("127.0.0.1", 4000))
    assert offer == sip.Media(address=("127.0.0.1", 4000), codec=Codec.PCMA, event_payload=101, direction="sendrecv")
    answer = sip.media_of(sip.describe("127.0.0.2", 5000, answering=offer))
    assert answer == sip.Media(address=("127.0.0.2", 5000), codec=Codec.PCMA, event_payload=101, direction="sendrecv")


def test_reads_an_offer_of_many_codecs_with_hold() -> None:
    body = (
        "v=0\r\nc=IN IP4 9.9.9.9\r\nm=video 7 RTP/AVP 96\r\nm=audio 12/2 RTP/AVP 107 9 0 8 96\r\nc=IN IP4 10.0.0.1\r\n"
        "a=rtpmap:96 telephone-event/8000\r\na=rtpmap:97 telephone-event/48000\r\na=sendonly\r\n"
    )
    media = sip.media_of(body)
    assert media == sip.Media(address=("10.0.0.1", 12), codec=Codec.PCMU, event_payload=96, direction="sendonly")
    assert "a=recvonly" in sip.describe("127.0.0.1", 2, answering=media)
    assert sip.media_of("v=0\r\nc=IN IP4 9.9.9.9\r\nm=audio 9 RTP/AVP 9\r\n") is None
