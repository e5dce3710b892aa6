"""`python -m service` is `village-credit`."""

from service.commands.main import main

main()
