"""API tokens: what a person hands to a program so that it may read or write as that person.

A token is 32 random bytes, shown once, kept only as its SHA-256. It ends on its day (at most a year), when it is taken back, when the
person's access ends or the person's sign-in is renewed. It stands for the second factor because making it asked for one freshly; it
never stands for a fresh proof, so acts that ask for one are closed to it. It is read from the Authorization header alone, under
``/api/`` alone.
"""
