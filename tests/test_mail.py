"""Mails by SMTP: handed to a server on this machine, or the reason why not; no password over an open wire."""

import socketserver
import threading
from email import message_from_bytes, policy

import pytest

from popmap import mail
from popmap.config import Settings
from popmap.errors import SetupError, UnavailableError

LETTER = mail.Mail("us@line.example", "Is this still right? خط", "Bonjour é\n.\nA line that begins with a dot\n")


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client says that hands over one mail."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in iter(self.rfile.readline, b""):
            word = line.split()[0].upper().decode()
            self.server.said.append(line.strip().decode())
            answer = self.server.answers.get(word, b"250 well\r\n")
            self.wfile.write(answer)
            if answer.startswith(b"354"):
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.wfile.write(self.server.answers.get(".", b"250 taken\r\n"))
            if word == "QUIT":
                return


@pytest.fixture
def server():
    """A mail server on this machine; ``answers`` are by the word that they answer."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as opened:
        opened.daemon_threads = True
        opened.said, opened.mails = [], []
        opened.answers = {"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
        opened.answers["AUTH"] = b"235 welcome\r\n"
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield opened
        opened.shutdown()


def send(server, tmp_path, who=""):
    address = f"smtp://{who}127.0.0.1:{server.server_address[1]}"
    mail.send(Settings(data=tmp_path, smtp_url=address, site_address="https://help.example"), LETTER)


def test_a_mail_arrives_whole(server, tmp_path):
    send(server, tmp_path)
    found = message_from_bytes(server.mails[0].replace(b"\r\n..", b"\r\n."), policy=policy.default)
    assert (found["To"], found["Subject"]) == (LETTER.to, LETTER.subject)
    assert found["From"] == "PoP Map <no-reply@help.example>"
    assert found.get_content().replace("\r\n", "\n") == LETTER.text
    assert not (tmp_path / "mails").exists()


def test_whoever_needs_a_password_gets_it(server, tmp_path):
    send(server, tmp_path, "popmap:p%40ss@")
    assert [line for line in server.said if line.startswith("AUTH")] == ["AUTH PLAIN AHBvcG1hcABwQHNz"]


@pytest.mark.parametrize("word", ["RCPT", "DATA", ".", "AUTH"])
def test_a_server_that_says_no_is_told(server, tmp_path, word):
    server.answers[word] = b"550 no\r\n"
    with pytest.raises(UnavailableError, match="did not take the mail"):
        send(server, tmp_path, "popmap:pass@")


def test_a_server_that_is_not_there_is_told(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(UnavailableError):
        send(server, tmp_path)


def test_no_password_goes_over_an_open_wire_to_another_machine(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "LOOPBACK", frozenset())
    with pytest.raises(SetupError, match="smtps"):
        send(server, tmp_path, "popmap:secret@")
    assert not [line for line in server.said if line.startswith("AUTH")]


def test_a_certificate_that_nobody_vouches_for_is_refused(server, tmp_path):
    with pytest.raises(UnavailableError):
        mail.send(Settings(data=tmp_path, smtp_url=f"smtps://127.0.0.1:{server.server_address[1]}"), LETTER)
