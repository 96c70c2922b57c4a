"""Starts the guest; apart from it so that the guest's own compiled form can be kept."""

import mayfly_guest

mayfly_guest.main()
