"""Fault makers: the ways in which backends go wrong, from which the catalogue is put together.

`functions` changes what is done at a seam, `storage` what is stored, `events` what devices receive, `requests` who asks
and what is refused. Each maker takes the patch first, and counts an activation only when it acts.
"""
