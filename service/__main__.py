"""`python -m service` is `village-credit`."""

from service.command import main

main()
