"""`convert.py PEER SOURCE TARGET`: lays the bench's weights down in 8 bits, as a peer wants them."""

import importlib
import sys

peer, source, target = sys.argv[1:]
importlib.import_module(f"{peer}_peer").convert(source, target)
