"""What keeps the donations."""

from enum import StrEnum


class Engine(StrEnum):
    """The server of the donations database, by the name that the screen gives it; MariaDB stands in for SingleStore."""

    SINGLESTORE = "SingleStore"
    MARIADB = "MariaDB"
