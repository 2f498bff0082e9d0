"""Who are you: signing in, the second factor, confirming once more, one-time links, the lock.

Passphrases, TOTP, passkeys and recovery codes are django-allauth's; its pages stand under ``/sign-in/`` in our look,
ours under ``/welcome/``. What a session has proved is told by four stamps in it (``proofs``); the middleware reads
nothing else.
"""
