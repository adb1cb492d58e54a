"""Mails on their way: the ledger of deliveries, the talk with the mail server, and the order in which both happen.

What a mail says is decided elsewhere; here it is bytes. Addresses stand in the ledger and in the talk alone.
"""

from netaudit.deliver.letters import Attached, Letter, message_bytes
from netaudit.deliver.mail_ledger import LEDGER_FILE, Mail, MailLedger, State, undecided
from netaudit.deliver.page_text import page_text
from netaudit.deliver.sending import Clock, Tally, file_of, send_all, write_all
from netaudit.deliver.smtp import LostError, Outcome, Server, Talk

__all__ = [
    "LEDGER_FILE",
    "Attached",
    "Clock",
    "Letter",
    "LostError",
    "Mail",
    "MailLedger",
    "Outcome",
    "Server",
    "State",
    "Talk",
    "Tally",
    "file_of",
    "message_bytes",
    "page_text",
    "send_all",
    "undecided",
    "write_all",
]
