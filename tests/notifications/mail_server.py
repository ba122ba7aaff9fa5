"""A mail server small enough to read, which can also refuse, break off and stall."""

import email
import socketserver
import threading
import time
from email import policy


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        server = self.server.owner
        self.say("220 ready")
        to = ""
        while line := self.rfile.readline().decode().strip():
            match line.split(":")[0].upper():
                case "RCPT TO":
                    to = line.split("<")[1].rstrip(">")
                    self.say("550 no such person" if to in server.refused else "250 ok")
                case "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    letter = email.message_from_bytes(b"".join(lines), policy=policy.default)
                    if to in server.broken:
                        return  # the connection is gone before anything was promised
                    time.sleep(server.delay)
                    server.received.append((to, letter))
                    server.has_letter.set()
                    server.may_answer.wait(timeout=30)
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def say(self, line):
        try:
            self.wfile.write(f"{line}\r\n".encode())
        except BrokenPipeError:
            return


class MailServer:
    """Takes letters into `received`, as (recipient, letter).

    It refuses the recipients in `refused`, breaks off with those in `broken`, and, while `may_answer` is
    cleared, keeps the sender waiting after it took the letter; each letter takes `delay` seconds.
    """

    def __init__(self):
        self.received, self.refused, self.broken = [], set(), set()
        self.delay = 0
        self.has_letter, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        self.server.owner = self
        self.address = self.server.server_address

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def message_ids(self):
        return [letter["Message-ID"] for _to, letter in self.received]
