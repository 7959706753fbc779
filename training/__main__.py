"""Lets `python -m training` be the `training` command."""

import sys

from training.commands import main

sys.exit(main())
