"""Starts the guest; apart from it so that the guest's own compiled form can be kept."""

import sys

import mayfly_guest

if sys.argv[1:] == ["zygote"]:
    import mayfly_zygote

    # Returns in each instance, and never in the process that was started.
    mayfly_zygote.main()
mayfly_guest.main()
