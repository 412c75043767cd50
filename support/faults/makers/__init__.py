"""Fault makers: the ways in which backends go wrong, as parts for the catalogue.

`functions` changes what is done at a seam, `storage` what is stored, `events` what devices receive, `requests` who asks
and what is refused. Each maker takes the patch first, and counts an activation only when it acts.
"""
