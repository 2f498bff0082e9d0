"""Files: what came in or went out as a whole (remittances, bank files, slips, pictures, letters).

Words: a *stored file* is one content under one capability; its bytes lie encrypted in the data folder under a keyed
address, so that neither name nor content can be guessed from the disk; a *link* ties it to any record.

Invariants: the same content is stored once for each capability; stored bytes never change and prove their SHA-256 at
each read; a file leaves the house inert (nosniff, sandboxed, attachment unless it is a picture, a PDF or plain text).
"""
