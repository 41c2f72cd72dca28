#!/usr/bin/env python3
"""stub: environment only"""
import sys
from launcher import environment, places
places.VAR.mkdir(exist_ok=True)
environment.ensure(dev=True)
