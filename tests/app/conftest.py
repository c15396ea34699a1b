"""Tests of the app have the running application and the browser at hand."""

from tests.browser import *  # noqa: F403
