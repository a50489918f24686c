"""A mail server for tests, of aiosmtpd: keeps every mail as a file, and rejects what it is asked to reject.

Usage: smtp_server.py FOLDER [--tls starttls|implicit] [--certificate FILE --key FILE] [--account USER:PASSWORD] [--port N]

Prints its port, and runs until its standard input ends. Recipients decide what becomes of a mail by the part before the @:
`nobody` is unknown (550), `relay` is for others (554 5.7.1), `full` is over its quota for good (552), `busy` is answered with
451 for the first two times, `slow` waits two minutes for the reply to each mail but the first.
"""

import argparse
import asyncio
import itertools
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    """Keeps mails."""

    def __init__(self, folder, implicit):
        self.folder = folder
        self.implicit = implicit
        self.numbers = itertools.count(len(os.listdir(folder)))
        self.tries = {}
        self.taken = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "nobody":
            return "550 5.1.1 SENTINEL-REPLY no such user"
        if who == "relay":
            return "554 5.7.1 SENTINEL-REPLY relay access denied"
        if who == "full":
            return "552 5.2.2 SENTINEL-REPLY mailbox full"
        if who == "busy":
            self.tries[address] = self.tries.get(address, 0) + 1
            if self.tries[address] <= 2:
                return "451 4.7.1 SENTINEL-REPLY try again later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            self.taken[address] = self.taken.get(address, 0) + 1
            if address.startswith("slow@") and self.taken[address] > 1:
                open(os.path.join(self.folder, "is-waiting"), "w").close()
                await asyncio.sleep(120)
        name = os.path.join(self.folder, f"{next(self.numbers):04}.eml")
        head = f"X-Envelope-From: {envelope.mail_from}\r\n"
        head += f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        tls = self.implicit or session.ssl is not None
        head += f"X-Tls: {tls}\r\nX-Signed-In: {bool(session.authenticated)}\r\n"
        with open(name + ".part", "wb") as file:
            file.write(head.encode() + envelope.original_content)
        os.rename(name + ".part", name)
        return "250 kept"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tls", choices=["starttls", "implicit"])
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--account")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    context = None
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate, given.key)

    def authenticate(server, session, envelope, mechanism, login):
        said = f"{login.login.decode()}:{login.password.decode()}"
        return AuthResult(success=said == given.account, handled=False)

    mailbox = Mailbox(given.folder, given.tls == "implicit")

    def factory():
        return SMTP(
            mailbox,
            hostname="mail.example",
            tls_context=context if given.tls == "starttls" else None,
            require_starttls=given.tls == "starttls",
            authenticator=authenticate if given.account else None,
            auth_required=given.account is not None,
            auth_require_tls=False,
            auth_exclude_mechanism=[] if given.account else ["PLAIN", "LOGIN"],
        )

    server = await asyncio.get_running_loop().create_server(
        factory, "127.0.0.1", given.port, ssl=context if given.tls == "implicit" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
