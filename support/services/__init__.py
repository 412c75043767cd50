"""Start, stop, break and heal the services of a backend; see `Services.start` and `open_stack`."""

from support.services.backend_process import BackendProcess
from support.services.description import GivenBackend, ServicesDescription
from support.services.process import ManagedProcess
from support.services.services import Services
from support.services.stack import EXTERNAL, Stack, open_stack

__all__ = [
    "EXTERNAL",
    "BackendProcess",
    "GivenBackend",
    "ManagedProcess",
    "Services",
    "ServicesDescription",
    "Stack",
    "open_stack",
]
